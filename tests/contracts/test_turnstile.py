"""Strangers are let in so often and no oftener, whichever process they come to."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from redis import Redis

from docgen.adapters.visitors.redis_turnstile import RedisTurnstile, neighbourhood
from docgen.domain.errors import LimitReached, Unavailable
from tests.services.redis_server import RedisServer

_HERE, _THERE = "203.0.113.7", "203.0.113.8"
Make = Callable[..., RedisTurnstile]


@pytest.fixture
def make(redis_url: str) -> Iterator[Make]:
    """Makes a turnstile over one Redis; three visits in a minute unless told otherwise."""
    made: list[RedisTurnstile] = []

    def built(seconds: float = 60.0, url: str = redis_url) -> RedisTurnstile:
        window = timedelta(seconds=seconds)
        made.append(RedisTurnstile(url, secret=b"s" * 32, visits=3, window=window))
        return made[-1]

    yield built
    for each in made:
        each.close()


def _admitted(turnstile: RedisTurnstile, address: str, times: int = 1) -> int:
    """How many of so many visits were let in."""
    count = 0
    for _ in range(times):
        try:
            turnstile.admit(address)
        except LimitReached:
            continue
        count += 1
    return count


def test_after_so_many_visits_one_has_to_wait(make: Make) -> None:
    """The refusal names the limit and says when the window ends; others are not concerned."""
    turnstile = make()
    assert _admitted(turnstile, _HERE, 3) == 3

    with pytest.raises(LimitReached) as refused:
        turnstile.admit(_HERE)

    assert refused.value.limit == "uploads"
    assert timedelta(0) < refused.value.retry_after <= timedelta(seconds=60)
    assert _admitted(turnstile, _THERE) == 1


def test_when_the_window_has_passed_one_may_come_again(make: Make) -> None:
    """Who kept coming meanwhile does not make it longer."""
    turnstile = make(seconds=2)
    assert _admitted(turnstile, _HERE, 5) == 3

    time.sleep(2.1)

    assert _admitted(turnstile, _HERE) == 1


def test_all_processes_count_together(make: Make) -> None:
    """Twenty at once to four turnstiles: exactly so many as may be are let in."""
    turnstiles = [make() for _ in range(4)]
    with ThreadPoolExecutor(20) as pool:
        admitted = list(pool.map(lambda n: _admitted(turnstiles[n % 4], _HERE), range(20)))

    assert sum(admitted) == 3


def test_nothing_is_kept_for_ever_and_no_address_at_all(make: Make, redis_url: str) -> None:
    """A key that lost its end gets one again; what Redis holds names nobody."""
    _admitted(make(), _HERE)
    with Redis.from_url(redis_url, decode_responses=True) as redis:
        (key,) = redis.keys("qoltanba:visits:*")
        redis.persist(key)
        _admitted(make(), _HERE)

        assert 0 < redis.pttl(key) <= 60_000
        assert _HERE not in key
        assert redis.get(key) == "2"


def test_a_redis_that_is_away_lets_nobody_in(own_redis: RedisServer, make: Make) -> None:
    """Nobody counts, so nobody comes in; and it is told within a second."""
    turnstile = make(url=own_redis.url)
    _admitted(turnstile, _HERE)
    own_redis.kill()
    began = time.perf_counter()

    with pytest.raises(Unavailable):
        turnstile.admit(_HERE)

    assert time.perf_counter() - began < 1.5


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_a_household_is_one_visitor(address: str, counted: str) -> None:
    """Whoever has 2⁶⁴ addresses is still one; who hides his is one with all who do."""
    assert neighbourhood(address) == counted
