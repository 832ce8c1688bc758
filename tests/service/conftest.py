"""Two installations, one on each database, for all tests here; whoever breaks one mends it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pki.lab import Lab, serving
from tests.service.installation import Ground, Installation
from tests.service.stamps import Stamps
from tests.service.tables import Tables
from tests.service.traces import require_no_traces
from tests.services.postgres_server import PostgresServer
from tests.services.redis_server import RedisServer


@pytest.fixture(scope="session")
def service_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Certificates of the installations."""
    with serving(tmp_path_factory.mktemp("service-lab")) as lab:
        yield lab


@pytest.fixture(scope="session")
def sqlite_installation(
    short_directory: Path, tmp_path_factory: pytest.TempPathFactory, service_lab: Lab
) -> Iterator[Installation]:
    """The service on SQLite."""
    folder = tmp_path_factory.mktemp("on-sqlite")
    url = f"sqlite:///{folder / 'register.db'}"
    yield from _installed(folder, short_directory / "service-sqlite", url, service_lab)


@pytest.fixture(scope="session")
def service_postgres(short_directory: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL that may be stopped and started."""
    directory = short_directory / "service-postgres"
    directory.mkdir()
    server = PostgresServer(directory)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_installation(
    short_directory: Path,
    tmp_path_factory: pytest.TempPathFactory,
    service_lab: Lab,
    service_postgres: PostgresServer,
) -> Iterator[Installation]:
    """The service on PostgreSQL."""
    folder = tmp_path_factory.mktemp("on-postgres")
    url = service_postgres.create("service")
    # A server that is killed must not forget what it said was done.
    Tables(url).rows("ALTER DATABASE service SET synchronous_commit = on")
    yield from _installed(folder, short_directory / "service-redis", url, service_lab)


@pytest.fixture
def on_sqlite(sqlite_installation: Installation) -> Installation:
    """The service on SQLite, whole."""
    sqlite_installation.make_whole()
    return sqlite_installation


@pytest.fixture
def on_postgres(postgres_installation: Installation) -> Installation:
    """The service on PostgreSQL, whole."""
    postgres_installation.make_whole()
    return postgres_installation


@pytest.fixture(params=["sqlite", "postgres"])
def service(request: pytest.FixtureRequest) -> Installation:
    """The service on either database, whole."""
    found: Installation = request.getfixturevalue(f"on_{request.param}")
    return found


def _installed(folder: Path, redis: Path, url: str, lab: Lab) -> Iterator[Installation]:
    redis.mkdir()
    server = RedisServer(redis)
    server.start()
    with Stamps(lab).serving() as stamps:
        installation = Installation(
            Ground(
                folder=folder,
                database_url=url,
                redis=server,
                lab=lab,
                stamps=stamps,
                roots=lab.root,
            )
        )
        try:
            installation.start()
            yield installation
            installation.make_whole()
            require_no_traces(installation)
            assert installation.stop() == (0, 0, 0)
        finally:
            installation.clear()
            server.kill()
