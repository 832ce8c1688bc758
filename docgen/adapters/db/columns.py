"""Types of columns that SQLite and PostgreSQL keep alike."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

JsonObject = dict[str, Any]
JsonList = list[Any]


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, UTC out, microseconds kept; SQLite would forget the zone, PostgreSQL change it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC; raises ValueError for a time without zone."""
        del dialect
        return in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, aware."""
        del dialect
        return read_in_utc(value)


def in_utc(value: datetime | None) -> datetime | None:
    """As it is stored; raises ValueError for a time without zone."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a stored time needs its zone")
    return value.astimezone(UTC)


def read_in_utc(value: datetime | None) -> datetime | None:
    """As it is read, aware."""
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
