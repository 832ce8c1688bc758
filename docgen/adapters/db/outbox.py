"""Work owed, in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from docgen.adapters.db.rows import OutboxRow
from docgen.domain import work


class SqlOutbox:
    """Implements ports.Outbox."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: work.OutboxRow) -> None:
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

    def owed(self, *, limit: int) -> Sequence[work.OutboxRow]:
        """The oldest unpaid rows."""
        rows = self._session.scalars(
            select(OutboxRow)
            .where(OutboxRow.done_at.is_(None))
            .order_by(OutboxRow.created_at, OutboxRow.id)
            .limit(limit)
        )
        return [_owed(row) for row in rows]

    def backlog(self) -> Mapping[work.Task, work.Backlog]:
        """How much is owed of each task, without those of which nothing is."""
        rows = self._session.execute(
            select(OutboxRow.task, func.count(), func.min(OutboxRow.created_at))
            .where(OutboxRow.done_at.is_(None))
            .group_by(OutboxRow.task)
        )
        return {
            work.Task(task): work.Backlog(count=count, oldest=oldest)
            for task, count, oldest in rows
        }

    def settle(self, task: work.Task, envelope_id: str, *, now: datetime) -> None:
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


def _owed(row: OutboxRow) -> work.OutboxRow:
    return work.OutboxRow(
        id=row.id,
        task=work.Task(row.task),
        envelope_id=row.envelope_id,
        created_at=row.created_at,
    )
