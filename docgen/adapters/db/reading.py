"""Rows read as they lie: columns under a table's own names, without a session that follows them.

Nobody here changes a row by changing an object, so that to keep track of objects would cost more
than all the rest of reading.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Select
from sqlalchemy.exc import MultipleResultsFound

from docgen.adapters.db.prepared import PreparedQuery

R = TypeVar("R")


def all_rows(
    connection: Connection,
    wanted: Select[R] | PreparedQuery[R],
    given: Mapping[str, Any] | None = None,
) -> Sequence[R]:
    """All that fit, each with the attributes of its table."""
    if isinstance(wanted, PreparedQuery):
        return wanted.all(connection, given or {})
    return cast("Sequence[R]", connection.execute(wanted, given).all())


def one_row(
    connection: Connection,
    wanted: Select[R] | PreparedQuery[R],
    given: Mapping[str, Any] | None = None,
) -> R | None:
    """The only one that fits, or None; raises MultipleResultsFound for several."""
    found = all_rows(connection, wanted, given)
    if len(found) > 1:
        raise MultipleResultsFound
    return found[0] if found else None
