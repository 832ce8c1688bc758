"""The store of codes while Redis is away, and after it comes back."""

import time
import traceback
from collections.abc import Callable, Iterator

import pytest

from docgen.adapters.otp.redis_codes import RedisCodes
from docgen.domain.challenge import Binding, Gone, Wrong
from docgen.domain.errors import CodesUnavailable
from tests.builders import NOW, binding, sha256
from tests.contracts.conftest import PEPPER, SUBJECT_KEY
from tests.contracts.spending import CODE, NOTHING, OTHER, SPENT, issue, resend, spend
from tests.services.redis_server import RedisServer

Use = Callable[[RedisCodes, Binding], object]

_IN_TIME = 1.5
"""Seconds: under one of waiting, and the noise of a machine that others use."""


USES: dict[str, Use] = {
    "issue": issue,
    "spend": spend,
    "resend": lambda codes, of: resend(codes, of, NOW),
    "remind": lambda codes, of: codes.remind(of, NOTHING),
    "withdraw": lambda codes, of: codes.withdraw(of),
    "ping": lambda codes, _: codes.ping(),
}


@pytest.fixture
def own_codes(own_redis: RedisServer) -> Iterator[RedisCodes]:
    """A store with a connection in its pool, over a Redis to be treated badly."""
    built = RedisCodes(own_redis.url, subject_key=SUBJECT_KEY, pepper=PEPPER)
    built.ping()
    yield built
    built.close()


def _refused_in_time(use: Use, codes: RedisCodes) -> None:
    started = time.perf_counter()
    with pytest.raises(CodesUnavailable) as refused:
        use(codes, binding())
    assert time.perf_counter() - started < _IN_TIME
    printed = "".join(traceback.format_exception(refused.value))
    assert CODE not in printed
    assert "7015550142" not in printed


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_dead_redis_is_told_within_a_second(
    own_redis: RedisServer, own_codes: RedisCodes, use: Use
) -> None:
    """After a kill every call raises CodesUnavailable at once, quoting neither code nor phone."""
    own_redis.kill()
    _refused_in_time(use, own_codes)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("connected", [True, False], ids=["connected", "new connection"])
def test_a_silent_redis_is_told_within_a_second(
    own_redis: RedisServer, own_codes: RedisCodes, use: Use, *, connected: bool
) -> None:
    """A Redis that is alive but silent makes nobody wait, known or not."""
    fresh = RedisCodes(own_redis.url, subject_key=SUBJECT_KEY, pepper=PEPPER)
    own_redis.freeze()
    try:
        _refused_in_time(use, own_codes if connected else fresh)
    finally:
        own_redis.thaw()
        fresh.close()


def test_after_one_silence_the_others_do_not_wait(
    own_redis: RedisServer, own_codes: RedisCodes
) -> None:
    """Many callers share few threads: they are refused without asking, until Redis may be awake."""
    own_redis.freeze()
    try:
        _refused_in_time(USES["spend"], own_codes)
        started = time.perf_counter()
        for use in list(USES.values()) * 10:
            _refused_in_time(use, own_codes)
        assert time.perf_counter() - started < 1
    finally:
        own_redis.thaw()
    time.sleep(1)
    own_codes.ping()


def test_after_a_restart_all_is_as_before(own_redis: RedisServer, own_codes: RedisCodes) -> None:
    """Counted attempts, live codes and spent codes survive a power cut."""
    live, spent = binding(), binding(manifest_hash=sha256("another"))
    for of in (live, spent):
        issue(own_codes, of)
    first = spend(own_codes, live, OTHER, attempt="w")
    spend(own_codes, spent)
    own_redis.kill()
    own_redis.start()
    assert (
        spend(own_codes, live, OTHER, attempt="w")
        == first
        == Wrong(attempts_used=1, attempts_left=4)
    )
    assert spend(own_codes, live) == SPENT
    assert spend(own_codes, spent) == SPENT
    assert spend(own_codes, spent, attempt="b") == Gone(reason="spent", attempts_used=1)


def test_a_redis_that_evicts_is_refused(own_redis: RedisServer, own_codes: RedisCodes) -> None:
    """Ping refuses a memory policy under which counted failures could vanish."""
    with own_redis.client() as client:
        client.config_set("maxmemory-policy", "volatile-lru")
    with pytest.raises(CodesUnavailable, match="volatile-lru"):
        own_codes.ping()


def test_a_full_redis_still_counts(own_redis: RedisServer, own_codes: RedisCodes) -> None:
    """Out of memory, attempts are counted and codes are spent once, as ever."""
    of = binding()
    issue(own_codes, of)
    with own_redis.client() as client:
        client.config_set("maxmemory", "1")
    assert spend(own_codes, of, OTHER, attempt="w") == Wrong(attempts_used=1, attempts_left=4)
    assert spend(own_codes, of) == SPENT
    assert spend(own_codes, of, attempt="b") == Gone(reason="spent", attempts_used=2)


def test_few_rights_are_enough(own_redis: RedisServer) -> None:
    """A user with only the commands we name can do everything; CONFIG is not among them."""
    commands = (
        "ping info time evalsha script|load get set del hset hget hmget hdel hincrby pexpire"
        " zadd zcard zrange zrevrange zrem zremrangebyscore"
    )
    with own_redis.client() as client:
        client.acl_setuser(
            "codes", enabled=True, passwords=["+secret"], keys=["otp:*"],
            commands=[f"+{command}" for command in commands.split()],
        )  # fmt: skip
    url = own_redis.url.replace("unix://", "unix://codes:secret@")
    limited = RedisCodes(url, subject_key=SUBJECT_KEY, pepper=PEPPER)
    limited.ping()
    withdrawn, spent = binding(), binding()
    issue(limited, withdrawn)
    limited.withdraw(withdrawn)
    issue(limited, spent)
    assert isinstance(spend(limited, spent, OTHER, attempt="w"), Wrong)
    assert spend(limited, spent) == SPENT
    limited.close()
