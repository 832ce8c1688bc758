"""The subscriber's copy: after sealing he gets a link by SMS, and his papers by e-mail."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self


class CopyWay(StrEnum):
    """How a copy goes."""

    SMS = "sms"
    """A link to the papers, which is opened by who knows the subscriber."""
    EMAIL = "email"
    """The sealed files themselves."""


class CopyState(StrEnum):
    """How far a copy has come."""

    OWED = "owed"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    """It may have left or not: an SMS is not sent a second time by itself."""
    REFUSED = "refused"
    """For good: there is no such mailbox, or the files are too large for a letter."""


@dataclass(frozen=True, kw_only=True)
class CopyPolicy:
    """Which copies are owed, and when what failed is tried again."""

    ways: frozenset[CopyWay] = frozenset()
    waits: tuple[timedelta, ...] = (
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=6),
    )
    """Between tries; the last one again and again, without an end."""
    lease: timedelta = timedelta(minutes=5)
    """Whoever took a copy and has not told its end by then has died."""
    longest: timedelta = timedelta(seconds=90)
    """None is begun with less than that left of its lease: a letter may take a minute."""
    at_once: Mapping[CopyWay, int] = field(
        default_factory=lambda: {CopyWay.SMS: 8, CopyWay.EMAIL: 4}
    )
    """So many of each way are taken together, and given one after another: within their lease."""

    def owes(self, way: CopyWay, *, email: str | None) -> bool:
        """Whether such a copy is owed to a subscriber with that address."""
        return way in self.ways and (way is CopyWay.SMS or email is not None)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One copy of one envelope; of each way there is one, ever."""

    envelope_id: str
    way: CopyWay
    state: CopyState = CopyState.OWED
    next_at: datetime
    tries: int = 0

    @property
    def id(self) -> str:
        """By which its messages are known: the same at every try."""
        return f"{self.envelope_id}-{self.way}"

    def settled(self, state: CopyState) -> Self:
        """It needs nothing more."""
        return replace(self, state=state, tries=self.tries + 1)

    def postponed(self, now: datetime, policy: CopyPolicy) -> Self:
        """To be tried again later."""
        wait = policy.waits[min(self.tries, len(policy.waits) - 1)]
        return replace(self, next_at=now + wait, tries=self.tries + 1)


def owed(envelope_id: str, policy: CopyPolicy, *, email: str | None, now: datetime) -> list[Copy]:
    """All copies that are owed of an envelope that was just sealed."""
    return [
        Copy(envelope_id=envelope_id, way=way, next_at=now)
        for way in CopyWay
        if policy.owes(way, email=email)
    ]
