"""Statements of every day: written by SQLAlchemy once, then given to the driver as they are.

For each execution SQLAlchemy looks up what it has written, makes a context, and reads what columns
have come back. That costs three times as much as the driver, and a visit has hundreds of them.
"""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Connection, Dialect, Executable, Select, TextClause

R = TypeVar("R")
_NOTHING: Mapping[str, Any] = {}


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
        cursor = self._for(connection, given).executed(connection, given)
        changed = int(cursor.rowcount)
        cursor.close()
        return changed

    def _for(self, connection: Connection, given: Mapping[str, Any]) -> "_Written":
        asked = (connection.dialect.name, *given)
        if asked not in self._written:
            self._written[asked] = _Written(self._statement, connection.dialect, given)
        return self._written[asked]


class PreparedQuery(Prepared, Generic[R]):
    """The same, of a statement that finds rows; of several columns, R is Any."""

    def __init__(
        self, statement: Select[R] | Select[Any, Any] | Select[Any, Any, Any] | TextClause
    ) -> None:
        super().__init__(statement)

    def all(self, connection: Connection, given: Mapping[str, Any] = _NOTHING) -> Sequence[R]:
        """All rows, each with the attributes of its columns."""
        written = self._for(connection, given)
        rows = [written.row(each) for each in written.found(connection, given)]
        return cast("Sequence[R]", rows)

    def column(self, connection: Connection, given: Mapping[str, Any] = _NOTHING) -> Sequence[R]:
        """The first column of all rows."""
        written = self._for(connection, given)
        return [written.turned_back(each)[0] for each in written.found(connection, given)]


class _Written:
    """The text of a statement in one dialect, and how values go there and come back."""

    def __init__(self, statement: Any, dialect: Dialect, given: Mapping[str, Any]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(given))
        self._text = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup
        named = {name: parameter for parameter, name in compiled.bind_names.items()}
        self._sent = {
            name: turn
            for name, parameter in named.items()
            if (turn := parameter.type.dialect_impl(dialect).bind_processor(dialect))
        }
        self._fixed = self._turned({n: p.value for n, p in named.items() if n not in given})
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        names = [column.key or f"column_{place}" for place, column in enumerate(columns)]
        self._row: Any = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024
        self._read = [
            (place, turn)
            for place, column in enumerate(columns)
            if (turn := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    def executed(self, connection: Connection, given: Mapping[str, Any]) -> Any:
        """The driver's cursor, after it; raises what SQLAlchemy raises."""
        values: Any = self._fixed | self._turned(given)
        if self._order is not None:
            values = [values[name] for name in self._order]
        cursor: Any = connection.connection.cursor()
        try:
            cursor.execute(self._text, values)
        except connection.dialect.loaded_dbapi.Error as failure:
            # Nothing public names a failure, and lets go of all connections to a lost server.
            connection._handle_dbapi_exception(failure, self._text, values, cursor, None)  # noqa: SLF001
        return cursor

    def found(self, connection: Connection, given: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """All rows as the driver has them."""
        cursor = self.executed(connection, given)
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
        cursor.close()
        return rows

    def turned_back(self, values: Sequence[Any]) -> Sequence[Any]:
        """A row of the driver's in our types."""
        turned = list(values)
        for place, turn in self._read:
            turned[place] = turn(turned[place])
        return turned

    def row(self, values: Sequence[Any]) -> Any:
        """The same with names."""
        return self._row._make(self.turned_back(values))

    def _turned(self, given: Mapping[str, Any]) -> dict[str, Any]:
        turned = dict(given)
        for name, turn in self._sent.items():
            if name in turned:
                turned[name] = turn(turned[name])
        return turned
