"""A batch of notary packs: many debtors of one table, each line done once whatever happens."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from docgen.domain.canonical import canonical_json
from docgen.domain.pack_record import number_of


class LineState(StrEnum):
    """What became of a debtor's line."""

    WAITING = "waiting"
    READY = "ready"
    """Its pack is sealed."""
    BLOCKED = "blocked"
    """The rules forbid it, or nobody answers for a warning."""
    FAILED = "failed"
    """Something hindered the making; it is tried again when the batch is run again."""


OPEN = (LineState.WAITING, LineState.FAILED)
"""What a run still has to do."""


@dataclass(frozen=True, kw_only=True)
class PackBatch:
    """One table that was taken; `id` follows from what it says, so that it is taken once."""

    id: str
    owner: str
    client: str
    lines: int
    created_at: datetime
    region: str | None = None
    actor: str = ""
    """As journals name whoever has asked for it."""
    kept: bool = False
    """Whether its papers are kept here, so that workers build it; else whoever has them does."""
    stopped: bool = False
    """Whether somebody has stopped it; it goes on when it is resumed."""


@dataclass(frozen=True, kw_only=True)
class BatchLine:
    """One debtor of a batch."""

    batch_id: str
    place: int
    """From 1, in the order of the table."""
    case: str
    """How the table calls it."""
    given: Mapping[str, Any]
    """The whole case as JSON values."""
    state: LineState = LineState.WAITING
    pack_id: str | None = None
    outcome: Mapping[str, Any] = field(default_factory=dict)
    """Sums and findings as JSON values; of a failure, its code."""
    finished_at: datetime | None = None


def batch_number(cases: Sequence[str], *, owner: str, year: int, kept: bool = False) -> str:
    """`NB-2026-…` from the hashes of the cases in their order, whose they are, and who builds."""
    content = canonical_json({"owner": owner, "cases": list(cases), "kept": kept})
    return number_of(hashlib.sha256(content).hexdigest(), year).replace("NP-", "NB-", 1)


def line_name(batch_id: str, place: int) -> str:
    """`NB-2026-7K3M9QF2TZ/17`: how work on a line is told."""
    return f"{batch_id}/{place}"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a batch is, how fast it goes and how long it will take."""

    counts: Mapping[LineState, int]
    lines: int
    recent: Sequence[datetime] = ()
    """When the last lines were finished, in any order."""

    @property
    def done(self) -> int:
        """Lines of which something final is known."""
        return sum(self.counts.get(state, 0) for state in (LineState.READY, LineState.BLOCKED))

    @property
    def left(self) -> int:
        """Lines that a run still has to do."""
        return self.lines - self.done

    def per_minute(self, now: datetime) -> float | None:
        """Of the last lines; None while fewer than two of them are known."""
        if len(self.recent) < _LEAST:
            return None
        time = max(now, *self.recent) - min(self.recent)
        return (len(self.recent) - 1) / max(time.total_seconds(), 0.001) * 60

    def remaining(self, now: datetime) -> timedelta | None:
        """At that rate."""
        rate = self.per_minute(now)
        return None if not rate else timedelta(minutes=self.left / rate)


_LEAST = 2
