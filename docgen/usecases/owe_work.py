"""Write down, in the transaction that makes it due, that work is owed."""

from datetime import datetime

from docgen.domain.work import OutboxRow, Task
from docgen.ports import Chance, UnitOfWork


def owe_work(unit: UnitOfWork, of: str, *, task: Task, now: datetime, chance: Chance) -> None:
    """Of an envelope or a pack; a worker finds it, whoever dies before he could be told."""
    row = OutboxRow(id=chance.identifier(), task=task, envelope_id=of, created_at=now)
    unit.outbox.add(row)
