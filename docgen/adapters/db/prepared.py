"""Statements of every day: written by SQLAlchemy once, then given to the driver as they are.

For each execution SQLAlchemy looks up what it has written, makes a context, and reads what columns
have come back. That costs three times as much as the driver, and a visit has hundreds of them.
In a unit of work over PostgreSQL they go by its wire, and so past most of the driver, too.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import (
    JSON,
    BindParameter,
    CompoundSelect,
    Connection,
    Dialect,
    Executable,
    Select,
    TextClause,
    bindparam,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.types import TypeEngine

from docgen.adapters.db.columns import UtcDateTime, in_utc, read_in_utc
from docgen.adapters.db.engine import written_json
from docgen.adapters.db.wire import Refusal, wire_of

R = TypeVar("R")
_NOTHING: Mapping[str, Any] = {}
_NAMED = re.compile(r"%\((\w+)\)s")
"""How the driver of PostgreSQL names a parameter; the server itself numbers them."""


class Prepared:
    """A statement that changes rows; its parameters have names, and none is a list.

    What goes wrong has the names that SQLAlchemy gives it. Whoever listens to its events of
    execution hears nothing of these.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._written: dict[tuple[str, ...], _Written] = {}

    def run(self, connection: Connection, given: Mapping[str, Any]) -> int:
        """How many rows were changed."""
        return self.run_soon(connection, given)()

    def run_soon(
        self, connection: Connection, given: Mapping[str, Any], *, refusal: Refusal | None = None
    ) -> Callable[[], int]:
        """The same, along with what is done next; how many, when that is answered or committed.

        Whoever asks, or does what is next, is told `refusal` as by `tell`.
        """
        return self._for(connection, given).changed_soon(connection, given, refusal=refusal)

    def tell(
        self,
        connection: Connection,
        given: Mapping[str, Any],
        *,
        refusal: Refusal | None = None,
        missing: Refusal | None = None,
    ) -> None:
        """Change rows, and go on: what goes wrong may be raised by a later statement or the commit.

        Then `refusal` is raised where a rule of the database refuses the change, if one is named,
        and so is `missing` where there is no row to change.
        """
        self._for(connection, given).told(connection, given, refusal=refusal, missing=missing)

    def _for(self, connection: Connection, given: Mapping[str, Any]) -> "_Written":
        asked = (connection.dialect.name, *given)
        written = self._written.get(asked)
        if written is None:
            written = self._written[asked] = _Written(self._statement, connection.dialect, given)
        return written


class PreparedQuery(Prepared, Generic[R]):
    """The same, of a statement that finds rows or says which it has changed.

    Of several columns, R is Any.
    """

    def __init__(
        self,
        statement: Select[R]
        | Select[Any, Any]
        | Select[Any, Any, Any]
        | CompoundSelect[*tuple[Any, ...]]
        | ReturningUpdate[R]
        | TextClause,
    ) -> None:
        super().__init__(statement)

    def all(self, connection: Connection, given: Mapping[str, Any] = _NOTHING) -> Sequence[R]:
        """All rows, each with the attributes of its columns."""
        return self.soon(connection, given)()

    def soon(
        self, connection: Connection, given: Mapping[str, Any] = _NOTHING
    ) -> Callable[[], Sequence[R]]:
        """The same, along with what is asked next, or when it is called; both in the same unit."""
        written = self._for(connection, given)
        wire = wire_of(connection)
        if wire is None:
            return lambda: written.rows(written.found(connection, given))
        said = wire.soon(written.numbered, written.in_order(given))
        return lambda: written.rows(wire.rows(said))

    def column(self, connection: Connection, given: Mapping[str, Any] = _NOTHING) -> Sequence[R]:
        """The first column of all rows."""
        return self.column_soon(connection, given)()

    def column_soon(
        self, connection: Connection, given: Mapping[str, Any] = _NOTHING
    ) -> Callable[[], Sequence[R]]:
        """The same, along with what is asked next, or when it is called; both in the same unit."""
        rows: Callable[[], Sequence[Any]] = self.soon(connection, given)
        return lambda: [row[0] for row in rows()]


class PreparedByIds(Generic[R]):
    """A query for the rows of several ids, which `write` makes for so many places.

    It is written once for each power of two: places too many are filled with the last id.
    """

    def __init__(
        self,
        write: Callable[
            [Sequence[BindParameter[str]]], Select[*tuple[Any, ...]] | ReturningUpdate[Any]
        ],
    ) -> None:
        self._write = write
        self._queries: dict[int, PreparedQuery[R]] = {}

    def all(self, connection: Connection, ids: Collection[str]) -> Sequence[R]:
        """All rows, each with the attributes of its columns; nobody is asked for none."""
        if not ids:
            return ()
        query, given = self.asked(ids)
        return query.all(connection, given)

    def asked(self, ids: Collection[str]) -> tuple[PreparedQuery[R], Mapping[str, Any]]:
        """What to ask `together` with others; of one id at least."""
        *others, last = ids
        places = 1 << len(others).bit_length()
        filled = [*others, *[last] * (places - len(others))]
        return self._of(places), {_place(n): each for n, each in enumerate(filled)}

    def _of(self, places: int) -> PreparedQuery[R]:
        if places not in self._queries:
            written = self._write([bindparam(_place(n)) for n in range(places)])
            self._queries[places] = PreparedQuery(cast("Select[R]", written))
        return self._queries[places]


def _place(number: int) -> str:
    return f"id_{number}"


