"""What a centre says of a message that it took: receipts of SMPP 3.4, read leniently.

Parameters first (5.3.2.12 receipted_message_id, 5.3.2.35 message_state), then the text, of which
appendix B says that its form is the vendor's own.
"""

import re
from datetime import datetime
from enum import StrEnum
from struct import Struct
from typing import Final

from aiosmpplib.state import (
    MESSAGE_PAYLOAD,
    MESSAGE_STATE,
    NETWORK_ERROR_CODE,
    RECEIPTED_MESSAGE_ID,
)

from docgen.adapters.sms.smpp_pdu import NotSmpp, Pdu
from docgen.domain.dispatch import Delivery, Receipt, plain

STATES: Final = {
    1: ("ENROUTE", Delivery.UNDERWAY),
    2: ("DELIVRD", Delivery.DELIVERED),
    3: ("EXPIRED", Delivery.FAILED),
    4: ("DELETED", Delivery.FAILED),
    5: ("UNDELIV", Delivery.FAILED),
    # "Read on behalf of the subscriber by customer service": it is not seen to arrive.
    6: ("ACCEPTD", Delivery.UNDERWAY),
    7: ("UNKNOWN", Delivery.UNKNOWN),
    8: ("REJECTD", Delivery.FAILED),
}
"""message_state by number (5.2.28), as a receipt's text writes it (appendix B), and ours."""

_PARAMETER: Final = Struct("!HH")
_NETWORK_ERROR: Final = Struct("!BH")
_KIND, _KINDS = 0b0011_1100, frozenset({0b0000_0100, 0b0010_0000})
"""esm_class: delivery receipt, intermediate notification (5.2.12)."""
_UCS2: Final = 8
_ID = re.compile(rb"[!-~]{1,64}")
_FIELD = re.compile(r"\b(id|stat|err):\s*([^\s]+)", re.IGNORECASE)


class ReceiptIds(StrEnum):
    """How a centre writes a message's id in the text of a receipt."""

    SAME = "same"
    """As in its answer."""
    DECIMAL = "decimal"
    """The answer is hexadecimal, the receipt decimal."""
    HEXADECIMAL = "hexadecimal"
    """The answer is decimal, the receipt hexadecimal."""

    def of_answer(self, given: str) -> str:
        """An id as an answer or a parameter writes it, in the one form we keep."""
        if self is ReceiptIds.DECIMAL:
            return _renumbered(given, 16, "x")
        if self is ReceiptIds.HEXADECIMAL:
            return _renumbered(given, 10, "d")
        return given

    def of_text(self, given: str) -> str:
        """An id as the text of a receipt writes it, in that form."""
        if self is ReceiptIds.DECIMAL:
            return _renumbered(given, 10, "x")
        if self is ReceiptIds.HEXADECIMAL:
            return _renumbered(given, 16, "d")
        return given


def receipt(request: Pdu, *, route: str, ids: ReceiptIds, at: datetime) -> Receipt | None:
    """What a deliver_sm reports; None for a message from a phone. Raises NotSmpp.

    The centre's own time is local and has no zone: `at` is when the receipt came.
    """
    body = _Body(request.body)
    if body.up_to_esm_class() & _KIND not in _KINDS:
        return None
    told, written = body.rest()
    told_id = _id(told.get(RECEIPTED_MESSAGE_ID, b""))
    named = ids.of_answer(told_id) if told_id else ids.of_text(_id(written.get("id", "").encode()))
    word, delivery = _state(told.get(MESSAGE_STATE, b""), written.get("stat", ""))
    if not named or not word:
        raise NotSmpp("a receipt that names no message or no state")
    raw = plain(" ".join(filter(None, (word, _error(told, written)))))
    return Receipt(route=route, message_id=named, delivery=delivery, raw=raw, at=at)


def named(answered: Pdu, ids: ReceiptIds) -> str:
    """The id of a message that was taken, as its receipts will be known by; it may be empty."""
    return ids.of_answer(_id(answered.body))


def _id(octets: bytes) -> str:
    """A message's id of up to 64 visible characters (5.2.23), or nothing."""
    given = octets.partition(b"\0")[0].strip()
    return given.decode("ascii") if _ID.fullmatch(given) else ""


def _state(parameter: bytes, stat: str) -> tuple[str, Delivery]:
    if parameter and parameter[0] in STATES:
        return STATES[parameter[0]]
    return stat.upper(), dict(STATES.values()).get(stat.upper(), Delivery.UNKNOWN)


def _error(told: dict[int, bytes], written: dict[str, str]) -> str:
    network = told.get(NETWORK_ERROR_CODE, b"")
    if len(network) == _NETWORK_ERROR.size:
        kind, code = _NETWORK_ERROR.unpack(network)
        return f"network:{kind}:{code:04x}"
    return f"err:{written['err']}" if "err" in written else ""


def _renumbered(given: str, base: int, form: str) -> str:
    """The number anew; what is none stays as it is, and matches nothing."""
    try:
        return format(int(given, base), form)
    except ValueError:
        return given


class _Body:
    """The fields of a deliver_sm, one after another (4.6.1)."""

    def __init__(self, content: bytes) -> None:
        self._left = content

    def up_to_esm_class(self) -> int:
        """Past service type, source and destination."""
        self._skip_word()
        for _ in range(2):
            self._octets(2)
            self._skip_word()
        return self._octet()

    def rest(self) -> tuple[dict[int, bytes], dict[str, str]]:
        """The parameters, and the fields of the text, of each name the first."""
        self._octets(2)  # protocol_id, priority_flag
        self._skip_word()  # schedule_delivery_time
        self._skip_word()  # validity_period
        self._octets(2)  # registered_delivery, replace_if_present_flag
        coding = self._octet()
        self._octet()  # sm_default_msg_id
        short = self._octets(self._octet())
        told = self._parameters()
        text = (short or told.get(MESSAGE_PAYLOAD, b"")).decode(
            "utf-16-be" if coding == _UCS2 else "latin-1", "replace"
        )
        fields: dict[str, str] = {}
        for name, value in _FIELD.findall(text):
            fields.setdefault(name.lower(), value)
        return told, fields

    def _parameters(self) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        while self._left:
            tag, length = _PARAMETER.unpack(self._octets(_PARAMETER.size))
            found[tag] = self._octets(length)
        return found

    def _octets(self, count: int) -> bytes:
        if count > len(self._left):
            raise NotSmpp("a PDU that ends too early")
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def _octet(self) -> int:
        return self._octets(1)[0]

    def _skip_word(self) -> None:
        end = self._left.find(b"\0")
        if end < 0:
            raise NotSmpp("a PDU that ends too early")
        self._left = self._left[end + 1 :]
