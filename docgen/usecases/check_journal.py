"""Check the journal: every chain holds, and every envelope's chain is there."""

from dataclasses import dataclass

from docgen.domain import journal
from docgen.ports import Register


@dataclass(frozen=True, kw_only=True)
class Checked:
    """How much was found in order."""

    envelopes: int
    entries: int


@dataclass(frozen=True, kw_only=True)
class CheckJournal:
    """Recomputes every hash."""

    register: Register

    def __call__(self) -> Checked:
        """What was checked; raises ChainBroken at the first entry that does not follow."""
        with self.register.view() as unit:
            envelope_ids = unit.journal.envelope_ids()
            entries = 0
            for envelope_id in envelope_ids:
                chain = unit.journal.of(envelope_id)
                journal.check(chain)
                entries += len(chain)
        return Checked(envelopes=len(envelope_ids), entries=entries)
