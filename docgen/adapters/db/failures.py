"""What goes wrong in a database, in the core's words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from sqlalchemy import exc

from docgen.domain.errors import Conflict, InvalidValue, StaleEnvelope, Unavailable

_LOST_A_RACE = {"40001", "40P01"}
"""SQLSTATE of a serialisation failure and of a deadlock: undone by the server, repeatable."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise Unavailable, StaleEnvelope, Conflict or InvalidValue for the database's own errors."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise_translated(error)


def raise_translated(failure: exc.SQLAlchemyError) -> NoReturn:
    """The same for one that was caught; one that has no name of ours as it is.

    Values refused by the database are cut from the chain: its messages quote whole rows.
    """
    try:
        raise failure
    except exc.IntegrityError:
        raise Conflict("a rule of the register refuses these rows") from None
    except exc.DataError:
        raise InvalidValue("the register cannot hold this value") from None
    except exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) in _LOST_A_RACE:
            raise StaleEnvelope("another transaction went first") from error
        raise Unavailable("the register does not answer") from error
    except exc.DatabaseError as error:
        # SQLite says no more than that of a file that is damaged, or was never a database.
        if type(error) is not exc.DatabaseError:
            raise
        raise Unavailable("the register cannot be read") from error
    except (exc.InterfaceError, exc.TimeoutError) as error:
        raise Unavailable("the register does not answer") from error
