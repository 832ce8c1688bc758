"""Units of work over PostgreSQL: what is sent along, and what becomes of it when all goes wrong."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, TextClause, bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.journal import entry_columns
from docgen.adapters.db.kept import KEPT, MOST
from docgen.adapters.db.prepared import Prepared, PreparedQuery, together
from docgen.adapters.db.register import SqlRegister, SqlUnit
from docgen.adapters.db.rows import JournalRow, OutboxRow
from docgen.adapters.db.wire import Wire, wire_of
from docgen.domain.errors import Conflict, InvalidValue, StaleEnvelope, Unavailable
from docgen.ports import UnitOfWork
from tests.builders import NOW, fact
from tests.processes.running import eventually

_ADD = Prepared(insert(OutboxRow))
_COUNT: PreparedQuery[int] = PreparedQuery(
    select(func.count().label("count")).select_from(OutboxRow)
)
_OF_TASK = PreparedQuery(select(OutboxRow).where(OutboxRow.task == bindparam("its_task")))
_SLOW: PreparedQuery[Any] = PreparedQuery(text("SELECT pg_sleep(0.4)"))
_REFUSED: PreparedQuery[Any] = PreparedQuery(text("SELECT 1 / 0"))
_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_OPEN = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
_IN_TRANSACTION = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
)


@pytest.fixture
def other(postgres_url: str) -> Iterator[SqlRegister]:
    """Somebody else at the same database."""
    made = SqlRegister(postgres_url)
    yield made
    made.close()


def _row(its_id: str) -> dict[str, Any]:
    owed = {"id": its_id, "task": "seal", "envelope_id": "e1", "created_at": NOW}
    return owed | {"done_at": None}


def _write(wired: SqlRegister, *its_ids: str) -> None:
    with wired.begin() as unit:
        for its_id in its_ids:
            _tell(unit, its_id)
        unit.commit()


def _tell(unit: UnitOfWork, its_id: str) -> None:
    assert isinstance(unit, SqlUnit)
    _ADD.tell(unit._connection, _row(its_id))


def _count(unit: UnitOfWork) -> int:
    assert isinstance(unit, SqlUnit)
    (found,) = _COUNT.column(unit._connection)
    return found


def _write_late(register: SqlRegister) -> None:
    time.sleep(0.2)
    _write(register, "a")


def _execute(connection: Connection) -> None:
    assert connection.scalar(text("SELECT 1")) == 1


def _wire(unit: UnitOfWork) -> Wire:
    assert isinstance(unit, SqlUnit)
    wire = wire_of(unit._connection)
    assert wire is not None
    return wire


def _backend(unit: UnitOfWork) -> int:
    return _wire(unit)._pq.backend_pid


def test_what_was_told_is_there_for_the_next_question(wired: SqlRegister) -> None:
    """And for everybody after the commit; without one it never was."""
    with wired.begin() as unit:
        _tell(unit, "a")
        assert _count(unit) == 1
        _tell(unit, "b")
        unit.commit()
    with wired.begin() as unit:
        _tell(unit, "c")
    with wired.view() as unit:
        assert _count(unit) == 2


def test_what_is_refused_is_raised_by_the_commit_and_nothing_lasts(wired: SqlRegister) -> None:
    """Neither what was told before it nor what was told after; the next unit begins anew."""
    with pytest.raises(Conflict):
        _write(wired, "a", "b", "a", "c")
    with wired.begin() as unit:
        assert _count(unit) == 0
        _tell(unit, "a")
        unit.commit()


def test_what_is_refused_after_all_is_undone_leaves_no_lock(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """A unit that is given up before anybody heard of a refusal keeps nothing from others."""
    with wired.begin() as unit:
        unit.envelopes.get("e1")
        for its_id in ("a", "a"):
            _tell(unit, its_id)
    with other.begin() as unit:
        unit.envelopes.get("e1")


def test_a_refusal_has_the_name_that_was_given_to_it(wired: SqlRegister) -> None:
    """A second entry at the same place of a chain is a stale envelope, said at the latest."""
    with wired.begin() as unit:
        entry = unit.journal.append("e1", fact())
        unit.commit()
    again = Prepared(insert(JournalRow))
    with wired.begin() as unit:
        assert isinstance(unit, SqlUnit)
        stale = partial(StaleEnvelope, "e1")
        again.tell(unit._connection, entry_columns(entry), refusal=stale)
        with pytest.raises(StaleEnvelope):
            unit.commit()


def test_a_row_that_is_missing_is_missed_by_the_commit_and_nothing_lasts(
    wired: SqlRegister,
) -> None:
    """By the name that was given to it, and sooner where anything is asked before."""
    done = Prepared(update(OutboxRow).where(OutboxRow.id == bindparam("its_id")))
    missing = partial(StaleEnvelope, "e1")

    def do(unit: UnitOfWork, its_id: str) -> None:
        assert isinstance(unit, SqlUnit)
        done.tell(unit._connection, {"its_id": its_id, "done_at": NOW}, missing=missing)

    for _ in range(2):
        with wired.begin() as unit:
            _count(unit)
            _tell(unit, "a")
            do(unit, "a")
            do(unit, "b")
            with pytest.raises(StaleEnvelope):
                unit.commit()
    with wired.begin() as unit:
        do(unit, "b")
        with pytest.raises(StaleEnvelope):
            _count(unit)
    with wired.begin() as unit:
        assert _count(unit) == 0
        _tell(unit, "a")
        do(unit, "a")
        unit.commit()


def test_several_questions_are_answered_in_order(wired: SqlRegister) -> None:
    """Each with its own rows, and none where there are none."""
    with wired.begin() as unit:
        for its_id in ("a", "b"):
            _tell(unit, its_id)
        assert isinstance(unit, SqlUnit)
        sealing, rendering, counted = together(
            unit._connection, (_OF_TASK, {"its_task": "seal"}),
            (_OF_TASK, {"its_task": "render"}), (_COUNT, {}),
        )  # fmt: skip
    assert ([row.id for row in sealing], rendering, counted[0][0]) == (["a", "b"], [], 2)


def test_a_lost_connection_is_replaced_before_the_first_answer(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """All that was told is said again on the new one, and happens once."""
    with wired.begin() as unit:
        before = _backend(unit)
        _tell(unit, "a")
        _end_all_but(other)
        _tell(unit, "b")
        unit.commit()
    with wired.view() as unit:
        assert _count(unit) == 2
        assert _backend(unit) != before


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("first", [_execute, Connection.begin_nested])
def test_a_lost_connection_is_replaced_for_what_sqlalchemy_executes(
    wired: SqlRegister, other: SqlRegister, first: Callable[[Connection], object], *, tells: bool
) -> None:
    """Whether it has the first word in the unit or not, and be it that word a savepoint's."""
    _write(wired, "z")
    _end_all_but(other)
    with wired.begin() as unit:
        assert isinstance(unit, SqlUnit)
        if tells:
            _tell(unit, "a")
        first(unit._connection)
        _tell(unit, "b")
        unit.commit()
    with wired.view() as unit:
        assert _count(unit) == 2 + tells


