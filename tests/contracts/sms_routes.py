"""The routes over HTTP beside stand-ins of their providers."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from docgen.adapters.sms.exchange import Exchange
from docgen.adapters.sms.mobizon import Mobizon
from docgen.adapters.sms.smsc_kz import SmscKz
from docgen.domain.dispatch import Message
from docgen.domain.subscriber import Phone
from tests.fakes import FakeClock
from tests.services.http_stand_in import StandIn, listening
from tests.services.own_certificate import system_trust
from tests.services.sms_providers import KEY, MobizonStandIn, Provider, SmscKzStandIn

PHONE = Phone("+77015550142")
CODE = "482913"
TEXT = f"Акт №АБ-104512 құжатын растау коды {CODE}\n@esign.kz #{CODE}"
LIMIT = timedelta(seconds=2)
PATIENT = timedelta(seconds=20)
"""For what is not about time, on a machine that others use too."""
HTTP_ROUTES = ("smsc_kz", "mobizon")


def message(reference: str = "01JDSEN0000000000000000001") -> Message:
    """A code on its way."""
    return Message(phone=PHONE, text=TEXT, reference=reference, life=timedelta(minutes=3))


@dataclass(frozen=True)
class Line:
    """A gateway, and the provider at its other end."""

    gateway: SmscKz | Mobizon
    provider: Provider
    stand_in: StandIn


def gateway_to(
    name: str,
    addresses: Sequence[str],
    *,
    limit: timedelta = PATIENT,
    tls: ssl.SSLContext | None = None,
    sender: str = "",
) -> SmscKz | Mobizon:
    """The route's gateway; close it."""
    exchange = Exchange(addresses, limit=limit, tls=tls or system_trust())
    kind = SmscKz if name == "smsc_kz" else Mobizon
    return kind(exchange=exchange, api_key=KEY, clock=FakeClock(), sender=sender)


def stand_in_of(name: str) -> Provider:
    """The route's provider."""
    return SmscKzStandIn() if name == "smsc_kz" else MobizonStandIn()


@contextmanager
def line(name: str, *, limit: timedelta = PATIENT, sender: str = "") -> Iterator[Line]:
    """Both ends."""
    provider = stand_in_of(name)
    with listening(provider) as stand_in:
        gateway = gateway_to(name, [stand_in.address], limit=limit, sender=sender)
        with closing(gateway):
            yield Line(gateway, provider, stand_in)
