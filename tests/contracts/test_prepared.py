"""Statements that go past SQLAlchemy to the driver, in either database."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.prepared import Foreseen, Prepared, PreparedByIds, PreparedQuery, together
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.db.rows import EnvelopeRow, OutboxRow
from docgen.domain.envelope import State
from tests.builders import NOW, envelope

_ADD = Prepared(insert(OutboxRow))
_CHANGE = Prepared(update(OutboxRow).where(OutboxRow.id == bindparam("its_id")))
_OF_TASK = select(OutboxRow).where(OutboxRow.task == bindparam("its_task")).order_by(OutboxRow.id)
_SEALING = select(OutboxRow.id).where(OutboxRow.task == "seal")
_BY_IDS: PreparedByIds[Any] = PreparedByIds(
    lambda ids: select(OutboxRow).where(OutboxRow.id.in_(ids)).order_by(OutboxRow.id)
)


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


def test_rows_of_a_list_are_found_whatever_its_length(connection: Connection) -> None:
    """Each once and no other's: of none, of one, of as many as the text has places, and of more."""
    ids = [f"row {n}" for n in range(10)]
    for its_id in ids:
        _ADD.run(connection, _row(its_id))
    for length in range(10):
        wanted = ids[:length]
        assert [row.id for row in _BY_IDS.all(connection, wanted)] == wanted
    assert [row.id for row in _BY_IDS.all(connection, {"row 1", "row 3", "nobody"})] == [
        "row 1",
        "row 3",
    ]
    one, three = together(connection, _BY_IDS.asked(ids[:1]), _BY_IDS.asked(ids[:3]))
    assert [[row.id for row in rows] for rows in (one, three)] == [ids[:1], ids[:3]]


def test_lists_of_like_length_share_their_text() -> None:
    """Up to the next power of two: the text of a list is written, and planned, a few times only."""
    queries = [_BY_IDS.asked(["an id"] * length)[0] for length in range(1, 10)]
    assert [queries.index(query) + 1 for query in queries] == [1, 2, 3, 3, 5, 5, 5, 5, 9]


def test_what_a_rule_refuses_has_its_usual_name_and_is_not_quoted(connection: Connection) -> None:
    """The register's own failures are made of it, and logs must not show rows."""
    _ADD.run(connection, _row("a"))
    with pytest.raises(IntegrityError) as refused:
        _ADD.run(connection, _row("a", task="secret"))
    assert "secret" not in str(refused.value)


def test_what_is_foreseen_is_asked_once() -> None:
    """However often it is foreseen; once it was taken, or has changed, it is asked for anew."""
    asked: list[str] = []

    def ask(its_id: str) -> Callable[[], str]:
        asked.append(its_id)
        return lambda: f"of {its_id}"

    foreseen = Foreseen(ask)
    foreseen.foresee("a")
    foreseen.foresee("a")
    assert (foreseen.take("a"), asked) == ("of a", ["a"])
    foreseen.foresee("a")
    foreseen.forget("a")
    assert (foreseen.take("a"), asked) == ("of a", ["a", "a", "a"])
    foreseen.put("b", "known")
    foreseen.foresee("b")
    assert (foreseen.take("b"), asked) == ("known", ["a", "a", "a"])
