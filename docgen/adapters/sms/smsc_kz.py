"""SMSC.kz over HTTP: messages, their states when asked, and its calls when one changes.

Sources: the provider's pages `smsc.kz/api/http/` (`send`, `status_messages`,
`miscellaneous/callback`) and what public programs copied from them. Not documented where we could
read it, so to be tried with `docgen sms send` first: an `id` of letters (older pages know numbers
only), the currency of `cost`, and the fields of a call beside its three signed ones.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from docgen.adapters.sms.exchange import Exchange, identifier
from docgen.domain.dispatch import AskedOf, Delivery, Message, Receipt, Taken, plain
from docgen.domain.errors import SignatureWrong, SmsRefused, SmsUnavailable, SmsUncertain
from docgen.domain.subscriber import Phone
from docgen.ports import Clock

PROVIDER: Final = "smsc_kz"
ADDRESSES: Final = ("https://smsc.kz", "https://www2.smsc.kz")
"""The second is the provider's own reserve."""

ERRORS: Final = {
    "1": "parameters",
    "2": "login or address",
    "3": "money",
    "4": "address blocked",
    "5": "date",
    "6": "text or sender forbidden",
    "7": "number",
    "8": "undeliverable",
    "9": "too many requests",
}
"""`error_code` of an answer: the message was not taken."""

STATUSES: Final = {
    "-3": Delivery.UNKNOWN,  # not found
    "-2": Delivery.FAILED,  # stopped
    "-1": Delivery.UNDERWAY,  # waits to be sent
    "0": Delivery.UNDERWAY,  # handed to the operator
    "1": Delivery.DELIVERED,
    "2": Delivery.DELIVERED,  # read
    "3": Delivery.FAILED,  # expired
    "4": Delivery.DELIVERED,  # a link in it was opened
    "20": Delivery.FAILED,  # undeliverable
    "22": Delivery.FAILED,  # wrong number
    "23": Delivery.FAILED,  # forbidden
    "24": Delivery.FAILED,  # no money
    "25": Delivery.FAILED,  # number out of reach
}

_DAY = 24 * 60


@dataclass(frozen=True, kw_only=True)
class SmscKz:
    """One account; `sender` is a name agreed with the provider."""

    exchange: Exchange
    api_key: str = field(repr=False)
    clock: Clock
    sender: str = ""

    pace: ClassVar[timedelta] = timedelta(seconds=30)
    """More than five questions a minute about one message are refused."""
    most: ClassVar[int] = 10
    """One request for each."""

    def send(self, message: Message) -> Taken:
        """Hand it over under our own id; raises SmsRefused or SmsUncertain."""
        try:
            answer = self._ask("/sys/send.php", self._form(message))
        except SmsUncertain as doubt:
            raise SmsUncertain(doubt.raw, message_id=message.reference) from None
        if "error_code" in answer:
            raise _refusal(answer, message)
        if not (message_id := identifier(answer.get("id"))):
            raise SmsUncertain("no id", message_id=message.reference)
        return Taken(
            provider=PROVIDER,
            message_id=message_id,
            raw=plain(f"parts {answer.get('cnt', '')}"),
            cost_tiyn=_tiyn(answer.get("cost")),
        )

    def ask(self, asked: Sequence[AskedOf]) -> Sequence[Receipt]:
        """States as the provider tells them now; messages whose phone is not known are left out."""
        known = ((each.message_id, each.phone) for each in asked)
        told = (self._state(message_id, phone) for message_id, phone in known if phone is not None)
        return [receipt for receipt in told if receipt is not None]

    def close(self) -> None:
        """Let go of its connections."""
        self.exchange.close()

    def _form(self, message: Message) -> dict[str, str]:
        minutes = min(max(1, message.life // timedelta(minutes=1)), _DAY)
        form = {
            "phones": message.phone.value,
            "mes": message.text,
            "id": message.reference,
            "valid": f"{minutes // 60:02}:{minutes % 60:02}",
            "cost": "2",
        }
        return form | ({"sender": self.sender} if self.sender else {})

    def _state(self, message_id: str, phone: Phone) -> Receipt | None:
        try:
            answer = self._ask("/sys/status.php", {"id": message_id, "phone": phone.value})
        except SmsUncertain as doubt:
            raise SmsUnavailable(doubt.raw) from None
        if "error_code" in answer:
            raise SmsUnavailable(plain(f"error {answer['error_code']}"))
        return _receipt(message_id, answer.get("status"), self.clock)

    def _ask(self, path: str, form: Mapping[str, str]) -> dict[str, Any]:
        # Without the charset the text is taken for windows-1251, which has no Kazakh letters.
        ours = {"apikey": self.api_key, "charset": "utf-8", "fmt": "3"}
        return self.exchange.post(path, ours | dict(form)).members()


@dataclass(frozen=True, kw_only=True)
class SmscKzCalls:
    """Reads what the provider posts when a message's state changes."""

    secret: str = field(repr=False)
    clock: Clock

    def read(self, form: Mapping[str, str]) -> Receipt | None:
        """The receipt, or None for a state that says nothing; raises SignatureWrong.

        Signed is `id:phone:status:secret`, as SHA-1 or MD5 in hexadecimal; SHA-1 where both are.
        """
        named = (form.get(name, "") for name in ("id", "phone", "status"))
        signed = ":".join((*named, self.secret)).encode()
        by_sha1 = form.get("sha1", "")
        told = by_sha1 or form.get("md5", "")
        made = hashlib.new("sha1" if by_sha1 else "md5", signed, usedforsecurity=False)
        if not hmac.compare_digest(made.hexdigest().encode(), told.lower().encode()):
            raise SignatureWrong
        return _receipt(form["id"], form["status"], self.clock)


def _refusal(answer: Mapping[str, Any], message: Message) -> SmsRefused | SmsUncertain:
    code = str(answer["error_code"])
    if code in ERRORS:
        return SmsRefused(f"error {code} {ERRORS[code]}")
    return SmsUncertain(plain(f"error {code}"), message_id=message.reference)


def _receipt(message_id: str, status: object, clock: Clock) -> Receipt | None:
    """None for a status nobody has told us of."""
    told = str(status)
    if told not in STATUSES:
        return None
    return Receipt(
        route=PROVIDER,
        message_id=message_id,
        delivery=STATUSES[told],
        raw=f"status {told}",
        at=clock.now(),
    )


def _tiyn(cost: object) -> int | None:
    """The account is kept in tenge."""
    try:
        tiyn = Decimal(str(cost)) * 100
    except InvalidOperation:
        return None
    return int(tiyn) if tiyn.is_finite() and tiyn >= 0 else None
