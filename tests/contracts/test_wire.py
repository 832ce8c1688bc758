"""Units of work over PostgreSQL: what is sent along, and what becomes of it when all goes wrong."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.journal import entry_columns
from docgen.adapters.db.kept import KEPT, MOST
from docgen.adapters.db.prepared import Prepared, PreparedQuery, together
from docgen.adapters.db.register import SqlRegister, SqlUnit
from docgen.adapters.db.rows import JournalRow, OutboxRow
from docgen.domain.errors import Conflict, StaleEnvelope, Unavailable
from docgen.ports import UnitOfWork
from tests.builders import NOW, fact
from tests.contracts.wires import (
    COUNT,
    END,
    IN_TRANSACTION,
    asked,
    backend,
    end_all_but,
    let_sqlalchemy_ask,
    others,
    rows_in,
    tell_row,
    wire_in,
    write_rows,
)
from tests.processes.running import eventually

_OF_TASK = PreparedQuery(select(OutboxRow).where(OutboxRow.task == bindparam("its_task")))
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


def test_what_was_told_is_there_for_the_next_question(wired: SqlRegister) -> None:
    """And for everybody after the commit; without one it never was."""
    with wired.begin() as unit:
        tell_row(unit, "a")
        assert rows_in(unit) == 1
        tell_row(unit, "b")
        unit.commit()
    with wired.begin() as unit:
        tell_row(unit, "c")
    with wired.view() as unit:
        assert rows_in(unit) == 2


def test_what_is_refused_is_raised_by_the_commit_and_nothing_lasts(wired: SqlRegister) -> None:
    """Neither what was told before it nor what was told after; the next unit begins anew."""
    with pytest.raises(Conflict):
        write_rows(wired, "a", "b", "a", "c")
    with wired.begin() as unit:
        assert rows_in(unit) == 0
        tell_row(unit, "a")
        unit.commit()


def test_what_is_refused_after_all_is_undone_leaves_no_lock(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """A unit that is given up before anybody heard of a refusal keeps nothing from others."""
    with wired.begin() as unit:
        unit.envelopes.get("e1")
        for its_id in ("a", "a"):
            tell_row(unit, its_id)
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
            rows_in(unit)
            tell_row(unit, "a")
            do(unit, "a")
            do(unit, "b")
            with pytest.raises(StaleEnvelope):
                unit.commit()
    with wired.begin() as unit:
        do(unit, "b")
        with pytest.raises(StaleEnvelope):
            rows_in(unit)
    with wired.begin() as unit:
        assert rows_in(unit) == 0
        tell_row(unit, "a")
        do(unit, "a")
        unit.commit()


def test_several_questions_are_answered_in_order(wired: SqlRegister) -> None:
    """Each with its own rows, and none where there are none."""
    with wired.begin() as unit:
        for its_id in ("a", "b"):
            tell_row(unit, its_id)
        assert isinstance(unit, SqlUnit)
        sealing, rendering, counted = together(
            unit._connection, (_OF_TASK, {"its_task": "seal"}),
            (_OF_TASK, {"its_task": "render"}), (COUNT, {}),
        )  # fmt: skip
    assert ([row.id for row in sealing], rendering, counted[0][0]) == (["a", "b"], [], 2)


def test_a_lost_connection_is_replaced_before_the_first_answer(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """All that was told is said again on the new one, and happens once."""
    with wired.begin() as unit:
        before = backend(unit)
        tell_row(unit, "a")
        end_all_but(other)
        tell_row(unit, "b")
        unit.commit()
    with wired.view() as unit:
        assert rows_in(unit) == 2
        assert backend(unit) != before


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("first", [let_sqlalchemy_ask, Connection.begin_nested])
def test_a_lost_connection_is_replaced_for_what_sqlalchemy_executes(
    wired: SqlRegister, other: SqlRegister, first: Callable[[Connection], object], *, tells: bool
) -> None:
    """Whether it has the first word in the unit or not, and be it that word a savepoint's."""
    write_rows(wired, "z")
    end_all_but(other)
    with wired.begin() as unit:
        assert isinstance(unit, SqlUnit)
        if tells:
            tell_row(unit, "a")
        first(unit._connection)
        tell_row(unit, "b")
        unit.commit()
    with wired.view() as unit:
        assert rows_in(unit) == 2 + tells


