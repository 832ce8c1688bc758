"""Mobizon over HTTP: messages, and their states when asked.

Source: the provider's documentation (`mobizon.kz/help/api-docs`, and its repository
`mobizon/mobizon-api-docs`). It shows the key in the address; we send it in the body with the rest,
as public programs do, so that no log of addresses ever holds it. Its own calls (webhooks) are not
taken: their signature covers neither the message nor its state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Final

from docgen.adapters.sms.exchange import Exchange, identifier
from docgen.domain.dispatch import AskedOf, Delivery, Message, Receipt, Taken, plain
from docgen.domain.errors import SmsRefused, SmsUnavailable, SmsUncertain
from docgen.ports import Clock

PROVIDER: Final = "mobizon"
ADDRESSES: Final = ("https://api.mobizon.kz",)

REFUSALS: Final = {
    "1": "validation",
    "2": "not found",
    "4": "module",
    "5": "method",
    "6": "format",
    "8": "login",
    "9": "no access",
    "11": "parameter missing",
    "12": "parameter",
    "13": "another server",
    "14": "account blocked",
    "30": "too many requests",
    "99": "nothing done",
}
"""`code` of an answer that says the message was not taken; after any other it may have been."""

STATUSES: Final = {
    "NEW": Delivery.UNDERWAY,
    "ENQUEUD": Delivery.UNDERWAY,
    "ACCEPTD": Delivery.UNDERWAY,
    "PDLIVRD": Delivery.UNDERWAY,  # some of its parts
    "UNDELIV": Delivery.FAILED,
    "REJECTD": Delivery.FAILED,
    "EXPIRED": Delivery.FAILED,
    "DELETED": Delivery.FAILED,
    "DELIVRD": Delivery.DELIVERED,
}

CAMPAIGNS: Final = {"1": "awaits moderation", "2": "sent"}
"""`status` of the answer to a message."""

_OK = "0"
_LEAST_MINUTES, _MOST_MINUTES = 60, 24 * 60
"""What `params[validity]` may be: a code outlives nobody's patience, but it may come too late."""


@dataclass(frozen=True, kw_only=True)
class Mobizon:
    """One account; `sender` is a name registered there."""

    exchange: Exchange
    api_key: str = field(repr=False)
    clock: Clock
    sender: str = ""

    pace: ClassVar[timedelta] = timedelta(seconds=4)
    most: ClassVar[int] = 100

    def send(self, message: Message) -> Taken:
        """Hand it over; raises SmsRefused or SmsUncertain."""
        minutes = message.life // timedelta(minutes=1)
        form = {
            "recipient": message.phone.value.removeprefix("+"),
            "text": message.text,
            "params[validity]": str(min(max(_LEAST_MINUTES, minutes), _MOST_MINUTES)),
        }
        answer = self._ask("SendSmsMessage", form | ({"from": self.sender} if self.sender else {}))
        code, data = str(answer.get("code")), answer.get("data")
        if code in REFUSALS:
            raise SmsRefused(f"code {code} {REFUSALS[code]}")
        told = data if code == _OK and isinstance(data, dict) else {}
        if not (message_id := identifier(told.get("messageId"))):
            raise SmsUncertain(plain(f"code {code}"))
        status = str(told.get("status"))
        return Taken(
            provider=PROVIDER,
            message_id=message_id,
            raw=CAMPAIGNS.get(status, plain(f"status {status}")),
        )

    def ask(self, asked: Sequence[AskedOf]) -> Sequence[Receipt]:
        """States as the provider tells them now; of unknown messages it tells nothing."""
        ids = [each.message_id for each in asked]
        try:
            answer = self._ask("GetSMSStatus", {"ids": ",".join(ids)})
        except SmsUncertain as doubt:
            raise SmsUnavailable(doubt.raw) from None
        code, told = str(answer.get("code")), answer.get("data")
        if code != _OK or not isinstance(told, list):
            raise SmsUnavailable(plain(f"code {code}"))
        return [self._receipt(each) for each in told if _is_state(each, ids)]

    def close(self) -> None:
        """Let go of its connections."""
        self.exchange.close()

    def _receipt(self, told: Mapping[str, Any]) -> Receipt:
        # Its times have no zone: the moment we heard of it has one.
        return Receipt(
            route=PROVIDER,
            message_id=str(told["id"]),
            delivery=STATUSES[told["status"]],
            raw=told["status"],
            at=self.clock.now(),
        )

    def _ask(self, method: str, form: Mapping[str, str]) -> dict[str, Any]:
        ours = {"apiKey": self.api_key, "api": "v1", "output": "json"}
        return self.exchange.post(f"/service/Message/{method}", ours | dict(form)).members()


def _is_state(told: object, ids: Sequence[str]) -> bool:
    """Of one of ours, and one that we know."""
    return (
        isinstance(told, dict)
        and str(told.get("id")) in ids
        and str(told.get("status")) in STATUSES
    )
