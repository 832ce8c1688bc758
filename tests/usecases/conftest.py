"""A world for each test."""

from collections.abc import Iterator

import pytest

from tests.usecases.counted import CountedRegister
from tests.usecases.desk import Desk, opened
from tests.usecases.world import World, world


@pytest.fixture
def here(sqlite_url: str, redis_url: str) -> Iterator[World]:
    """Over SQLite."""
    built = world(sqlite_url, redis_url)
    yield built
    built.register.close()


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def anywhere(request: pytest.FixtureRequest, redis_url: str) -> Iterator[World]:
    """Over SQLite and over PostgreSQL."""
    built = world(request.getfixturevalue(request.param), redis_url)
    yield built
    built.register.close()


@pytest.fixture
def counted(here: World) -> Iterator[CountedRegister]:
    """The register of `here`, which counts from now on."""
    here.register.close()
    register = CountedRegister(here.database_url)
    here.register = register
    yield register
    register.close()


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Over SQLite and over PostgreSQL."""
    with opened(request.getfixturevalue(request.param)) as built:
        yield built
