"""Gathering news: by one worker at a time, and by another where that one has stopped."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.usecases.gather_news import GatherNews
from tests.usecases.world import World


@pytest.fixture
def others(anywhere: World) -> Iterator[SqlRegister]:
    """The register as another worker has it."""
    with closing(SqlRegister(anywhere.database_url)) as opened:
        yield opened


def test_one_worker_gathers_at_a_time(anywhere: World, others: SqlRegister) -> None:
    """Another one that comes meanwhile lets as much time pass, and leaves the telling to it."""
    gather, theirs = GatherNews(register=anywhere.register), GatherNews(register=others)
    came: list[bool] = []
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        came.append(theirs(pause=paused.append))

    assert gather(pause=pause)
    assert came == [False]
    assert paused == [gather.time.total_seconds()] * 2


def test_while_one_tells_another_may_gather(anywhere: World, others: SqlRegister) -> None:
    """A receiver that is slow keeps nobody else waiting."""
    assert GatherNews(register=anywhere.register)(pause=_at_once)
    assert GatherNews(register=others)(pause=_at_once)


def test_whoever_gathers_without_end_is_not_trusted_for_ever(
    anywhere: World, others: SqlRegister
) -> None:
    """It may be frozen, or cut off: now and then another looks all the same."""
    theirs = GatherNews(register=others)
    told: list[bool] = []

    def frozen(_seconds: float) -> None:
        told.extend(theirs(pause=_at_once) for _ in range(2 * theirs.trust + 2))

    GatherNews(register=anywhere.register)(pause=frozen)

    a_while = [False] * theirs.trust
    assert told == [*a_while, True, *a_while, True]


def _at_once(_seconds: float) -> None:
    """No time passes."""
