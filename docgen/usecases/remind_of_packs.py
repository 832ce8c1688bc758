"""Remind of packs: which terms end soon, and which are over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from docgen.domain.pack_deadlines import Deadline
from docgen.domain.pack_record import Pack, PackFilter
from docgen.ports import Clock
from docgen.texts.dates import local_day
from docgen.usecases.show_pack import FindPacks

_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class RemindOfPacks:
    """All of some owners', whatever their number."""

    find: FindPacks
    clock: Clock

    def __call__(self, *owners: str, days: int) -> Sequence[tuple[Pack, Deadline]]:
        """Each deadline within so many days or over, the oldest first."""
        last = local_day(self.clock.now()) + timedelta(days=days)
        found = [each for owner in owners for each in self._of(owner, last)]
        return sorted(found, key=lambda each: (each[1].on, each[0].id))

    def _of(self, owner: str, last: date) -> Iterator[tuple[Pack, Deadline]]:
        wanted = PackFilter(owner=owner, due_by=last)
        after: str | None = None
        while True:
            page, after = self.find(wanted, after=after, limit=_AT_ONCE)
            yield from (
                (one.pack, each) for one in page for each in one.deadlines if each.on <= last
            )
            if after is None:
                return
