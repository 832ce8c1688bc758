"""A message on its way to a phone: every hop it took, and what came of it.

One sending is one wish to have a code; it takes one hop, or, where the first route refuses, two.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from docgen.domain.errors import InvalidValue
from docgen.domain.subscriber import Phone

_RAW = re.compile(r"[0-9A-Za-z _.:/+-]{0,64}")
_LIKE_A_NUMBER = re.compile(r"[0-9]{5,}")
"""A provider's words may quote the phone or the code; a status needs no such run of digits."""


class Purpose(StrEnum):
    """What a message is for."""

    CODE = "code"
    COPY = "copy"
    """A link to sealed papers: it costs money and is no code."""

    @property
    def matter(self) -> str:
        """Under which name the journal tells what a message was sent for."""
        return "challenge" if self is Purpose.CODE else self.value


class Channel(StrEnum):
    """By what a code reaches the subscriber (contract, points 3 and 9)."""

    SMS = "sms"
    PUSH = "push"
    USSD = "ussd"


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a route is given; neither phone nor text is shown by `repr`."""

    phone: Phone
    text: str = field(repr=False)
    reference: str
    """Id of the hop: unique, ours, and safe to tell a provider."""
    life: timedelta
    """After that the text is worth nothing: it need not be delivered any more."""
    channel: Channel = Channel.SMS


@dataclass(frozen=True, kw_only=True)
class AskedBy:
    """Who wants a code sent: a program, and the employee at it where one is named."""

    client: str
    employee_id: str | None = None
    is_subscriber: bool = False
    """Whether the subscriber himself asks, over that program."""

    @property
    def actor(self) -> str:
        """As the journal names him."""
        if self.is_subscriber:
            return "subscriber"
        if self.employee_id is None:
            return f"client:{self.client}"
        return f"employee:{self.employee_id}"


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One wish to have a code on a phone: who asks, for which challenge."""

    id: str
    challenge_id: str
    chain: str
    """Whose journal tells of it: an envelope, or the verification of a number."""
    phone: Phone
    client: str
    employee_id: str | None
    channel: Channel = Channel.SMS
    avoid: str | None = None
    """The route by which the same code has gone already, and was not seen to arrive."""
    purpose: Purpose = Purpose.CODE


class HopState(StrEnum):
    """What a route has said of a message."""

    BEGUN = "begun"
    """Nothing yet; after a crash nobody knows whether it left."""
    TAKEN = "taken"
    REFUSED = "refused"
    """Certainly not sent."""
    UNKNOWN = "unknown"
    """It may have left or not: it counts as sent, and is never tried again by itself."""


class Delivery(StrEnum):
    """How far a message is known to have come."""

    UNDERWAY = "underway"
    DELIVERED = "delivered"
    FAILED = "failed"
    """The network gave it up: undeliverable, expired, rejected."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A route's word that it will deliver; `raw` is its status, as it gave it."""

    provider: str
    message_id: str
    raw: str = ""
    cost_tiyn: int | None = None

    def __post_init__(self) -> None:
        require_raw(self.raw)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a provider says became of a message it took, in its own words and in ours."""

    route: str
    message_id: str
    delivery: Delivery
    raw: str
    at: datetime

    def __post_init__(self) -> None:
        require_raw(self.raw)


@dataclass(frozen=True, kw_only=True)
class AskedOf:
    """A message whose state a provider is asked for; `phone` where it is known."""

    message_id: str
    phone: Phone | None = None


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One handing over of one message to one route."""

    id: str
    sending: str
    """The wish it belongs to: two hops of one sending carry the same code."""
    challenge_id: str
    chain: str
    number: int
    """Its place among the hops of the challenge, from 1."""
    route: str
    subject: str
    """HMAC of the phone, in hexadecimal: tells the same phone, not which one."""
    network: str
    """The three digits after +7."""
    client: str
    employee_id: str | None
    begun_at: datetime
    state: HopState = HopState.BEGUN
    provider: str | None = None
    message_id: str | None = None
    raw: str | None = None
    answered_at: datetime | None = None
    cost_tiyn: int | None = None
    delivery: Delivery = Delivery.UNDERWAY
    delivery_raw: str | None = None
    delivery_at: datetime | None = None
    purpose: Purpose = Purpose.CODE

    def taken(self, answer: Taken, *, at: datetime) -> Self:
        """The route has it."""
        return replace(
            self,
            state=HopState.TAKEN,
            provider=answer.provider,
            message_id=answer.message_id,
            raw=answer.raw,
            answered_at=at,
            cost_tiyn=self.cost_tiyn if answer.cost_tiyn is None else answer.cost_tiyn,
        )

    def refused(self, raw: str, *, at: datetime) -> Self:
        """The route has not taken it: it costs nothing and will not arrive."""
        return replace(
            self,
            state=HopState.REFUSED,
            raw=raw,
            answered_at=at,
            cost_tiyn=0,
            delivery=Delivery.FAILED,
        )

    def uncertain(self, raw: str, *, at: datetime, message_id: str | None = None) -> Self:
        """Nobody knows: it counts, and may yet be told of by a receipt."""
        return replace(
            self,
            state=HopState.UNKNOWN,
            message_id=message_id,
            raw=raw,
            answered_at=at,
            delivery=Delivery.UNKNOWN,
        )

    def told(self, receipt: Receipt) -> Self:
        """What a receipt adds; what is final is never taken back by a later or repeated one."""
        if self.delivery is Delivery.DELIVERED or not _further(self.delivery, receipt.delivery):
            return self
        return replace(
            self,
            delivery=receipt.delivery,
            delivery_raw=receipt.raw,
            delivery_at=receipt.at,
        )

    @property
    def may_arrive(self) -> bool:
        """Whether the phone has it or may yet get it."""
        return self.state is not HopState.REFUSED and self.delivery is not Delivery.FAILED


def delivery_of(hops: tuple[Hop, ...]) -> Delivery:
    """How far a challenge has come: one delivered message is enough, one on its way gives hope."""
    states = {hop.delivery for hop in hops}
    order = (Delivery.DELIVERED, Delivery.UNDERWAY, Delivery.UNKNOWN)
    return next((each for each in order if each in states), Delivery.FAILED)


def require_raw(raw: str) -> None:
    """Raise InvalidValue unless it is a short status that names nobody and quotes no code."""
    if not _RAW.fullmatch(raw) or _LIKE_A_NUMBER.search(raw):
        raise InvalidValue("a provider's status is short and holds no number")


def plain(raw: object) -> str:
    """Whatever a provider said, as far as it may be kept: letters, few digits, 64 characters."""
    kept = "".join(each for each in str(raw) if _RAW.fullmatch(each))
    return _LIKE_A_NUMBER.sub("", kept)[:64]


def _further(known: Delivery, told: Delivery) -> bool:
    """Failed is final but for a delivery; an unknown one may still be anything."""
    if known is Delivery.FAILED:
        return told is Delivery.DELIVERED
    return told is not known
