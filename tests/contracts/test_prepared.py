"""Statements that go past SQLAlchemy to the driver, in either database."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.prepared import Prepared, PreparedQuery
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.db.rows import EnvelopeRow, OutboxRow
from docgen.domain.envelope import State
from tests.builders import NOW, envelope

_ADD = Prepared(insert(OutboxRow))
_CHANGE = Prepared(update(OutboxRow).where(OutboxRow.id == bindparam("its_id")))
_OF_TASK = select(OutboxRow).where(OutboxRow.task == bindparam("its_task")).order_by(OutboxRow.id)
_SEALING = select(OutboxRow.id).where(OutboxRow.task == "seal")


@pytest.fixture
def connection(register: SqlRegister) -> Iterator[Connection]:
    """A transaction that is undone; in the register are two envelopes, one of them confirmed."""
    with register.begin() as unit:
        unit.envelopes.add(envelope(State.CONFIRMED, id="confirmed"))
        unit.envelopes.add(envelope(id="draft"))
        unit.commit()
    with register._engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.close()


def _row(its_id: str, **more: Any) -> dict[str, Any]:
    owed = {"id": its_id, "task": "seal", "envelope_id": "draft", "created_at": NOW}
    return owed | {"done_at": None} | more


def test_rows_are_those_of_sqlalchemy(connection: Connection) -> None:
    """Names, JSON, times with their zone and what is empty, column by column."""
    wanted = select(EnvelopeRow).order_by(EnvelopeRow.id)
    ours: list[Any] = list(PreparedQuery(wanted).all(connection))
    theirs = connection.execute(wanted).all()
    assert [row._asdict() for row in ours] == [row._asdict() for row in theirs]
    assert [row.state for row in ours] == ["confirmed", "draft"]
    assert ours[0].created_at.utcoffset() is not None


def test_rows_are_written_changed_and_counted(connection: Connection) -> None:
    """A change tells how many rows it has hit, none included."""
    assert _ADD.run(connection, _row("a")) == 1
    assert _CHANGE.run(connection, {"its_id": "a", "done_at": NOW}) == 1
    assert _CHANGE.run(connection, {"its_id": "nobody", "done_at": NOW}) == 0
    (row,) = PreparedQuery(_OF_TASK).all(connection, {"its_task": "seal"})
    assert row.done_at == NOW


def test_a_statement_may_be_given_other_columns(connection: Connection) -> None:
    """Each set of names is written for itself: none of them changes what another one did."""
    _ADD.run(connection, _row("a"))
    _CHANGE.run(connection, {"its_id": "a", "done_at": NOW})
    _CHANGE.run(connection, {"its_id": "a", "task": "render"})
    (row,) = PreparedQuery(_OF_TASK).all(connection, {"its_task": "render"})
    assert (row.task, row.done_at) == ("render", NOW)


def test_values_of_the_statement_itself_need_not_be_given(connection: Connection) -> None:
    """What was written into it is sent along; of several columns the first may be asked for."""
    for its_id in ("a", "b"):
        _ADD.run(connection, _row(its_id))
    _ADD.run(connection, _row("c", task="render"))
    assert sorted(PreparedQuery(_SEALING).column(connection)) == ["a", "b"]


def test_what_a_rule_refuses_has_its_usual_name_and_is_not_quoted(connection: Connection) -> None:
    """The register's own failures are made of it, and logs must not show rows."""
    _ADD.run(connection, _row("a"))
    with pytest.raises(IntegrityError) as refused:
        _ADD.run(connection, _row("a", task="secret"))
    assert "secret" not in str(refused.value)
