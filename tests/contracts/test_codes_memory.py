"""A store of codes that may have forgotten: it says so, is reminded, and counts nothing twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgen.adapters.otp.redis_codes import RedisCodes
from docgen.domain.challenge import Binding, CodeHistory, Gone, Wrong
from docgen.domain.errors import CodesForgotten, LimitReached
from tests.builders import NOW, binding, identifier, sha256
from tests.contracts.conftest import PEPPER, SUBJECT_KEY
from tests.contracts.races import at_once
from tests.contracts.spending import (
    CODE,
    NOTHING,
    OTHER,
    POLICY,
    issue,
    minutes,
    resend,
    spend,
    wrong,
)
from tests.services.redis_server import RedisServer


@pytest.fixture
def own_codes(own_redis: RedisServer) -> Iterator[RedisCodes]:
    """A store over a Redis to be treated badly."""
    built = RedisCodes(own_redis.url, subject_key=SUBJECT_KEY, pepper=PEPPER)
    yield built
    built.close()


def _failed(*moments: datetime) -> CodeHistory:
    return CodeHistory(sent=(), failed=moments)


def test_a_store_that_knows_nothing_says_so_and_counts_nothing(codes: RedisCodes) -> None:
    """Until it is reminded no code is issued; the phone may be new, or forgotten."""
    of = binding()
    for _ in range(2):
        with pytest.raises(CodesForgotten):
            codes.issue(of, CODE, policy=POLICY, now=NOW)
    codes.remind(of, NOTHING)
    codes.issue(of, CODE, policy=POLICY, now=NOW)


def test_of_a_first_code_nobody_is_reminded(codes: RedisCodes) -> None:
    """Its wait and its failures count as any other's, and what is there already counts too."""
    codes.issue(binding(), CODE, policy=POLICY, now=NOW, is_first=True)
    with pytest.raises(LimitReached) as refused:
        codes.issue(binding(), CODE, policy=POLICY, now=NOW, is_first=True)
    assert (refused.value.limit, refused.value.retry_after) == ("cool_down", POLICY.cool_downs[0])


def test_each_phone_and_content_is_remembered_by_itself(codes: RedisCodes) -> None:
    """To know one is not to know the other."""
    issue(codes, binding())
    with pytest.raises(CodesForgotten):
        codes.issue(binding(manifest_hash=sha256("other")), CODE, policy=POLICY, now=NOW)


def test_what_the_register_knows_of_failures_counts(codes: RedisCodes) -> None:
    """Ten within the hour are the end, as if they had been counted here; older ones are over."""
    history = _failed(*(minutes(n - 59) for n in range(10)), minutes(-61))
    with pytest.raises(LimitReached) as refused:
        issue(codes, binding(), history=history)
    assert (refused.value.limit, refused.value.retry_after) == ("failures", timedelta(minutes=1))


def test_a_wrong_code_after_it_counts_on(codes: RedisCodes) -> None:
    """Of ten, eight are gone: two are left, however many attempts a code has."""
    of = binding()
    issue(codes, of, history=_failed(*(minutes(-n) for n in range(1, 9))))
    assert wrong(codes, of, 3) == [
        Wrong(attempts_used=1, attempts_left=1),
        Wrong(attempts_used=2, attempts_left=0),
        Gone(reason="exhausted", attempts_used=2),
    ]


def test_what_the_register_knows_of_sendings_counts(codes: RedisCodes) -> None:
    """The wait is that after the second sending, from its time on."""
    history = CodeHistory(sent=(minutes(-5), minutes(-1)), failed=())
    with pytest.raises(LimitReached) as refused:
        issue(codes, binding(), history=history)
    assert (refused.value.limit, refused.value.retry_after) == ("cool_down", timedelta(minutes=1))


def test_a_store_that_is_complete_is_not_reminded_again(codes: RedisCodes) -> None:
    """What was counted here since then would count twice."""
    of = binding()
    issue(codes, of)
    codes.remind(of, _failed(*[NOW] * 10))
    assert spend(codes, of, OTHER) == Wrong(attempts_used=1, attempts_left=4)


