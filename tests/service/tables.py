"""The register as an onlooker sees it, and as a rude neighbour may lock it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool, QueuePool


class Tables:
    """Rows by SQL, each time over a connection of its own, unless they are `kept`."""

    def __init__(self, url: str, *, kept: bool = False) -> None:
        driver = url.replace("postgresql://", "postgresql+psycopg://")
        pool = QueuePool if kept else NullPool
        self._engine = create_engine(driver, poolclass=pool, isolation_level="AUTOCOMMIT")
        self._sqlite = driver.startswith("sqlite")

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """What the query finds."""
        with self._engine.connect() as connection:
            found = connection.execute(text(query), values)
            return [tuple(row) for row in found] if found.returns_rows else []

    def one(self, query: str, **values: object) -> Any:
        """The only value that it finds."""
        ((value,),) = self.rows(query, **values)
        return value

    @contextmanager
    def locked(self, envelope_id: str) -> Iterator[None]:
        """Nobody else can change the envelope within the block; in SQLite, change anything."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if self._sqlite else "BEGIN")
            try:
                connection.execute(
                    text("UPDATE envelopes SET version = version WHERE id = :id"),
                    {"id": envelope_id},
                )
                yield
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def age_claims(self, time_passed: timedelta) -> None:
        """Let so much time have passed since unanswered requests were begun."""
        seconds = time_passed.total_seconds()
        earlier = (
            f"strftime('%Y-%m-%d %H:%M:%f', claimed_at, '-{seconds} seconds') || '000'"
            if self._sqlite
            else f"claimed_at - interval '{seconds} seconds'"
        )
        with self._engine.connect() as connection:
            connection.execute(
                text(f"UPDATE asked_requests SET claimed_at = {earlier} WHERE answer IS NULL")  # noqa: S608
            )
