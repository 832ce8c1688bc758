"""How often codes may be sent: to a phone, by a technician, for a program, for how much money.

One sending is counted once, however many routes it takes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

MOBILE_NETWORKS = frozenset(
    ("700", "701", "702", "705", "706", "707", "708", "747", "771", "775", "776", "777", "778")
)
"""The three digits after +7 of Kazakhstan's mobile networks that take messages."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Limit(StrEnum):
    """Every rule by which a code may be refused for a while."""

    COOL_DOWN = "cool_down"
    FAILURES = "failures"
    PHONE = "phone"
    TECHNICIAN = "technician"
    CLIENT = "client"
    BUDGET = "budget"
    CONVERSION = "conversion"
    SHARED_PHONE = "shared_phone"
    GUESSES = "guesses"
    WRONG_CODES = "wrong_codes"
    SIGN_IN = "sign_in"
    """Not of codes: passwords of one account, or from one address."""
    ROTATIONS = "rotations"
    """Not of codes either: new secrets of one webhook."""


class Alert(StrEnum):
    """What somebody should look into; it is told without naming anybody."""

    CONVERSION = "conversion"
    SHARED_PHONE = "shared_phone"
    BUDGET = "budget"
    GUESSES = "guesses"
    BURST = "burst"


class Of(StrEnum):
    """By what the register counts messages."""

    PHONE = "phone"
    """By what stands for it."""
    TECHNICIAN = "technician"
    CLIENT = "client"
    NETWORK = "network"


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """At most so many within any window of that length."""

    most: int
    window: timedelta


@dataclass(frozen=True, kw_only=True)
class ConversionPolicy:
    """When so few codes are typed in that somebody may be pumping messages."""

    least: int = 10
    """Fewer envelopes tell nothing."""
    percent: int = 40
    window: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class BurstPolicy:
    """When a technician sends far more than he does in his own usual hour."""

    least: int = 10
    """Fewer in an hour are no burst."""
    hours: int = 20
    """With fewer busy hours behind him nobody has a usual one."""
    sigmas: float = 3.0
    memory: timedelta = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class SendingPolicy:
    """All limits of sending; money in tiyn, a hundredth of a tenge."""

    per_phone: tuple[Allowance, ...] = (
        Allowance(most=5, window=_HOUR),
        Allowance(most=10, window=_DAY),
    )
    """Over all documents: the phone may be a stranger's."""
    per_technician: tuple[Allowance, ...] = (
        Allowance(most=30, window=_HOUR),
        Allowance(most=150, window=_DAY),
    )
    per_client: tuple[Allowance, ...] = (Allowance(most=60, window=timedelta(minutes=1)),)
    subscribers_per_phone: Allowance = field(
        default_factory=lambda: Allowance(most=3, window=timedelta(days=30))
    )
    """The main fraud of signing in the field: a technician's own number for many."""
    daily_budget_tiyn: int = 20_000_000
    """Per client and day of Almaty; a hard stop."""
    message_tiyn: int = 2_000
    """What a message is taken to cost until its price is known."""
    networks: frozenset[str] = MOBILE_NETWORKS
    conversion: ConversionPolicy = field(default_factory=ConversionPolicy)
    wrong_codes: Allowance = field(default_factory=lambda: Allowance(most=20, window=_DAY))
    """Per phone, over all documents."""
    burst: BurstPolicy = field(default_factory=BurstPolicy)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One thing of the past that counts: `id` tells it from others, so that it counts once."""

    id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Meter:
    """A limit of somebody, by what stands for him, and what a sending adds to it."""

    limit: Limit
    subject: str
    adds: str
    """What is counted: the sending, or who it is for; the same counts once."""
    allowances: tuple[Allowance, ...]
    since: datetime | None = None
    """What was before does not count any more: somebody has looked into it."""
    is_taken_back: bool = True
    """Whether a sending that never left is not counted."""

    @property
    def memory(self) -> timedelta:
        """How far back it counts."""
        return max(each.window for each in self.allowances)


@dataclass(frozen=True, kw_only=True)
class Purse:
    """A client's money of a day."""

    subject: str
    day: date
    ends_at: datetime
    cost_tiyn: int
    most_tiyn: int


@dataclass(frozen=True, kw_only=True)
class Asked:
    """All that one sending is counted on, together or not at all."""

    sending_id: str
    meters: tuple[Meter, ...]
    purse: Purse


@dataclass(frozen=True, kw_only=True)
class SpentMoney:
    """What a client's messages of a day have cost, and which sendings that includes."""

    tiyn: int
    includes: tuple[str, ...]
    """Sendings of the last minute: what is counted elsewhere and is not here is on its way."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of the codes of one envelope whose time to be typed is over, or which were."""

    begun_at: datetime
    is_confirmed: bool


def waits_for_conversion(
    outcomes: Sequence[Outcome], *, now: datetime, policy: ConversionPolicy
) -> timedelta | None:
    """How long to send nothing more, where too few of these were confirmed."""
    confirmed = sum(each.is_confirmed for each in outcomes)
    if len(outcomes) < policy.least or confirmed * 100 >= len(outcomes) * policy.percent:
        return None
    times = sorted(each.begun_at for each in outcomes)
    return times[len(times) - policy.least] + policy.window - now


def is_burst(times: Sequence[datetime], *, now: datetime, policy: BurstPolicy) -> bool:
    """Whether the last of these sendings is the one by which this hour goes beyond the usual.

    The usual is the mean of his busy hours and so many standard deviations of them.
    """
    this_hour = _hour(now)
    counts = {hour: len(list(each)) for hour, each in groupby(sorted(times), key=_hour)}
    current = counts.pop(this_hour, 0)
    usual = list(counts.values())
    if current < policy.least or len(usual) < policy.hours:
        return False
    mean = sum(usual) / len(usual)
    sigma = math.sqrt(sum((each - mean) ** 2 for each in usual) / len(usual))
    most = max(mean + policy.sigmas * sigma, policy.least - 1)
    return current - 1 <= most < current


def wait_until_allowed(
    times: Sequence[datetime], allowance: Allowance, *, now: datetime
) -> timedelta | None:
    """How long until one more fits into the window, where none fits now."""
    recent = sorted(each for each in times if each > now - allowance.window)
    if len(recent) < allowance.most:
        return None
    return recent[len(recent) - allowance.most] + allowance.window - now


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
