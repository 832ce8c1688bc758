"""What somebody with the database's password could do: every row, every column, in plain SQL."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Engine,
    Integer,
    Table,
    Text,
    and_,
    create_engine,
    literal_column,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from docgen.adapters.db.audit import GUARDED
from docgen.adapters.db.columns import UtcDateTime
from docgen.adapters.db.rows import Base

TABLES = Base.metadata.tables

WATCHED = (
    "envelopes", "documents", "challenges", "document_versions",
    "journal", "anchors", "anchor_leaves", "anchor_tokens", "visits", "staff",
)  # fmt: skip
"""Tables that evidence rests on, or that say who may do what."""

TECHNICAL = {
    ("envelopes", "version"): "counts how often the row was saved",
    ("visits", "version"): "counts how often the row was saved",
    ("visits", "changed_at"): "when that was",
    ("challenges", "resend_at"): "when a further code may be asked for",
    ("challenges", "sent_at"): "that it was sent is told, and when that was noted",
}
"""Columns that nothing rests on, and why."""


@dataclass
class Row:
    """A row as SQL holds it."""

    table: Table
    values: dict[str, Any]

    @property
    def name(self) -> str:
        """As findings name it."""
        return "/".join(str(self.values[column.name]) for column in self.table.primary_key)


@dataclass
class ByHand:
    """A connection that asks nobody; guards are taken off at once."""

    url: str
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = create_engine(self.url)
        with self.engine.begin() as connection:
            for statement in self._unguarding(connection):
                connection.execute(text(statement))

    def _unguarding(self, connection: Any) -> list[str]:
        if self.engine.dialect.name == "postgresql":
            return [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in GUARDED]
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        return [f"DROP TRIGGER {name}" for (name,) in names.all()]

    def rows(self, table: str) -> list[Row]:
        """All rows of a table."""
        wanted = TABLES[table]
        with self.engine.connect() as connection:
            found = connection.execute(wanted.select().order_by(*wanted.primary_key))
            return [Row(wanted, dict(row._mapping)) for row in found]

    def run(self, statement: str, **values: Any) -> None:
        """Any statement."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    @contextmanager
    def changed(self, row: Row, **values: Any) -> Iterator[Row | None]:
        """The row with other values for a while; None where the database refuses them."""
        after = Row(row.table, row.values | values)
        try:
            self._update(row, values)
        except DBAPIError:
            yield None
            return
        try:
            yield after
        finally:
            self._update(after, {name: row.values[name] for name in values})

    @contextmanager
    def gone(self, *rows: Row) -> Iterator[bool]:
        """The rows deleted for a while; False where the database refuses."""
        try:
            with self.engine.begin() as connection:
                for row in rows:
                    connection.execute(row.table.delete().where(_is(row)))
        except DBAPIError:
            yield False
            return
        try:
            yield True
        finally:
            with self.engine.begin() as connection:
                for row in reversed(rows):
                    connection.execute(row.table.insert().values(**row.values))

    @contextmanager
    def added(self, table: str, **values: Any) -> Iterator[Row]:
        """A row that nobody wrote, for a while."""
        row = Row(TABLES[table], values)
        with self.engine.begin() as connection:
            connection.execute(row.table.insert().values(**values))
        try:
            yield row
        finally:
            with self.engine.begin() as connection:
                connection.execute(row.table.delete().where(_is(row)))

    def number_of(self, row: Row) -> int:
        """SQLite's own number of a row, which stays when its key is written over."""
        wanted: Any = select(literal_column("rowid")).select_from(row.table).where(_is(row))
        with self.engine.connect() as connection:
            return int(connection.execute(wanted).scalar_one())

    def read(self, table: str, column: str, *, number: int) -> Any:
        """What lies there, past all types."""
        statement = f"SELECT {column} FROM {table} WHERE rowid = :number"  # noqa: S608
        with self.engine.connect() as connection:
            return connection.execute(text(statement), {"number": number}).scalar_one()

    def write(self, table: str, column: str, value: Any, *, number: int) -> None:
        """Anything over anything."""
        statement = f"UPDATE {table} SET {column} = :value WHERE rowid = :number"  # noqa: S608
        self.run(statement, value=value, number=number)

    def _update(self, row: Row, values: dict[str, Any]) -> None:
        with self.engine.begin() as connection:
            connection.execute(row.table.update().where(_is(row)).values(**values))


def _is(row: Row) -> Any:
    return and_(*(column == row.values[column.name] for column in row.table.primary_key))


def another(column: Column[Any], value: Any) -> Any:
    """A value of the column's kind that differs as little as it can."""
    match value:
        case date():
            return value + (
                timedelta.resolution if isinstance(value, datetime) else timedelta(days=1)
            )
        case int():
            return value + 1
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
        case str():
            return _other_text(value)
        case dict():
            return _other_dictionary(value)
    return [*value, value[0]] if isinstance(value, list) else _of(column)


def _other_text(value: str) -> str:
    return value[:-1] + ("x" if value[-1:] != "x" else "y")


def _other_dictionary(value: dict[str, Any]) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(value))
    for name, each in copied.items():
        if isinstance(each, str) and each:
            return copied | {name: _other_text(each)}
    return copied | {"more": "1"}


def _of(column: Column[Any]) -> Any:
    """Something where there was nothing."""
    values: dict[type, Any] = {
        UtcDateTime: datetime(2026, 3, 3, tzinfo=UTC),
        JSON: [["/x", "code", []]],
        Integer: 1,
        Text: "x",
    }
    return values[type(column.type)]


def columns(table: str) -> Sequence[Column[Any]]:
    """Of that table."""
    return list(TABLES[table].columns)
