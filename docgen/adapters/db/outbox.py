"""Work owed, in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from docgen.adapters.db.prepared import Prepared, PreparedQuery
from docgen.adapters.db.reading import all_rows
from docgen.adapters.db.rows import OutboxRow
from docgen.domain import work

# Filled in when they are executed: to build a statement anew takes longer than to execute it.
_ADD = Prepared(insert(OutboxRow))
_BACKLOG: PreparedQuery[Any] = PreparedQuery(
    select(OutboxRow.task, func.count(), func.min(OutboxRow.created_at))
    .where(OutboxRow.done_at.is_(None))
    .group_by(OutboxRow.task)
)
_SETTLE = Prepared(
    update(OutboxRow).where(
        OutboxRow.task == bindparam("its_task"),
        OutboxRow.envelope_id == bindparam("its_envelope"),
        OutboxRow.done_at.is_(None),
    )
)


class SqlOutbox:
    """Implements ports.Outbox."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: work.OutboxRow) -> None:
        """Owe it."""
        columns = {
            "id": row.id,
            "task": row.task.value,
            "envelope_id": row.envelope_id,
            "created_at": row.created_at,
            "done_at": None,
        }
        _ADD.tell(self._connection, columns)

    def owed(self, *, limit: int) -> Sequence[work.OutboxRow]:
        """The oldest unpaid rows."""
        rows = all_rows(
            self._connection,
            select(OutboxRow)
            .where(OutboxRow.done_at.is_(None))
            .order_by(OutboxRow.created_at, OutboxRow.id)
            .limit(limit),
        )
        return [_owed(row) for row in rows]

    def backlog(self) -> Mapping[work.Task, work.Backlog]:
        """How much is owed of each task, without those of which nothing is."""
        rows = _BACKLOG.all(self._connection)
        return {
            work.Task(task): work.Backlog(count=count, oldest=oldest)
            for task, count, oldest in rows
        }

    def settle(self, task: work.Task, envelope_id: str, *, now: datetime) -> None:
        """Mark the envelope's rows of that task as done."""
        its = {"its_task": task.value, "its_envelope": envelope_id}
        _SETTLE.tell(self._connection, its | {"done_at": now})


def _owed(row: OutboxRow) -> work.OutboxRow:
    return work.OutboxRow(
        id=row.id,
        task=work.Task(row.task),
        envelope_id=row.envelope_id,
        created_at=row.created_at,
    )
