"""Later versions of sealed documents in SQL."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, select
from sqlalchemy.orm import aliased

from docgen.adapters.db.mapping import version_columns
from docgen.adapters.db.rows import DocumentRow, DocumentVersionRow
from docgen.domain.envelope import Archived, SealLevel


class SqlVersions:
    """Implements ports.Versions."""

    def __init__(self, connection: Connection, *, changed: Callable[[], None]) -> None:
        self._connection = connection
        self._changed = changed

    def add(self, document_id: str, version: Archived) -> None:
        """Store the next version; raises Conflict for a number that is taken."""
        columns = version_columns(version, document_id=document_id)
        self._connection.execute(insert(DocumentVersionRow).values(**columns))
        self._changed()

    def ending(self, before: datetime, *, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """Envelope and document ids of B-LT files whose newest certificates end by then."""
        version, newer = aliased(DocumentVersionRow), aliased(DocumentVersionRow)
        newest = select(func.max(newer.number)).where(newer.document_id == DocumentRow.id)
        renewed = exists().where(
            version.document_id == DocumentRow.id,
            version.number == newest.scalar_subquery(),
            version.ends_at > before,
        )
        ends = DocumentRow.sealed_ends_at
        wanted = (
            select(DocumentRow.envelope_id, DocumentRow.id)
            .where(DocumentRow.sealed_level == SealLevel.B_LT.value, DocumentRow.id > after)
            .where(ends.is_(None) | (ends <= before), ~renewed)
            .order_by(DocumentRow.id)
            .limit(limit)
        )
        return [(envelope, document) for envelope, document in self._connection.execute(wanted)]