def test_a_connection_that_sqlalchemy_finds_lost_is_an_outage_and_thrown_away(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """The next unit has another one."""

    def lose_it() -> None:
        with wired.begin() as unit:
            assert isinstance(unit, SqlUnit)
            let_sqlalchemy_ask(unit._connection)
            end_all_but(other)
            let_sqlalchemy_ask(unit._connection)

    with pytest.raises(Unavailable):
        lose_it()
    write_rows(wired, "a")


def test_a_connection_lost_in_the_middle_is_an_outage(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """Nobody knows what the server has done: nothing of it is done again by us."""

    def lose_it() -> None:
        with wired.begin() as unit:
            tell_row(unit, "a")
            assert rows_in(unit) == 1
            end_all_but(other)
            tell_row(unit, "b")
            unit.commit()

    with pytest.raises(Unavailable):
        lose_it()
    with wired.view() as unit:
        assert rows_in(unit) == 0


def test_what_went_out_with_its_commit_is_not_said_again(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """Lost while both were under way: the server may have done it, and nobody does it twice."""

    def tell() -> None:
        with wired.begin() as unit:
            unit.lock("e1")
            tell_row(unit, "a")
            unit.commit()

    with ThreadPoolExecutor(1) as pool, other.begin() as holding:
        assert isinstance(holding, SqlUnit)
        connection = holding._connection
        holding.envelopes.get("e1")
        told = pool.submit(tell)
        assert eventually(lambda: bool(connection.execute(_WAITING).scalar()))
        connection.execute(END)
        with pytest.raises(Unavailable):
            told.result(10)
    with wired.view() as unit:
        assert rows_in(unit) == 0


def test_what_sqlalchemy_executes_belongs_to_the_same_transaction(wired: SqlRegister) -> None:
    """Whatever was told before is seen by it, and all of it lasts or does not, as one."""
    for lasts in (False, True):
        with wired.begin() as unit:
            assert isinstance(unit, SqlUnit)
            tell_row(unit, "a")
            assert unit._connection.scalar(text("SELECT count(*) FROM outbox")) == 1
            tell_row(unit, "b")
            assert rows_in(unit) == 2
            if lasts:
                unit.commit()
        with wired.view() as unit:
            assert rows_in(unit) == (2 if lasts else 0)


def test_a_savepoint_takes_back_what_was_told_within_it(wired: SqlRegister) -> None:
    """What was told before it stays."""
    with wired.begin() as unit:
        assert isinstance(unit, SqlUnit)
        tell_row(unit, "a")
        savepoint = unit._connection.begin_nested()
        tell_row(unit, "b")
        with pytest.raises(IntegrityError):
            tell_row(unit, "a")
        savepoint.rollback()
        unit.commit()
    with wired.view() as unit:
        assert rows_in(unit) == 1


class _Stopped(BaseException):
    """As a signal raises it in the middle of anything."""


def test_whoever_is_stopped_in_the_middle_of_an_answer_leaves_no_half_of_it(
    wired: SqlRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is thrown away: the next one would take old answers for its own."""
    with wired.begin() as unit:
        before = backend(unit)
        monkeypatch.setattr(wire_in(unit), "_failure", _stop)
        with pytest.raises(_Stopped):
            rows_in(unit)
    with wired.view() as unit:
        assert backend(unit) != before
        assert rows_in(unit) == 0


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
        assert [rows_in(unit) for unit in units] == [0] * MOST
        with pytest.raises(Unavailable), wired.view():
            pass
        assert others(other) == MOST
    assert eventually(lambda: others(other) == KEPT)
    wired.close()
    assert eventually(lambda: others(other) == 0)


def test_a_view_that_is_over_holds_no_snapshot(wired: SqlRegister, other: SqlRegister) -> None:
    """Nobody waits for its end, and the server has heard of it all the same."""
    with wired.view() as unit:
        assert rows_in(unit) == 0
    assert eventually(lambda: asked(other, IN_TRANSACTION) == 0)


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


def _stop(*_: object) -> None:
    raise _Stopped
