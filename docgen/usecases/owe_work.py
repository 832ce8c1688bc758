"""Write down, in the transaction that makes it due, that work is owed to an envelope."""

from datetime import datetime

from docgen.domain.work import OutboxRow, Task
from docgen.ports import Chance, UnitOfWork


def owe_work(
    unit: UnitOfWork, envelope_id: str, *, task: Task, now: datetime, chance: Chance
) -> None:
    """A worker finds it, whoever dies before he could be told."""
    unit.outbox.add(
        OutboxRow(id=chance.identifier(), task=task, envelope_id=envelope_id, created_at=now)
    )
