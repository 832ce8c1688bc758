"""Work owed, in either database."""

from datetime import timedelta

from docgen.adapters.db.register import SqlRegister
from docgen.domain.work import Backlog, OutboxRow, Task
from tests.builders import NOW, outbox_row


def _owe(register: SqlRegister, *rows: OutboxRow) -> None:
    with register.begin() as unit:
        for row in rows:
            unit.outbox.add(row)
        unit.commit()


def _owed(register: SqlRegister, limit: int = 100) -> list[OutboxRow]:
    with register.view() as unit:
        return list(unit.outbox.owed(limit=limit))


def _settle(register: SqlRegister, task: Task, envelope_id: str) -> None:
    with register.begin() as unit:
        unit.outbox.settle(task, envelope_id, now=NOW)
        unit.commit()


def _backlog(register: SqlRegister) -> dict[Task, Backlog]:
    with register.view() as unit:
        return dict(unit.outbox.backlog())


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
    _settle(register, Task.SEAL, "e1")
    assert _owed(register) == [other_task, other_envelope]


def test_work_can_be_owed_again(register: SqlRegister) -> None:
    """A row added after settling is owed."""
    _owe(register, outbox_row(envelope_id="e1"))
    _settle(register, Task.SEAL, "e1")
    again = outbox_row(envelope_id="e1")
    _owe(register, again)
    assert _owed(register) == [again]


def test_the_backlog_counts_each_task(register: SqlRegister) -> None:
    """Of every task what is owed and since when, whatever the order of adding."""
    hour = timedelta(hours=1)
    seals = [outbox_row(created_at=NOW - n * hour) for n in (1, 3, 2)]
    renders = [outbox_row(task=Task.RENDER, created_at=NOW)]
    _owe(register, *seals, *renders)
    assert _backlog(register) == {
        Task.SEAL: Backlog(count=3, oldest=NOW - 3 * hour),
        Task.RENDER: Backlog(count=1, oldest=NOW),
    }


def test_what_is_settled_leaves_the_backlog(register: SqlRegister) -> None:
    """A task of which nothing is owed any more is not in it."""
    old, young = outbox_row(created_at=NOW - timedelta(days=1)), outbox_row()
    _owe(register, old, young)
    _settle(register, Task.SEAL, old.envelope_id)
    assert _backlog(register) == {Task.SEAL: Backlog(count=1, oldest=NOW)}
    _settle(register, Task.SEAL, young.envelope_id)
    assert _backlog(register) == {}
