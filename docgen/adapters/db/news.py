"""Entries that nobody was told of yet, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, select, tuple_
from sqlalchemy.orm import Session

from docgen.adapters.db.journal import entry_of
from docgen.adapters.db.rows import EnvelopeRow, JournalRow
from docgen.adapters.db.webhook_rows import NewsRow
from docgen.domain.journal import Entry


class SqlNews:
    """Implements ports.News."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def next(self, *, limit: int) -> Sequence[Entry]:
        """The oldest of them."""
        same = and_(
            NewsRow.envelope_id == JournalRow.envelope_id, NewsRow.sequence == JournalRow.sequence
        )
        rows = self._session.scalars(
            select(JournalRow).join(NewsRow, same).order_by(NewsRow.id).limit(limit)
        )
        return [entry_of(row) for row in rows]

    def told(self, entries: Sequence[Entry]) -> None:
        """They need not be told any more."""
        names = [(entry.envelope_id, entry.sequence) for entry in entries]
        self._session.connection().execute(
            delete(NewsRow).where(tuple_(NewsRow.envelope_id, NewsRow.sequence).in_(names))
        )

    def between(
        self, owner: str, begin: datetime, end: datetime, *, after: str, limit: int
    ) -> Sequence[Entry]:
        """By envelope and place, after the one of that message id."""
        _, _, place = after.partition("_")
        envelope_id, _, sequence = place.partition("_")
        rows = self._session.scalars(
            select(JournalRow)
            .join(EnvelopeRow, EnvelopeRow.id == JournalRow.envelope_id)
            .where(
                EnvelopeRow.owner == owner,
                JournalRow.at >= begin,
                JournalRow.at < end,
                tuple_(JournalRow.envelope_id, JournalRow.sequence)
                > tuple_(envelope_id, int(sequence or 0)),
            )
            .order_by(JournalRow.envelope_id, JournalRow.sequence)
            .limit(limit)
        )
        return [entry_of(row) for row in rows]
