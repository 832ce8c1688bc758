"""Migrated databases for tests: emptied after use, which is cheaper than copying them."""

import itertools
import time

import psycopg
from psycopg import sql

from docgen.adapters.db import migrate
from tests.services.postgres_server import PostgresServer

_TEMPLATE = "migrated"
_TICK_SECONDS = 0.002
_NOTICE_ALTERATIONS = """
CREATE SCHEMA of_tests;
CREATE TABLE of_tests.alterations (command text);
CREATE FUNCTION of_tests.notice() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
  $$ BEGIN INSERT INTO of_tests.alterations VALUES (tg_tag); END $$;
CREATE EVENT TRIGGER of_tests_notice ON ddl_command_end EXECUTE FUNCTION of_tests.notice();
ALTER EVENT TRIGGER of_tests_notice ENABLE ALWAYS;
"""
_EMPTY = """
DO $$
DECLARE written text;
BEGIN
  SELECT string_agg(oid::regclass::text, ', ') INTO written FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0;
  IF written IS NOT NULL THEN
    EXECUTE 'TRUNCATE ' || written || ' RESTART IDENTITY CASCADE';
  END IF;
END $$
"""
_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class PostgresDatabases:
    """Lends databases and takes them back; one whose tables were altered is dropped."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._empty: list[str] = []
        self._newest = migrate.head()
        migrate.upgrade(server.create(_TEMPLATE))
        with server.connect(_TEMPLATE) as connection:
            connection.execute(_NOTICE_ALTERATIONS)

    def lend(self) -> str:
        """The name of a migrated database that holds nothing."""
        if self._empty:
            return self._empty.pop()
        name = f"lent_{next(self._numbers)}"
        self._server.create(name, template=_TEMPLATE)
        return name

    def take_back(self, name: str) -> None:
        """Empty it for the next one, whoever is connected, or drop it."""
        with self._server.connect(name) as connection:
            connection.execute(_END_OTHERS)
            as_made = self._is_as_made(connection)
            if as_made:
                # No trigger stirs: what guards the journal from TRUNCATE is to be passed by here.
                connection.execute("SET session_replication_role = replica")
                connection.execute(_EMPTY)
        if as_made:
            self._await_nobody(name)
            self._empty.append(name)
        else:
            self._server.drop(name)

    def _await_nobody(self, name: str) -> None:
        """Tests count the connections to their database, and ours is one while it ends."""
        others = sql.SQL("SELECT count(*) FROM pg_stat_activity WHERE datname = {}").format(name)
        while self._server.asked(others) != [(0,)]:
            time.sleep(_TICK_SECONDS)

    def _is_as_made(self, connection: psycopg.Connection) -> bool:
        altered = connection.execute("SELECT count(*) FROM of_tests.alterations").fetchone()
        known = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        return altered == (0,) and known == [(self._newest,)]
