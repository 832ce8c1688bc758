"""Connections that lay unused are tried before they are given out: their server may be gone.

One that was used a moment ago is not, since each try is a journey to the server and most units are
short: a server that vanished within that moment is noticed by the first statement instead.
"""

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

ASLEEP_SECONDS = 0.5
_RETURNED = "returned"


def try_sleepers(engine: Engine) -> None:
    """For all connections of this engine."""

    def returned(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_RETURNED] = time.monotonic()

    def taken(connection: Any, entry: ConnectionPoolEntry, _given: Any) -> None:
        slept = time.monotonic() - entry.info.get(_RETURNED, time.monotonic())
        if slept < ASLEEP_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", returned)
    event.listen(engine, "checkout", taken)
