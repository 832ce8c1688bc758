"""Until when something has to happen to a pack, and when something may be told of it at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from docgen.domain.calendar import Calendar, plus_years
from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.pack_record import Pack
from docgen.domain.pack_states import (
    AT_THE_DESK,
    FACTS,
    WITH_INSCRIPTION,
    Outcome,
    PackState,
    day_of,
    require_move,
)

REFUSAL_DAYS = 10
"""Calendar days that a notary has to refuse in writing (notariat law, 48)."""
COPY_DAYS = 1
"""Working days after the inscription within which the copy goes out (92-6(1))."""
OBJECTION_DAYS = 10
"""Working days after the copy was received (92-6(2))."""
RULING_DAYS = 3
"""Working days after an objection (92-8)."""
ENFORCEMENT_YEARS = 3
"""From the inscription to its being presented (92-5)."""


class Due(StrEnum):
    """What has to happen."""

    LIMITATION = "limitation"
    """The oldest claimed invoice is barred after that day (civil code, 178)."""
    REFUSAL = "refusal"
    COPY = "copy"
    OBJECTION = "objection"
    RULING = "ruling"
    ENFORCEMENT = "enforcement"


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """The last day of something."""

    due: Due
    on: date


_UNCLAIMED = AT_THE_DESK | {
    PackState.BOUND, PackState.SEALED, PackState.REFUSED, PackState.CANCELLED,
}  # fmt: skip
"""While nobody with power has the claim before him, limitation runs."""


def years_of(pack: Pack) -> tuple[int, int]:
    """The years over which its terms may run."""
    days = [pack.as_of, *(each.on for each in pack.outcomes)]
    return min(days).year, max(days).year + 1


def deadlines(pack: Pack, calendar: Calendar) -> tuple[Deadline, ...]:
    """What runs now, the next one first; a term that is over is told until it is answered."""
    found = _running(pack, calendar)
    return tuple(sorted(found, key=lambda each: (each.on, each.due)))


def _running(pack: Pack, calendar: Calendar) -> Iterator[Deadline]:
    state, of = pack.state, pack.outcomes
    if state in _UNCLAIMED and pack.limitation_ends is not None:
        yield Deadline(due=Due.LIMITATION, on=pack.limitation_ends)
    made = day_of(of, PackState.MADE)
    if state in WITH_INSCRIPTION and made is not None:
        yield Deadline(due=Due.ENFORCEMENT, on=plus_years(made, ENFORCEMENT_YEARS))
    last = of[-1].on if of else None
    if last is None:
        return
    match state:
        case PackState.SUBMITTED:
            yield Deadline(due=Due.REFUSAL, on=last + timedelta(days=REFUSAL_DAYS))
        case PackState.MADE:
            yield Deadline(due=Due.COPY, on=calendar.plus_working(last, COPY_DAYS))
        case PackState.COPY_RECEIVED:
            yield Deadline(due=Due.OBJECTION, on=calendar.plus_working(last, OBJECTION_DAYS))
        case PackState.OBJECTED:
            yield Deadline(due=Due.RULING, on=calendar.plus_working(last, RULING_DAYS))


def require_true(pack: Pack, told: Outcome, *, today: date, calendar: Calendar) -> None:
    """Raise PackMoveNotAllowed, or ValuesRejected for what is missing or cannot have been.

    Nothing happens before what came before it, nor tomorrow; an inscription is issued after the
    term of objection, and is over after its three years.
    """
    require_move(pack.state, told.state)
    wrong = [
        FieldError(f"/{name}", "required")
        for name in sorted(FACTS[told.state])
        if getattr(told, name) is None
    ]
    earliest = _earliest(pack, told.state, calendar)
    if told.on > today:
        wrong.append(FieldError("/on", "day_in_future"))
    elif earliest is not None and told.on < earliest:
        wrong.append(FieldError("/on", "day_too_early", (("day", f"{earliest:%d.%m.%Y}"),)))
    if wrong:
        raise ValuesRejected(tuple(wrong))


def _earliest(pack: Pack, to: PackState, calendar: Calendar) -> date | None:
    """The first day on which that may have happened."""
    over = {PackState.ISSUED: Due.OBJECTION, PackState.EXPIRED: Due.ENFORCEMENT}
    if to in over:
        ends = [each.on for each in deadlines(pack, calendar) if each.due is over[to]]
        if ends:
            return ends[0] + timedelta(days=1)
    return pack.outcomes[-1].on if pack.outcomes else pack.as_of
