"""A register that counts how often it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from docgen.adapters.db.register import SqlRegister
from docgen.ports import UnitOfWork


class CountedRegister(SqlRegister):
    """Units of work begun so far, by kind."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.views = 0
        self.writes = 0

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """One more that writes."""
        self.writes += 1
        with super().begin() as unit:
            yield unit

    @contextmanager
    def view(self) -> Iterator[UnitOfWork]:
        """One more that reads."""
        self.views += 1
        with super().view() as unit:
            yield unit

    @contextmanager
    def glance(self) -> Iterator[UnitOfWork]:
        """Counts as a view."""
        self.views += 1
        with super().glance() as unit:
            yield unit