@pytest.mark.parametrize("how", ["flushed", "restarted without data"])
def test_a_lost_memory_is_noticed(own_redis: RedisServer, own_codes: RedisCodes, how: str) -> None:
    """No code is confirmed that was lost, none is sent before the register was asked."""
    of = binding()
    issue(own_codes, of)
    wrong(own_codes, of, 2)
    if how == "flushed":
        with own_redis.client() as client:
            client.flushall()
    else:
        own_redis.kill()
        own_redis.lose_data()
        own_redis.start()
    assert spend(own_codes, of) == Gone(reason="expired", attempts_used=0)
    with pytest.raises(CodesForgotten):
        own_codes.issue(binding(), CODE, policy=POLICY, now=minutes(1))


def test_after_a_restart_with_data_the_register_is_asked_and_nothing_counts_twice(
    own_redis: RedisServer, own_codes: RedisCodes
) -> None:
    """What came back from disk may lack the last moments; what both know is one."""
    of = binding()
    issue(own_codes, of)
    wrong(own_codes, of, 4)
    own_redis.kill()
    own_redis.start()
    with pytest.raises(CodesForgotten):
        resend(own_codes, of, minutes(1))

    told = _failed(*(NOW + timedelta(milliseconds=each) for each in (0, 20, 300, 9_000, 9_001)))
    again = binding()
    issue(own_codes, again, minutes(1), history=CodeHistory(sent=(NOW,), failed=told.failed))
    # Of the five that the register knows four were known: five of ten are left.
    assert wrong(own_codes, again, 5, minutes(1))[-1] == Wrong(attempts_used=5, attempts_left=0)
    with pytest.raises(LimitReached) as refused:
        issue(own_codes, binding(), minutes(9))
    assert refused.value.limit == "failures"


def test_many_who_remind_at_once_remind_once(codes: RedisCodes) -> None:
    """Each read the same register."""
    of, history = binding(), _failed(minutes(-3), minutes(-2))
    at_once([lambda: codes.remind(of, history)] * 20)
    issue(codes, of)
    wrong(codes, of, 5)
    another = binding()
    issue(codes, another, minutes(1))
    assert wrong(codes, another, 3, minutes(1))[-1] == Wrong(attempts_used=3, attempts_left=0)


_MOMENTS = st.lists(st.integers(0, 3_500).map(lambda s: NOW - timedelta(seconds=s)), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(_MOMENTS)
def test_as_many_failures_count_as_the_register_knows(
    codes: RedisCodes, failed: list[datetime]
) -> None:
    """Whatever their times, also the same ones: a code is refused at ten, and not before."""
    of: Binding = binding(manifest_hash=sha256(identifier()))
    if len(failed) >= POLICY.failures:
        with pytest.raises(LimitReached):
            issue(codes, of, history=_failed(*failed))
        return
    issue(codes, of, history=_failed(*failed))
    outcome = spend(codes, of, OTHER)
    left = min(POLICY.attempts, POLICY.failures - len(failed)) - 1
    assert outcome == Wrong(attempts_used=1, attempts_left=left)


def test_a_clock_set_back_makes_no_code_live_longer(
    codes: RedisCodes, redis_server: RedisServer
) -> None:
    """Redis's own clock ends a life too, and neither failures nor cool-downs are forgotten."""
    of = binding()
    issue(codes, of)
    wrong(codes, of, 4)
    yesterday = NOW - timedelta(days=1)
    with redis_server.client() as client:
        (key,) = client.keys("otp:*:c:*")
        assert client.hincrby(key, "dead", -int(POLICY.life / timedelta(milliseconds=1))) > 0
    assert spend(codes, of, at=yesterday) == Gone(reason="expired", attempts_used=4)
    with pytest.raises(LimitReached):
        issue(codes, binding(), yesterday)
