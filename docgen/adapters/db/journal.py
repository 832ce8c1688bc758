"""The journal in SQL."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from docgen.adapters.db.prepared import Foreseen, Prepared, PreparedQuery
from docgen.adapters.db.reading import all_rows
from docgen.adapters.db.rows import JournalRow
from docgen.adapters.db.webhook_rows import NewsRow
from docgen.domain import journal
from docgen.domain.errors import StaleEnvelope
from docgen.domain.journal import Entry, Event, Fact
from docgen.domain.webhook import TOPICS
from docgen.ports import Coming

# Filled in when they are executed: to build a statement anew takes longer than to execute it.
_ENTRY, _NEWS = Prepared(insert(JournalRow)), Prepared(insert(NewsRow))
_OF_ONE = select(JournalRow).where(JournalRow.envelope_id == bindparam("its_id"))
ENTRIES = PreparedQuery(_OF_ONE.order_by(JournalRow.sequence))
_LAST = PreparedQuery(_OF_ONE.order_by(JournalRow.sequence.desc()).limit(1))


class SqlJournal:
    """Implements ports.Journal; triggers in the database refuse to change what is written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._newest: dict[str, Entry] = {}
        self._ends = Foreseen(lambda chain: _LAST.soon(connection, {"its_id": chain}))

    def append(self, envelope_id: str, fact: Fact) -> Entry:
        """Write the next entry; StaleEnvelope is raised if another took its place meanwhile.

        It may be raised by what the unit does next, at the latest by its commit; the unit is over.
        """
        entry = journal.chain(fact, envelope_id=envelope_id, last=self._last(envelope_id))
        refusal = partial(StaleEnvelope, envelope_id)
        _ENTRY.tell(self._connection, entry_columns(entry), refusal=refusal)
        if entry.event in TOPICS:
            news = {"envelope_id": envelope_id, "sequence": entry.sequence}
            _NEWS.tell(self._connection, news, refusal=refusal)
        self._newest[envelope_id] = entry
        return entry

    def of(self, envelope_id: str) -> Sequence[Entry]:
        """All entries of an envelope, in order."""
        rows = all_rows(self._connection, ENTRIES, {"its_id": envelope_id})
        return [entry_of(row) for row in rows]

    def last(self, envelope_id: str) -> Coming[Entry | None]:
        """The last entry, as it is in the database."""
        rows = _LAST.soon(self._connection, {"its_id": envelope_id})
        return lambda: _entry_in(rows())

    def follow(self, last: Entry) -> None:
        """The next entry comes after this one; StaleEnvelope as for `append` if another does."""
        self._newest.setdefault(last.envelope_id, last)

    def envelope_ids(self) -> Sequence[str]:
        """Every envelope that has entries."""
        wanted = select(JournalRow.envelope_id).distinct().order_by(JournalRow.envelope_id)
        return self._connection.scalars(wanted).all()

    def begin(self, envelope_id: str) -> None:
        """It is new in this very unit, and so nothing was written of it."""
        self._ends.put(envelope_id, ())

    def put(self, envelope_id: str, last: Sequence[JournalRow]) -> None:
        """Its last entry was read already, and others write none meanwhile."""
        if envelope_id not in self._newest:
            self._ends.put(envelope_id, last)

    def foresee(self, envelope_id: str) -> None:
        """Ask for the last entry along with what is asked next; others write none meanwhile."""
        if envelope_id not in self._newest:
            self._ends.foresee(envelope_id)

    def _last(self, envelope_id: str) -> Entry | None:
        if envelope_id in self._newest:
            return self._newest[envelope_id]
        return _entry_in(self._ends.take(envelope_id))


def _entry_in(rows: Sequence[JournalRow]) -> Entry | None:
    return entry_of(rows[0]) if rows else None


def entry_columns(entry: Entry) -> dict[str, Any]:
    """The columns of an entry."""
    return {
        "envelope_id": entry.envelope_id,
        "sequence": entry.sequence,
        "event": entry.event.value,
        "at": entry.at,
        "actor": entry.actor,
        "details": dict(entry.details),
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def entry_of(row: JournalRow) -> Entry:
    """The entry of a row; raises ValueError for an event that is none."""
    return Entry(
        envelope_id=row.envelope_id,
        sequence=row.sequence,
        event=Event(row.event),
        at=row.at,
        actor=row.actor,
        details=row.details,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )
