"""Where a notary pack stands, from the case as it came in to the court, and every way there is.

What happens at the notary is told by people, each time with the day on which it happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from docgen.domain.errors import PackMoveNotAllowed


class PackState(StrEnum):
    """Where a pack stands."""

    DRAFT = "draft"
    """Rules stand in its way, or warnings that nobody answers for."""
    CHECKED = "checked"
    """Nothing does: it may be built."""
    BOUND = "bound"
    """Volumes and manifest are there; they never change again once they are sealed."""
    SEALED = "sealed"
    SUBMITTED = "submitted"
    """Handed over to the notary; each handing over is told."""
    REFUSED = "refused"
    """By the notary, with a reason (notariat law, 48)."""
    MADE = "made"
    """The inscription is made (92-1)."""
    COPY_SENT = "copy_sent"
    """To the debtor (92-6(1))."""
    COPY_RECEIVED = "copy_received"
    """By the debtor, or it counts as received (92-6(1-1))."""
    ISSUED = "issued"
    """No objection came in time: it can be enforced (92-7)."""
    OBJECTED = "objected"
    """The debtor objects, with reasons (92-6(2))."""
    CANCELLED = "cancelled"
    """By the notary's ruling (92-8)."""
    COURT = "court"
    """The claim is before the court."""
    EXPIRED = "expired"
    """It was not presented for enforcement in three years (92-5)."""


_S = PackState
MOVES: Mapping[PackState, frozenset[PackState]] = {
    _S.DRAFT: frozenset({_S.DRAFT, _S.CHECKED}),
    _S.CHECKED: frozenset({_S.DRAFT, _S.CHECKED}),
    _S.BOUND: frozenset({_S.CHECKED, _S.BOUND}),
    _S.SEALED: frozenset({_S.BOUND}),
    _S.SUBMITTED: frozenset({_S.SEALED, _S.SUBMITTED}),
    _S.REFUSED: frozenset({_S.SUBMITTED}),
    _S.MADE: frozenset({_S.SUBMITTED}),
    _S.COPY_SENT: frozenset({_S.MADE}),
    _S.COPY_RECEIVED: frozenset({_S.COPY_SENT}),
    _S.ISSUED: frozenset({_S.COPY_RECEIVED}),
    _S.OBJECTED: frozenset({_S.COPY_RECEIVED}),
    _S.CANCELLED: frozenset({_S.OBJECTED}),
    _S.COURT: frozenset({_S.CANCELLED}),
    _S.EXPIRED: frozenset({_S.MADE, _S.COPY_SENT, _S.COPY_RECEIVED, _S.ISSUED}),
}
"""From where each state is reached: the whole table, nothing else changes a state."""

AT_THE_DESK = frozenset({_S.DRAFT, _S.CHECKED})
"""While a pack is still a case, whose warnings people answer for."""
MADE_HERE = frozenset({_S.DRAFT, _S.CHECKED, _S.BOUND, _S.SEALED})
"""What comes about by ourselves, and is told by nobody."""
FOR_THE_COURT = frozenset({_S.OBJECTED, _S.CANCELLED, _S.COURT})
"""A reasoned objection: no second inscription for that debt (92-8)."""
WITH_INSCRIPTION = frozenset({_S.MADE, _S.COPY_SENT, _S.COPY_RECEIVED, _S.ISSUED})
"""There is one, and it lives."""

FACTS: Mapping[PackState, frozenset[str]] = {
    _S.SUBMITTED: frozenset({"recipient", "how"}),
    _S.REFUSED: frozenset({"reason"}),
    _S.MADE: frozenset({"number"}),
    _S.COPY_SENT: frozenset({"how"}),
    _S.COPY_RECEIVED: frozenset(),
    _S.ISSUED: frozenset(),
    _S.OBJECTED: frozenset({"reason"}),
    _S.CANCELLED: frozenset(),
    _S.COURT: frozenset({"number"}),
    _S.EXPIRED: frozenset(),
}
"""What has to be told with each outcome."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One thing that became of a pack: which, on which day, and who told it."""

    state: PackState
    on: date
    at: datetime
    """When it was told."""
    by: str
    """Who told it, as journals name him."""
    number: str | None = None
    """Of the inscription, or of the case before the court."""
    reason: str | None = None
    recipient: str | None = None
    """The notary, by name and licence."""
    how: str | None = None
    """By courier, by registered letter, to the e-mail of the contract."""


def require_move(state: PackState, to: PackState) -> None:
    """Raise PackMoveNotAllowed unless the table has that move."""
    if state not in MOVES[to]:
        raise PackMoveNotAllowed(to, state)


def next_states(state: PackState) -> tuple[PackState, ...]:
    """What may be told to have become of a pack that stands there, in the table's order."""
    return tuple(to for to, before in MOVES.items() if state in before and to not in MADE_HERE)


def day_of(outcomes: Sequence[Outcome], state: PackState) -> date | None:
    """On which day that happened last; None where it did not."""
    days = [each.on for each in outcomes if each.state is state]
    return days[-1] if days else None
