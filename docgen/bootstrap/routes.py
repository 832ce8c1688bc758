"""The routes that messages can take, as they are set."""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from docgen.adapters.sms import mobizon, smsc_kz
from docgen.adapters.sms.exchange import Exchange
from docgen.adapters.sms.inbox import PROVIDER as INBOX
from docgen.adapters.sms.mobizon import Mobizon
from docgen.adapters.sms.smsc_kz import SmscKz, SmscKzCalls
from docgen.bootstrap import CLOCK
from docgen.bootstrap.inbox import inbox
from docgen.bootstrap.smpp import smpp_ways
from docgen.domain.errors import Misconfigured
from docgen.domain.routes import Route
from docgen.ports import ReceiptReader, ReceiptSource, SmsGateway
from docgen.settings import Settings
from docgen.settings_of_sms import HttpRouteSettings
from docgen.usecases.dispatch_message import Way


class _Account(SmsGateway, ReceiptSource, Protocol):
    """A provider that takes messages and can be asked about them."""

    def close(self) -> None:
        """Let go of its connections."""


@dataclass(frozen=True, kw_only=True)
class Routes:
    """Ways out, and where word of what became of messages is to be had; by the route's name."""

    ways: tuple[Way, ...] = ()
    sources: Mapping[str, ReceiptSource] = field(default_factory=dict)
    calls: Mapping[str, ReceiptReader] = field(default_factory=dict)
    """Providers that call us by themselves."""
    closers: Sequence[Callable[[], None]] = ()

    def close(self) -> None:
        """Let go of connections."""
        for close in self.closers:
            close()


def routes_of(settings: Settings) -> Routes:
    """Every route whose key or host is set; nothing is connected before the first message.

    The demo has its inbox, whatever is set.
    """
    if settings.profile == "demo":
        return Routes(ways=(Way(route=Route(name=INBOX, weight=100), gateway=inbox(settings)),))
    sms, accounts = settings.sms, _accounts(settings)
    given: Mapping[str, HttpRouteSettings] = {
        smsc_kz.PROVIDER: sms.smsc_kz,
        mobizon.PROVIDER: sms.mobizon,
    }
    secret = sms.smsc_kz.callback_secret
    reader = secret and SmscKzCalls(secret=secret.get_secret_value(), clock=CLOCK)
    return Routes(
        ways=(
            *smpp_ways(settings),
            *(
                Way(route=_route(name, given[name]), gateway=account)
                for name, account in accounts.items()
            ),
        ),
        sources=accounts,
        calls={smsc_kz.PROVIDER: reader} if reader else {},
        closers=tuple(account.close for account in accounts.values()),
    )


def _accounts(settings: Settings) -> dict[str, _Account]:
    sms = settings.sms
    accounts: dict[str, _Account] = {}
    if (key := sms.smsc_kz.api_key) is not None:
        accounts[smsc_kz.PROVIDER] = SmscKz(
            exchange=_exchange(sms.smsc_kz.addresses, sms.smsc_kz),
            api_key=key.get_secret_value(),
            clock=CLOCK,
            sender=sms.smsc_kz.sender,
        )
    if (key := sms.mobizon.api_key) is not None:
        accounts[mobizon.PROVIDER] = Mobizon(
            exchange=_exchange(sms.mobizon.addresses, sms.mobizon),
            api_key=key.get_secret_value(),
            clock=CLOCK,
            sender=sms.mobizon.sender,
        )
    return accounts


def _exchange(addresses: Sequence[str], given: HttpRouteSettings) -> Exchange:
    try:
        tls = ssl.create_default_context(cafile=given.trust)
    except OSError as error:
        raise Misconfigured(f"{given.trust} holds no authorities") from error
    return Exchange(addresses, limit=timedelta(seconds=given.time_limit), tls=tls)


def _route(name: str, given: HttpRouteSettings) -> Route:
    return Route(name=name, weight=given.weight, networks=frozenset(given.networks))
