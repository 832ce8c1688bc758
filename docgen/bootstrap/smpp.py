"""The route over SMPP, and the process that keeps it."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.sms.smpp import ROUTE, SmppGateway
from docgen.adapters.sms.smpp_link import Link, Profile
from docgen.adapters.sms.smpp_place import Place
from docgen.adapters.sms.smpp_report import ReceiptIds
from docgen.adapters.sms.smpp_session import Centre
from docgen.bootstrap import CLOCK
from docgen.bootstrap.database import database_url, require_current
from docgen.domain.dispatch import plain
from docgen.domain.errors import Misconfigured, SmsRefused, SmsUnavailable
from docgen.domain.routes import Route
from docgen.settings import Settings
from docgen.usecases.dispatch_message import Way
from docgen.usecases.take_receipt import TakeReceipt

_PATIENCE = timedelta(seconds=5)
"""For another's lock; then the centre, which waits for an answer, is asked to come again."""


def smpp_ways(settings: Settings) -> tuple[Way, ...]:
    """The route, where a message centre is set."""
    smpp = settings.sms.smpp
    if smpp.host is None:
        return ()
    route = Route(name=ROUTE, weight=smpp.weight, networks=smpp.networks)
    return (Way(route=route, gateway=SmppGateway(socket=_socket(settings))),)


@contextmanager
def linking(settings: Settings) -> Iterator[Link]:
    """The link over the register; raises Misconfigured or Unavailable."""
    centre, profile = _centre(settings), _profile(settings)
    require_current(settings)
    register = SqlRegister(database_url(settings), patience=_PATIENCE)
    try:
        yield Link(
            centre=centre,
            profile=profile,
            place=Place(_socket(settings)),
            take=TakeReceipt(register=register, clock=CLOCK),
            clock=CLOCK,
        )
    finally:
        register.close()


def link_state(settings: Settings) -> Mapping[str, Any]:
    """What the link says of itself; raises SmsUnavailable unless messages could go by it now."""
    try:
        told = SmppGateway(socket=_socket(settings)).status()
    except SmsRefused:
        raise SmsUnavailable("docgen smpp does not run") from None
    if not told["bound"] or told["silent"]:
        raise SmsUnavailable(f"not bound to the message centre: {plain(told['why'])}")
    return {name: told[name] for name in ("bound", "in_flight", "waiting")}


def _centre(settings: Settings) -> Centre:
    smpp = settings.sms.smpp
    if smpp.host is None or not smpp.system_id or not smpp.sender:
        raise Misconfigured("DOCGEN_SMS__SMPP__HOST, __SYSTEM_ID or __SENDER is not set")
    password = smpp.password.get_secret_value()
    if not (smpp.system_id + password + smpp.system_type).isascii():
        raise Misconfigured("SMPP knows no such letters: DOCGEN_SMS__SMPP__SYSTEM_ID or __PASSWORD")
    return Centre(
        host=smpp.host,
        port=smpp.port,
        system_id=smpp.system_id,
        password=password,
        system_type=smpp.system_type,
        tls=ssl.create_default_context() if smpp.tls else None,
    )


def _profile(settings: Settings) -> Profile:
    smpp = settings.sms.smpp
    return Profile(
        sender=smpp.sender,
        rate=smpp.rate,
        window=smpp.window,
        receipt_ids=ReceiptIds(smpp.receipt_ids),
    )


def _socket(settings: Settings) -> Path:
    return (settings.sms.smpp.socket or settings.var / "smpp" / "link.sock").absolute()
