"""Rows that somebody may have changed by hand: one that makes no sense does not hide the others."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Integer, Text, and_, exc, inspect, select
from sqlalchemy.orm import InstrumentedAttribute

from docgen.adapters.db.reading import all_rows
from docgen.adapters.db.rows import Base
from docgen.domain.errors import DocgenError

R = TypeVar("R", bound=Base)
T = TypeVar("T")

NONSENSE = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, DocgenError)
"""What reading a row raises whose columns hold what never was written there."""


@dataclass(frozen=True)
class Found(Generic[T]):
    """A row by its key, and what it says; None where it makes no sense."""

    key: tuple[Any, ...]
    parent: Any
    value: T | None

    @property
    def place(self) -> str:
        """The key, as findings name a row."""
        return "/".join(map(str, self.key))


def read(
    connection: Connection,
    table: type[R],
    where: ColumnElement[bool],
    *,
    to: Callable[[R], T],
    parent: InstrumentedAttribute[Any],
) -> Iterator[Found[T]]:
    """The rows in the order of their keys; `parent` is the column that says whose they are."""
    keys = inspect(table).primary_key
    try:
        rows: Sequence[R] = all_rows(connection, select(table).where(where).order_by(*keys))
    except (*NONSENSE, exc.OperationalError):
        wanted = select(*keys, parent).where(where).order_by(*keys)
        for known in connection.execute(wanted).all():
            key = tuple(known)[:-1]
            yield Found(key, known[-1], _alone(connection, table, key, to))
        return
    for row in rows:
        key = tuple(getattr(row, column.name) for column in keys)
        yield Found(key, getattr(row, parent.key), _made(row, to, table))


def _alone(
    connection: Connection, table: type[R], key: tuple[Any, ...], to: Callable[[R], T]
) -> T | None:
    is_it = and_(*(column == each for column, each in zip(_keys(table), key, strict=True)))
    try:
        (row,) = all_rows(connection, select(table).where(is_it))
        return _made(row, to, table)
    except (*NONSENSE, exc.OperationalError):
        return None


def _keys(table: type[Base]) -> tuple[Any, ...]:
    return tuple(inspect(table).primary_key)


_KINDS: Mapping[type, type] = {Text: str, Integer: int}


def _made(row: R, to: Callable[[R], T], table: type[R]) -> T | None:
    try:
        _require_kinds(row, table)
        return to(row)
    except NONSENSE:
        return None


def _require_kinds(row: Base, table: type[Base]) -> None:
    """Raise TypeError for what SQLite lets be written into a column of another kind."""
    for column in table.__table__.columns:
        kind = _KINDS.get(type(column.type))
        value = getattr(row, column.name)
        if kind is not None and value is not None and not isinstance(value, kind):
            raise TypeError(column.name)
