"""What is known of a number besides that a code reaches it, and what follows from that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from docgen.domain.canonical import instant
from docgen.domain.errors import (
    DirectoryUnavailable,
    DocgenError,
    FieldError,
    NumberNotSubscribers,
    SimChanged,
)


class Belongs(StrEnum):
    """Whether the network's own books say that a number is that person's."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class DirectoryAnswer:
    """What a directory of subscribers says of a number and a person."""

    belongs: Belongs = Belongs.UNKNOWN
    sim_changed_at: datetime | None = None
    """When the number got another SIM last, where the directory knows."""


class Measure(StrEnum):
    """What to do about a finding."""

    FLAG = "flag"
    """Tell, and send the code all the same."""
    BLOCK = "block"


@dataclass(frozen=True, kw_only=True)
class NumberPolicy:
    """What is told of a number, and what stops its codes."""

    not_subscribers: Measure = Measure.BLOCK
    sim_changed: Measure = Measure.FLAG
    unavailable: Measure = Measure.FLAG
    sim_window: timedelta = timedelta(hours=72)
    """A younger SIM may be in other hands (NIST SP 800-63B-4, 3.1.3.3)."""
    shared_window: timedelta = timedelta(days=30)
    shared_from: int = 2
    """So many persons at one number are told."""
    told_window: timedelta = timedelta(hours=1)
    told_most: int = 10
    """Codes told to one employee within that time; more are told of."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Everything that was found about a number at one moment."""

    answer: DirectoryAnswer | None = None
    """None where no directory is set up, or where it did not answer."""
    unavailable: bool = False
    of_employee: bool = False
    persons: int = 1
    """How many have used the number lately, this one included."""
    verified_for_another_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NumberReport:
    """What to tell of a number, and whether its code must not be sent."""

    flags: tuple[FieldError, ...] = ()
    """Pointers are as in a person's block."""
    refusal: DocgenError | None = None
    directory: Mapping[str, str] = field(default_factory=dict)
    """The directory's answer, as journals keep it; empty where none was asked."""


def report(found: Found, *, now: datetime, policy: NumberPolicy) -> NumberReport:
    """What follows from it."""
    flags: list[FieldError] = []
    refusals: list[DocgenError] = []
    answer = found.answer or DirectoryAnswer()
    changed_at = answer.sim_changed_at
    if found.unavailable:
        flags.append(_flag("directory_unavailable"))
        _block(policy.unavailable, refusals, DirectoryUnavailable("the directory does not answer"))
    if answer.belongs is Belongs.NO:
        flags.append(_flag("number_not_subscribers"))
        _block(policy.not_subscribers, refusals, NumberNotSubscribers())
    if changed_at is not None and now - changed_at < policy.sim_window:
        hours = str(max(0, (now - changed_at) // timedelta(hours=1)))
        flags.append(_flag("sim_changed", hours=hours))
        _block(policy.sim_changed, refusals, SimChanged())
    if found.of_employee:
        flags.append(_flag("number_of_employee"))
    if found.persons >= policy.shared_from:
        flags.append(_flag("number_shared", count=str(found.persons)))
    if found.verified_for_another_at is not None:
        flags.append(_flag("number_verified_for_another"))
    return NumberReport(
        flags=tuple(flags),
        refusal=refusals[0] if refusals else None,
        directory=_details(found),
    )


def _flag(code: str, **params: str) -> FieldError:
    return FieldError("/phone", code, tuple(params.items()))


def _block(measure: Measure, refusals: list[DocgenError], refusal: DocgenError) -> None:
    if measure is Measure.BLOCK:
        refusals.append(refusal)


def _details(found: Found) -> dict[str, str]:
    if found.unavailable:
        return {"directory": "unavailable"}
    if found.answer is None:
        return {}
    changed_at = found.answer.sim_changed_at
    told = {} if changed_at is None else {"sim_changed_at": instant(changed_at)}
    return {"directory": found.answer.belongs.value} | told
