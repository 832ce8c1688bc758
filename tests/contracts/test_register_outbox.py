"""Work owed, in either database."""

from datetime import timedelta

from docgen.adapters.db.register import SqlRegister
from docgen.ports import OutboxRow, Task
from tests.builders import NOW, outbox_row


def _owe(register: SqlRegister, *rows: OutboxRow) -> None:
    with register.begin() as unit:
        for row in rows:
            unit.outbox.add(row)
        unit.commit()


def _owed(register: SqlRegister, limit: int = 100) -> list[OutboxRow]:
    with register.view() as unit:
        return list(unit.outbox.owed(limit=limit))


def test_work_is_owed_the_oldest_first(register: SqlRegister) -> None:
    """Unpaid rows come back as they were, the oldest first, without an upper age."""
    young, old = outbox_row(), outbox_row(created_at=NOW - timedelta(days=4000))
    _owe(register, young, old)
    assert _owed(register) == [old, young]
    assert _owed(register, limit=1) == [old]


def test_settled_work_is_not_owed(register: SqlRegister) -> None:
    """Settling pays all rows of that task and envelope, and no others."""
    paid, again = outbox_row(envelope_id="e1"), outbox_row(envelope_id="e1")
    other_task = outbox_row(envelope_id="e1", task=Task.RENDER)
    other_envelope = outbox_row(envelope_id="e2")
    _owe(register, paid, again, other_task, other_envelope)
    with register.begin() as unit:
        unit.outbox.settle(Task.SEAL, "e1", now=NOW)
        unit.commit()
    assert _owed(register) == [other_task, other_envelope]


def test_work_can_be_owed_again(register: SqlRegister) -> None:
    """A row added after settling is owed."""
    _owe(register, outbox_row(envelope_id="e1"))
    with register.begin() as unit:
        unit.outbox.settle(Task.SEAL, "e1", now=NOW)
        unit.commit()
    again = outbox_row(envelope_id="e1")
    _owe(register, again)
    assert _owed(register) == [again]
