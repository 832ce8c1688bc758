"""An installation for each test."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from tests.api.portal import Portal, portal


@pytest.fixture(autouse=True)
def log_lines() -> Iterator[list[EventDict]]:
    """What the requests say of themselves, kept off the terminal."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def here(sqlite_url: str, redis_url: str) -> Iterator[Portal]:
    """Over SQLite."""
    with portal(sqlite_url, redis_url) as built:
        yield built


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def anywhere(request: pytest.FixtureRequest, redis_url: str) -> Iterator[Portal]:
    """Over SQLite and over PostgreSQL."""
    with portal(request.getfixturevalue(request.param), redis_url) as built:
        yield built
