"""Read what happened to an envelope."""

from collections.abc import Sequence
from dataclasses import dataclass

from docgen.domain.journal import Entry
from docgen.ports import Register


@dataclass(frozen=True, kw_only=True)
class ReadJournal:
    """The chain of an envelope, from its first entry on."""

    register: Register

    def __call__(self, envelope_id: str) -> Sequence[Entry]:
        """All entries in order."""
        with self.register.view() as unit:
            return unit.journal.of(envelope_id)
