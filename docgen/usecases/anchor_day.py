"""Anchor a day: one hash over everything written, and an authority's word on when it was."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from docgen.domain import merkle
from docgen.domain.anchor import Anchor, Leaf, Token, anchor
from docgen.domain.errors import SealUnavailable
from docgen.ports import Clock, Register, UnitOfWork
from docgen.ports_of_evidence import TimeStamper, TimeStampJudge
from docgen.texts import dates

log = logging.getLogger(__name__)

HOLD = "anchors"
_PAGE = 1000
_OVERLAP = timedelta(days=2)
"""So long may lie between the time an entry states and the moment it can be read."""


@dataclass(frozen=True, kw_only=True)
class AnchorDay:
    """Closes the day that is over, in Almaty; late, where nobody was here, but nothing is lost."""

    register: Register
    clock: Clock
    judge: TimeStampJudge
    stamper: TimeStamper | None
    """None where no authority is configured: anchors are then kept without its word."""

    def due(self) -> date | None:
        """The day that is over and has no anchor yet, if there is one."""
        with self.register.view() as unit:
            return self._due(unit)

    def has_work(self) -> bool:
        """Whether a day is due, or a token is owed: mostly not, and this is asked all day long."""
        with self.register.view() as unit:
            if self._due(unit) is not None:
                return True
            return self.stamper is not None and bool(unit.anchors.owed())

    def _due(self, unit: UnitOfWork) -> date | None:
        over = dates.local_day(self.clock.now()) - timedelta(days=1)
        last = unit.anchors.last()
        return over if last is None or last.day < over else None

    def __call__(self) -> Anchor | None:
        """The anchor that was made, if one was due; then tokens that are owed are asked for.

        Raises SealUnavailable where the authority is down: what is owed stays owed.
        """
        with self.register.hold(HOLD) as ours:
            if not ours:
                return None
            day = self.due()
            made = None if day is None else self._make(day)
            self._stamp_owed()
            return made

    def _make(self, day: date) -> Anchor:
        tree = merkle.Tree()
        with self.register.view() as seen, self.register.begin() as unit:
            last, now = seen.anchors.last(), self.clock.now()
            since = None if last is None else last.until - _OVERLAP
            for page in _pages(seen.anchors.unanchored(since)):
                unit.anchors.add_leaves(day, page, first=tree.size)
                for leaf in page:
                    tree.add(leaf.tree_hash())
            made = anchor(day, until=now, tree=tree, last=last)
            unit.anchors.add(made)
            unit.commit()
        log.info("the anchor of %s holds %d leaves", day, made.leaves)
        return made

    def _stamp_owed(self) -> None:
        if self.stamper is None:
            return
        with self.register.view() as unit:
            owed = unit.anchors.owed()
        for each in owed:
            token = self._token(each, self.stamper)
            with self.register.begin() as unit:
                unit.anchors.add_token(token)
                unit.commit()

    def _token(self, owed: Anchor, stamper: TimeStamper) -> Token:
        content = stamper.stamp(owed.hash)
        judged = self.judge.judge(content, owed.hash)
        if judged.fault is not None or judged.stamped_at is None:
            raise SealUnavailable(f"the authority's token is no proof: {judged.fault}")
        return Token(day=owed.day, content=content, stamped_at=judged.stamped_at)


def _pages(leaves: Iterable[Leaf]) -> Iterator[list[Leaf]]:
    left = iter(leaves)
    while page := list(islice(left, _PAGE)):
        yield page
