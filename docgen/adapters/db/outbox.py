"""Work owed, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from docgen import ports
from docgen.adapters.db.rows import OutboxRow


class SqlOutbox:
    """Implements ports.Outbox."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: ports.OutboxRow) -> None:
        """Owe it."""
        self._session.execute(
            insert(OutboxRow).values(
                id=row.id,
                task=row.task.value,
                envelope_id=row.envelope_id,
                created_at=row.created_at,
                done_at=None,
            )
        )

    def owed(self, *, limit: int) -> Sequence[ports.OutboxRow]:
        """The oldest unpaid rows."""
        rows = self._session.scalars(
            select(OutboxRow)
            .where(OutboxRow.done_at.is_(None))
            .order_by(OutboxRow.created_at, OutboxRow.id)
            .limit(limit)
        )
        return [_owed(row) for row in rows]

    def settle(self, task: ports.Task, envelope_id: str, *, now: datetime) -> None:
        """Mark the envelope's rows of that task as done."""
        self._session.connection().execute(
            update(OutboxRow)
            .where(
                OutboxRow.task == task.value,
                OutboxRow.envelope_id == envelope_id,
                OutboxRow.done_at.is_(None),
            )
            .values(done_at=now)
        )


def _owed(row: OutboxRow) -> ports.OutboxRow:
    return ports.OutboxRow(
        id=row.id,
        task=ports.Task(row.task),
        envelope_id=row.envelope_id,
        created_at=row.created_at,
    )
