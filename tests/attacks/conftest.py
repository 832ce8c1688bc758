"""An installation for each attack."""

from collections.abc import Iterator

import pytest

from tests.services.redis_server import RedisServer
from tests.usecases.world import World, world


def _opened(database_url: str, redis_url: str) -> Iterator[World]:
    built = world(database_url, redis_url)
    yield built
    built.register.close()
    built.codes.close()
    built.limits.close()


@pytest.fixture
def here(sqlite_url: str, redis_url: str) -> Iterator[World]:
    """Over SQLite."""
    yield from _opened(sqlite_url, redis_url)


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def anywhere(request: pytest.FixtureRequest, redis_url: str) -> Iterator[World]:
    """Over SQLite and over PostgreSQL."""
    yield from _opened(request.getfixturevalue(request.param), redis_url)


@pytest.fixture
def fragile(sqlite_url: str, own_redis: RedisServer) -> Iterator[World]:
    """Over SQLite and a Redis to be treated badly."""
    yield from _opened(sqlite_url, own_redis.url)