class Foreseen(Generic[R]):
    """What a unit of work will read anyhow, by id: asked along, once, by whoever foresees it."""

    def __init__(self, ask: Callable[[str], Callable[[], R]]) -> None:
        self._ask = ask
        self._coming: dict[str, Callable[[], R]] = {}

    def foresee(self, its_id: str) -> None:
        """Ask for it along with what is asked next."""
        if its_id not in self._coming:
            self._coming[its_id] = self._ask(its_id)

    def take(self, its_id: str) -> R:
        """What was foreseen, or is asked for now; once, as it may change afterwards."""
        self.foresee(its_id)
        return self._coming.pop(its_id)()

    def put(self, its_id: str, known: R) -> None:
        """Nobody need be asked for it."""
        self._coming[its_id] = lambda: known

    def forget(self, *its_ids: str) -> None:
        """Those have changed; none named, all."""
        for each in its_ids or tuple(self._coming):
            self._coming.pop(each, None)


def together(
    connection: Connection, *asked: tuple[PreparedQuery[Any], Mapping[str, Any]]
) -> Sequence[Sequence[Any]]:
    """All rows of several queries, one after another, at one journey where that can be."""
    coming = [query.soon(connection, given) for query, given in asked]
    return [rows() for rows in coming]


def _outwards(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How values of that type go to the driver; two steps of SQLAlchemy's are one where they may.

    The driver of PostgreSQL takes JSON as text, and knows times of all zones.
    """
    if dialect.name == "postgresql":
        if isinstance(kind, UtcDateTime):
            return in_utc
        if isinstance(kind, JSON) and kind.none_as_null:
            return _json_or_nothing
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _inwards(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How values of that type come from the driver."""
    if dialect.name == "postgresql" and isinstance(kind, UtcDateTime):
        return read_in_utc
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _json_or_nothing(value: Any) -> str | None:
    return None if value is None else written_json(value)


class _Written:
    """The text of a statement in one dialect, and how values go there and come back."""

    def __init__(self, statement: Any, dialect: Dialect, given: Mapping[str, Any]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(given))
        self._text = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup
        self._names = list(dict.fromkeys(_NAMED.findall(self._text)))
        self.numbered = _NAMED.sub(lambda m: f"${self._names.index(m[1]) + 1}", self._text)
        """The text as PostgreSQL itself reads it."""
        named = {name: parameter for parameter, name in compiled.bind_names.items()}
        self._sent = {
            name: turn
            for name, parameter in named.items()
            if (turn := _outwards(parameter.type, dialect))
        }
        self._fixed = {n: p.value for n, p in named.items() if n not in given}
        self._turned = [
            (place, self._sent[name])
            for place, name in enumerate(self._names)
            if name in self._sent
        ]
        columns = getattr(statement, "exported_columns", ())
        names = [column.key or f"column_{place}" for place, column in enumerate(columns)]
        row: Any = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024
        # Its own `_make` does the same, and counts the columns for each row.
        self._make: Callable[[Iterable[Any]], Any] = partial(tuple.__new__, row)
        self._read = [
            (place, turn)
            for place, column in enumerate(columns)
            if (turn := _inwards(column.type, dialect))
        ]

    def changed_soon(
        self, connection: Connection, given: Mapping[str, Any], *, refusal: Refusal | None = None
    ) -> Callable[[], int]:
        """How many rows; sent along where that can be, else done at once."""
        wire = wire_of(connection)
        if wire is not None:
            said = wire.soon(self.numbered, self.in_order(given), refusal=refusal)
            return lambda: wire.answer(said).command_tuples or 0
        try:
            cursor = self._executed(connection, given)
        except IntegrityError:
            if refusal is None:
                raise
            raise refusal() from None
        changed = int(cursor.rowcount)
        cursor.close()
        return lambda: changed

    def told(
        self,
        connection: Connection,
        given: Mapping[str, Any],
        *,
        refusal: Refusal | None,
        missing: Refusal | None,
    ) -> None:
        """Sent along where that can be, else at once."""
        wire = wire_of(connection)
        if wire is not None:
            wire.tell(self.numbered, self.in_order(given), refusal=refusal, missing=missing)
            return
        changed = self.changed_soon(connection, given, refusal=refusal)()
        if missing is not None and not changed:
            raise missing()

    def in_order(self, given: Mapping[str, Any]) -> Sequence[Any]:
        """Values for the text with numbers."""
        values = {**self._fixed, **given} if self._fixed else given
        ordered = list(map(values.__getitem__, self._names))
        for place, turn in self._turned:
            ordered[place] = turn(ordered[place])
        return ordered

    def rows(self, found: Iterable[Sequence[Any]]) -> Sequence[Any]:
        """Rows of the driver's in our types, with names."""
        if not self._read:
            return list(map(self._make, found))
        return [self._make(self._turned_back(values)) for values in found]

    def found(self, connection: Connection, given: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """All rows as the driver has them, where there is no wire."""
        cursor = self._executed(connection, given)
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
        cursor.close()
        return rows

    def _turned_back(self, values: Sequence[Any]) -> Sequence[Any]:
        turned = list(values)
        for place, turn in self._read:
            turned[place] = turn(turned[place])
        return turned

    def _executed(self, connection: Connection, given: Mapping[str, Any]) -> Any:
        values: Any = {**self._fixed, **given}
        for name, turn in self._sent.items():
            values[name] = turn(values[name])
        if self._order is not None:
            values = [values[name] for name in self._order]
        cursor: Any = connection.connection.cursor()
        base = connection.dialect.loaded_dbapi.Error
        try:
            cursor.execute(self._text, values)
        except base as failure:
            named = DBAPIError.instance(None, None, failure, base, hide_parameters=True)
            raise cast("Exception", named) from None
        return cursor
