"""Bringing a database to the shape this version needs, one runner at a time."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from docgen.adapters.db.engine import READS_ONLY, connect, lock_file, sqlite_file
from docgen.adapters.db.failures import translated
from docgen.domain.errors import Unavailable

_LOCK_KEY = 0x516F6C74
_PATIENT = "SET LOCAL lock_timeout = '5min'; SET LOCAL statement_timeout = 0"
_BRIEF = "SET LOCAL lock_timeout = '4s'"


def upgrade(url: str) -> None:
    """Run the migrations that are missing, all or none; raises Unavailable."""
    with _alone(url) as connection:
        command.upgrade(_config(connection), "head")


def downgrade(url: str, to: str) -> None:
    """Undo migrations down to revision `to`; `base` undoes all. Raises Unavailable."""
    with _alone(url) as connection:
        command.downgrade(_config(connection), to)


def current(url: str) -> str | None:
    """The database's revision; None before the first migration. Raises Unavailable."""
    engine = connect(url).execution_options(**{READS_ONLY: True})
    try:
        with translated(), engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether no migration is missing; raises Unavailable."""
    return current(url) == head()


def head() -> str | None:
    """The newest revision this version knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    """One transaction for all migrations; whoever comes second waits and finds nothing to do."""
    file = sqlite_file(url)
    if file is None:
        with _transaction(url) as connection:
            yield connection
        return
    with _locked(file):
        _write_ahead(url)
        with _transaction(url) as connection:
            yield connection


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    try:
        lock = lock_file(database).open("a")
    except OSError as error:
        raise Unavailable("the lock file cannot be opened") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_ahead(url: str) -> None:
    """Let readers and the writer not block one another; the file remembers it.

    Two that switch at once fail instead of waiting, so this is not for every connection to do.
    """
    engine = connect(url)
    try:
        with translated(), engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        raise Unavailable("somebody else uses the database") from error
    finally:
        engine.dispose()


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    engine = connect(url)
    try:
        with translated(), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(_PATIENT))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
                # A migration that waits for a table makes all later readers wait behind it.
                connection.execute(text(_BRIEF))
            yield connection
    finally:
        engine.dispose()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
