"""Fixtures: `redis_url`, `postgres_url`, `sqlite_url`, and the servers behind them; `centre`."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.adapters.db import migrate
from tests.services.message_centre import MessageCentre
from tests.services.postgres_databases import PostgresDatabases
from tests.services.postgres_server import PostgresServer
from tests.services.redis_server import RedisServer

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def short_directory() -> Iterator[Path]:
    """A directory whose name leaves room for a socket, and which other users may enter."""
    directory = Path(tempfile.mkdtemp(prefix="qt-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_server(short_directory: Path) -> Iterator[RedisServer]:
    """A Redis for the whole session; whoever kills or freezes it takes `own_redis` instead."""
    yield from _redis_in(short_directory / "redis")


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """An empty Redis."""
    with redis_server.client() as client:
        client.flushall()
    return redis_server.url


@pytest.fixture
def own_redis(short_directory: Path) -> Iterator[RedisServer]:
    """A Redis for one test, to be treated badly."""
    yield from _redis_in(short_directory / f"redis-{next(_numbers)}")


@pytest.fixture(scope="session")
def postgres_server(short_directory: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL for the whole session."""
    directory = short_directory / "postgres"
    directory.mkdir()
    server = PostgresServer(directory)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer) -> PostgresDatabases:
    """Its migrated databases."""
    return PostgresDatabases(postgres_server)


@pytest.fixture
def postgres_url(
    postgres_server: PostgresServer, postgres_databases: PostgresDatabases
) -> Iterator[str]:
    """A migrated database that holds nothing."""
    name = postgres_databases.lend()
    yield postgres_server.url(name)
    postgres_databases.take_back(name)


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh database without tables."""
    name = f"test_{next(_numbers)}"
    yield postgres_server.create(name)
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "register.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite file."""
    file = tmp_path / "register.db"
    shutil.copy(migrated_sqlite, file)
    return f"sqlite:///{file}"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[MessageCentre]:
    """An SMPP message centre for one test."""
    started = MessageCentre(tmp_path)
    started.start()
    yield started
    started.stop()


def _redis_in(directory: Path) -> Iterator[RedisServer]:
    directory.mkdir()
    server = RedisServer(directory)
    server.start()
    yield server
    server.kill()
