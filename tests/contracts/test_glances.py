"""Glances: units over PostgreSQL that ask once."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.register import SqlRegister, SqlUnit
from docgen.domain.errors import InvalidValue
from tests.contracts.wires import (
    COUNT,
    IN_TRANSACTION,
    asked,
    backend,
    end_all_but,
    rows_in,
    write_rows,
)
from tests.processes.running import eventually

_SLOW: PreparedQuery[Any] = PreparedQuery(text("SELECT pg_sleep(0.4)"))
_REFUSED: PreparedQuery[Any] = PreparedQuery(text("SELECT 1 / 0"))


def test_a_glance_is_over_with_its_answer(wired: SqlRegister, other: SqlRegister) -> None:
    """It holds no snapshot, be it that it lasts; what is asked later is of a later moment."""
    write_rows(wired, "a")
    with wired.glance() as unit:
        assert rows_in(unit) == 1
        assert eventually(lambda: asked(other, IN_TRANSACTION) == 0)
        write_rows(other, "b")
        assert rows_in(unit) == 2
        assert isinstance(unit, SqlUnit)
        assert unit._connection.scalar(text("SELECT count(*) FROM outbox")) == 2
        assert rows_in(unit) == 2
    write_rows(wired, "c")


def test_what_is_asked_together_at_a_glance_is_of_one_moment(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """Although another writes between the two."""
    with wired.glance() as unit:
        assert isinstance(unit, SqlUnit)
        connection = unit._connection
        before = COUNT.column_soon(connection)
        waited = _SLOW.column_soon(connection)
        after = COUNT.column_soon(connection)
        with ThreadPoolExecutor(1) as pool:
            written = pool.submit(_write_late, other)
            waited()
            written.result(10)
        assert before() == after() == [0]
    with wired.view() as unit:
        assert rows_in(unit) == 1


def test_a_glance_over_a_lost_connection_has_another(
    wired: SqlRegister, other: SqlRegister
) -> None:
    """As every unit before its first answer."""
    write_rows(wired, "a")
    end_all_but(other)
    with wired.glance() as unit:
        assert rows_in(unit) == 1


def test_a_glance_that_is_refused_leaves_the_connection_as_it_was(wired: SqlRegister) -> None:
    """The next unit begins anew over it."""

    def ask() -> None:
        with wired.glance() as unit:
            assert isinstance(unit, SqlUnit)
            _REFUSED.all(unit._connection)

    write_rows(wired, "a")
    with wired.view() as unit:
        before = backend(unit)
    with pytest.raises(InvalidValue):
        ask()
    with wired.view() as unit:
        assert (rows_in(unit), backend(unit)) == (1, before)


def _write_late(register: SqlRegister) -> None:
    time.sleep(0.2)
    write_rows(register, "a")