def test_a_connection_that_sqlalchemy_finds_lost_is_an_outage_and_thrown_away(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """The next unit has another one."""

    def lose_it() -> None:
        with wired.begin() as unit:
            assert isinstance(unit, SqlUnit)
            _execute(unit._connection)
            _end_all_but(other)
            _execute(unit._connection)

    with pytest.raises(Unavailable):
        lose_it()
    _write(wired, "a")


def test_a_connection_lost_in_the_middle_is_an_outage(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """Nobody knows what the server has done: nothing of it is done again by us."""

    def lose_it() -> None:
        with wired.begin() as unit:
            _tell(unit, "a")
            assert _count(unit) == 1
            _end_all_but(other)
            _tell(unit, "b")
            unit.commit()

    with pytest.raises(Unavailable):
        lose_it()
    with wired.view() as unit:
        assert _count(unit) == 0


def test_what_went_out_with_its_commit_is_not_said_again(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """Lost while both were under way: the server may have done it, and nobody does it twice."""

    def tell() -> None:
        with wired.begin() as unit:
            unit.lock("e1")
            _tell(unit, "a")
            unit.commit()

    with ThreadPoolExecutor(1) as pool, other.begin() as holding:
        assert isinstance(holding, SqlUnit)
        connection = holding._connection
        holding.envelopes.get("e1")
        told = pool.submit(tell)
        assert eventually(lambda: bool(connection.execute(_WAITING).scalar()))
        connection.execute(_END)
        with pytest.raises(Unavailable):
            told.result(10)
    with wired.view() as unit:
        assert _count(unit) == 0


def test_what_sqlalchemy_executes_belongs_to_the_same_transaction(wired: SqlRegister) -> None:
    """Whatever was told before is seen by it, and all of it lasts or does not, as one."""
    for lasts in (False, True):
        with wired.begin() as unit:
            assert isinstance(unit, SqlUnit)
            _tell(unit, "a")
            assert unit._connection.scalar(text("SELECT count(*) FROM outbox")) == 1
            _tell(unit, "b")
            assert _count(unit) == 2
            if lasts:
                unit.commit()
        with wired.view() as unit:
            assert _count(unit) == (2 if lasts else 0)


def test_a_savepoint_takes_back_what_was_told_within_it(wired: SqlRegister) -> None:
    """What was told before it stays."""
    with wired.begin() as unit:
        assert isinstance(unit, SqlUnit)
        _tell(unit, "a")
        savepoint = unit._connection.begin_nested()
        _tell(unit, "b")
        with pytest.raises(IntegrityError):
            _tell(unit, "a")
        savepoint.rollback()
        unit.commit()
    with wired.view() as unit:
        assert _count(unit) == 1


class _Stopped(BaseException):
    """As a signal raises it in the middle of anything."""


def test_whoever_is_stopped_in_the_middle_of_an_answer_leaves_no_half_of_it(
    wired: SqlRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is thrown away: the next one would take old answers for its own."""
    with wired.begin() as unit:
        before = _backend(unit)
        monkeypatch.setattr(_wire(unit), "_got", _stop)
        with pytest.raises(_Stopped):
            _count(unit)
    with wired.view() as unit:
        assert _backend(unit) != before
        assert _count(unit) == 0


def test_rows_of_many_megabytes_go_both_ways(wired: SqlRegister) -> None:
    """More than any buffer between us holds, sent before anything is read."""
    many = 300
    with wired.begin() as unit:
        for number in range(many):
            unit.journal.append(
                "e1", replace(fact(), details={"long": "ә" * 30_000, "n": f"{number}"})
            )
        assert [entry.details["n"] for entry in unit.journal.of("e1")] == list(
            map(str, range(many))
        )


def test_only_so_many_connections_are_open_and_fewer_are_kept(
    postgres_url: str, other: SqlRegister
) -> None:
    """One unit more than there may be is told to come later."""
    wired = SqlRegister(postgres_url, patience=timedelta(milliseconds=50))
    with ExitStack() as stack:
        units = [stack.enter_context(wired.view()) for _ in range(MOST)]
        assert [_count(unit) for unit in units] == [0] * MOST
        with pytest.raises(Unavailable), wired.view():
            pass
        assert _others(other) == MOST
    assert eventually(lambda: _others(other) == KEPT)
    wired.close()
    assert eventually(lambda: _others(other) == 0)


def test_a_view_that_is_over_holds_no_snapshot(wired: SqlRegister, other: SqlRegister) -> None:
    """Nobody waits for its end, and the server has heard of it all the same."""
    with wired.view() as unit:
        assert _count(unit) == 0
    assert eventually(lambda: _asked(other, _IN_TRANSACTION) == 0)


def test_a_glance_is_over_with_its_answer(wired: SqlRegister, other: SqlRegister) -> None:
    """It holds no snapshot, be it that it lasts; what is asked later is of a later moment."""
    _write(wired, "a")
    with wired.glance() as unit:
        assert _count(unit) == 1
        with other.view() as looking:
            assert isinstance(looking, SqlUnit)
            assert looking._connection.scalar(_IN_TRANSACTION) == 0
        _write(other, "b")
        assert _count(unit) == 2
        assert isinstance(unit, SqlUnit)
        assert unit._connection.scalar(text("SELECT count(*) FROM outbox")) == 2
        assert _count(unit) == 2
    _write(wired, "c")


def test_what_is_asked_together_at_a_glance_is_of_one_moment(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """Although another writes between the two."""
    with wired.glance() as unit:
        assert isinstance(unit, SqlUnit)
        connection = unit._connection
        before = _COUNT.column_soon(connection)
        waited = _SLOW.column_soon(connection)
        after = _COUNT.column_soon(connection)
        with ThreadPoolExecutor(1) as pool:
            written = pool.submit(_write_late, other)
            waited()
            written.result(10)
        assert before() == after() == [0]
    with wired.view() as unit:
        assert _count(unit) == 1


def test_a_glance_over_a_lost_connection_has_another(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """As every unit before its first answer."""
    _write(wired, "a")
    _end_all_but(other)
    with wired.glance() as unit:
        assert _count(unit) == 1


def test_a_glance_that_is_refused_leaves_the_connection_as_it_was(wired: SqlRegister) -> None:
    """The next unit begins anew over it."""

    def ask() -> None:
        with wired.glance() as unit:
            assert isinstance(unit, SqlUnit)
            _REFUSED.all(unit._connection)

    _write(wired, "a")
    with wired.view() as unit:
        before = _backend(unit)
    with pytest.raises(InvalidValue):
        ask()
    with wired.view() as unit:
        assert (_count(unit), _backend(unit)) == (1, before)


def test_a_plan_that_a_migration_has_overtaken_is_made_anew(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """The first unit after it goes to a new connection and knows nothing of the change."""
    everything: PreparedQuery[Any] = PreparedQuery(select(OutboxRow))
    star = Prepared(text("SELECT * FROM outbox"))
    with wired.view() as unit:
        assert isinstance(unit, SqlUnit)
        star.run(unit._connection, {})
        everything.all(unit._connection)
    with other._engine.begin() as connection:
        connection.execute(text("ALTER TABLE outbox ADD COLUMN more text"))
    with wired.view() as unit:
        assert isinstance(unit, SqlUnit)
        star.run(unit._connection, {})
        assert everything.all(unit._connection) == []


def _stop() -> None:
    raise _Stopped


def _end_all_but(other: SqlRegister) -> None:
    _asked(other, _END)
    assert eventually(lambda: _others(other) == 0)


def _others(other: SqlRegister) -> int:
    return int(_asked(other, _OPEN) or 0)


def _asked(other: SqlRegister, question: TextClause) -> Any:
    """Each time anew: within a transaction the server tells the same of its processes."""
    with other._engine.connect() as connection:
        return connection.scalar(question)
