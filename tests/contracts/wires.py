"""Rows that units over PostgreSQL write and count, and a look at the server's processes."""

from typing import Any

from sqlalchemy import Connection, TextClause, func, insert, select, text

from docgen.adapters.db.prepared import Prepared, PreparedQuery
from docgen.adapters.db.register import SqlRegister, SqlUnit
from docgen.adapters.db.rows import OutboxRow
from docgen.adapters.db.wire import Wire, wire_of
from docgen.ports import UnitOfWork
from tests.builders import NOW
from tests.processes.running import eventually

_ADD = Prepared(insert(OutboxRow))
COUNT: PreparedQuery[int] = PreparedQuery(
    select(func.count().label("count")).select_from(OutboxRow)
)
END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
OPEN = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
IN_TRANSACTION = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
)


def row(its_id: str) -> dict[str, Any]:
    """One of the outbox."""
    owed = {"id": its_id, "task": "seal", "envelope_id": "e1", "created_at": NOW}
    return owed | {"done_at": None}


def write_rows(wired: SqlRegister, *its_ids: str) -> None:
    """In a unit of their own."""
    with wired.begin() as unit:
        for its_id in its_ids:
            tell_row(unit, its_id)
        unit.commit()


def tell_row(unit: UnitOfWork, its_id: str) -> None:
    """Written along with what comes next."""
    assert isinstance(unit, SqlUnit)
    _ADD.tell(unit._connection, row(its_id))


def rows_in(unit: UnitOfWork) -> int:
    """How many there are."""
    assert isinstance(unit, SqlUnit)
    (found,) = COUNT.column(unit._connection)
    return found


def let_sqlalchemy_ask(connection: Connection) -> None:
    """It executes something itself."""
    assert connection.scalar(text("SELECT 1")) == 1


def wire_in(unit: UnitOfWork) -> Wire:
    """By which it speaks."""
    assert isinstance(unit, SqlUnit)
    wire = wire_of(unit._connection)
    assert wire is not None
    return wire


def backend(unit: UnitOfWork) -> int:
    """The server's process on the other side."""
    return wire_in(unit)._pq.backend_pid


def end_all_but(other: SqlRegister) -> None:
    """The server ends every session but those of that register."""
    asked(other, END)
    assert eventually(lambda: others(other) == 0)


def others(other: SqlRegister) -> int:
    """How many sessions there are beside one."""
    return int(asked(other, OPEN) or 0)


def asked(other: SqlRegister, question: TextClause) -> Any:
    """Each time anew: within a transaction the server tells the same of its processes."""
    with other._engine.connect() as connection:
        return connection.scalar(question)
