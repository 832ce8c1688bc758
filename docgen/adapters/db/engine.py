"""Connections to SQLite and PostgreSQL that behave alike."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from docgen.adapters.db.wire import wire_of
from docgen.domain.errors import Misconfigured

READS_ONLY = "docgen_reads_only"
"""Execution option of a connection whose transaction must not write."""

PATIENCE = timedelta(seconds=10)
"""How long to wait for somebody else's lock, or for a connection."""

_POSTGRESQL_SETTINGS = {
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "TimeZone": "UTC",
}


def connect(url: str, *, patience: timedelta = PATIENCE) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql://…`; raises Misconfigured for another."""
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed, patience)
        case "postgresql":
            return _by_wires(
                _postgresql(parsed, patience, poolclass=NullPool, pool_reset_on_return=None)
            )
        case other:
            raise Misconfigured(f"the register runs on SQLite or PostgreSQL, not on {other}")


def connect_for_locks(url: str) -> Engine:
    """PostgreSQL connections outside transactions, as many as there are locks to hold.

    Apart from those of the register: who holds one needs another one for his work.
    """
    return _postgresql(make_url(url), PATIENCE, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def read_json(written: bytes | str) -> Any:
    """What a column holds; halves of characters, which only forgers write, as Python reads them."""
    try:
        return from_json(written)
    except ValueError:
        return json.loads(written)


def written_json(value: Any) -> str:
    """What is kept in a column; halves of characters as Python writes them."""
    try:
        return to_json(value).decode()
    except ValueError:
        return json.dumps(value)


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite address; None for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if parsed.database in {None, "", ":memory:"}:
        raise Misconfigured("a register in memory would be lost; name a file")
    return Path(str(parsed.database))


def lock_file(database: Path) -> Path:
    """The empty file beside an SQLite database that its users lock."""
    return database.with_name(f"{database.name}.locks")


def _postgresql(url: URL, patience: timedelta, **more: Any) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=_postgresql_arguments(patience),
        hide_parameters=True,
        json_serializer=written_json,
        json_deserializer=read_json,
        **more,
    )


def _by_wires(engine: Engine) -> Engine:
    """Whatever SQLAlchemy executes itself within a unit of work gets the line for itself.

    Before it takes hold of that line: a lost one cannot be replaced under it any more. It begins
    by itself for a statement, and without one for a savepoint.
    """

    def share(connection: Connection, *_execution: Any) -> None:
        wire = wire_of(connection)
        if wire is not None:
            wire.share()

    for moment in ("before_execute", "begin"):
        event.listen(engine, moment, share)
    return engine


def _postgresql_arguments(patience: timedelta) -> dict[str, Any]:
    milliseconds = patience // timedelta(milliseconds=1)
    settings = _POSTGRESQL_SETTINGS | {"lock_timeout": f"{milliseconds}ms"}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return {
        "application_name": "qoltanba",
        "connect_timeout": 3,
        "options": options,
        "tcp_user_timeout": milliseconds,
    }


def _sqlite(url: URL, patience: timedelta) -> Engine:
    file = sqlite_file(str(url))
    if file is not None and file.parent.is_dir() and not file.exists():
        file.touch(mode=0o600)
    engine = create_engine(
        url,
        connect_args={"timeout": patience.total_seconds()},
        hide_parameters=True,
        json_serializer=written_json,
        json_deserializer=read_json,
        pool_timeout=patience.total_seconds(),
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    # The driver would begin late and deferred, so two readers could both hope to write and one of
    # them fail at its first write without waiting. BEGIN IMMEDIATE is ours to say.
    connection.isolation_level = None
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get(READS_ONLY, False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads_only else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
