"""PDUs of SMPP 3.4: ours are built by aiosmpplib, the centre's are read here.

aiosmpplib's own reading gives up a connection over a status, a parameter or a date in a receipt
that it does not know, and centres have such of their own (SMPP 3.4, 5.1.3 and appendix B).
"""

import hashlib
import re
from asyncio import StreamReader
from dataclasses import dataclass, field
from datetime import timedelta
from struct import Struct
from typing import Final

from aiosmpplib.protocol import (
    BindTransceiver,
    DeliverSmResp,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    SubmitSm,
    Unbind,
    UnbindResp,
)
from aiosmpplib.state import (
    NPI,
    TON,
    USER_MESSAGE_REFERENCE,
    OptionalParam,
    PhoneNumber,
    SmppCommand,
    SmppCommandStatus,
)

ANSWER: Final = 0x8000_0000
"""The bit that makes a command the answer to it."""

_HEADER: Final = Struct("!IIII")
_LONGEST: Final = 70_000
"""A message_payload may have 64 KB."""

_SEPTETS, _OCTETS = 160, 140
"""What one part of a message holds."""
_EVERYWHERE = re.compile(r"[A-Za-z0-9 \r\n!\"#%&'()*+,./:;<=>?-]*")
"""The default alphabet is the centre's own; these mean the same in GSM 03.38, ASCII and Latin-1."""


class NotSmpp(Exception):
    """Whoever is at the other end does not speak SMPP."""


@dataclass(frozen=True, kw_only=True)
class Pdu:
    """What came from the centre."""

    command: int
    status: int
    sequence: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Order:
    """A message for the centre; neither phone nor text is shown by `repr`."""

    sender: str
    phone: str = field(repr=False)
    """Digits with the country code, without a plus."""
    text: str = field(repr=False)
    reference: str
    life: timedelta


async def read(reader: StreamReader) -> Pdu:
    """The next PDU; raises NotSmpp, or IncompleteReadError at the end."""
    length, command, status, sequence = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if not _HEADER.size <= length <= _LONGEST:
        raise NotSmpp("a PDU of an impossible length")
    body = await reader.readexactly(length - _HEADER.size)
    return Pdu(command=command, status=status, sequence=sequence, body=body)


def bind(sequence: int, *, system_id: str, password: str, system_type: str) -> bytes:
    """Bind as a transceiver."""
    request = BindTransceiver(
        sequence_num=sequence, system_id=system_id, password=password, system_type=system_type
    )
    return bytes(request.pdu())


def submit(sequence: int, order: Order) -> bytes:
    """Send a message: a receipt is asked for, and it is worth nothing after its life.

    The centre splits what is longer than one part, so that there is one id and one receipt.
    """
    plain = _EVERYWHERE.fullmatch(order.text) is not None and len(order.text) <= _SEPTETS
    fits = plain or len(order.text.encode("utf-16-be")) <= _OCTETS
    request = SubmitSm(
        sequence_num=sequence,
        source=PhoneNumber(order.sender, TON.ALPHANUMERIC, NPI.UNKNOWN),
        destination=PhoneNumber(order.phone, TON.INTERNATIONAL, NPI.ISDN),
        registered_delivery=1,
        validity_period=order.life,
        encoding=None if plain else "ucs2",
        short_message=order.text if fits else "",
        message_payload="" if fits else order.text,
        optional_params=[OptionalParam(USER_MESSAGE_REFERENCE, _short(order.reference))],
    )
    return bytes(request.pdu())


def enquire_link(sequence: int) -> bytes:
    """Ask whether the centre is there."""
    return bytes(EnquireLink(sequence_num=sequence).pdu())


def unbind(sequence: int) -> bytes:
    """Let go."""
    return bytes(Unbind(sequence_num=sequence).pdu())


def answer(request: Pdu, status: SmppCommandStatus = SmppCommandStatus.ESME_ROK) -> bytes:
    """Our answer to what the centre asks; a command we do not take is told so."""
    kind = _ANSWERS.get(request.command)
    if kind is None:
        kind, status = GenericNack, SmppCommandStatus.ESME_RINVCMDID
    return bytes(kind(sequence_num=request.sequence, command_status=status).pdu())


def spoken(status: int) -> str:
    """A status as it may be kept: its name in SMPP 3.4 (5.1.3), else its number."""
    if status in _STATUSES:
        return str(SmppCommandStatus(status).name)
    high, low = divmod(status, 0x1_0000)
    return f"0x{high:04x}:{low:04x}" if high else f"0x{low:04x}"


_ANSWERS: Final = {
    SmppCommand.ENQUIRE_LINK.value: EnquireLinkResp,
    SmppCommand.UNBIND.value: UnbindResp,
    SmppCommand.DELIVER_SM.value: DeliverSmResp,
}
_STATUSES: Final = frozenset(each.value for each in SmppCommandStatus)


def _short(reference: str) -> int:
    """The centre's field has 16 bits; it tells a repeated message, not whose it is."""
    return int.from_bytes(hashlib.sha256(reference.encode()).digest()[:2])
