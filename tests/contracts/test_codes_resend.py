"""A live code sent once more, and how it lies in Redis meanwhile, over a real Redis."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis

from docgen.adapters.otp.redis_codes import Pepper, RedisCodes
from docgen.domain.challenge import Binding, Gone, Resent, Wrong
from docgen.domain.errors import CodeGone, CodesForgotten, LimitReached
from docgen.domain.subscriber import Phone
from tests.builders import NOW, binding, sha256
from tests.contracts.conftest import PEPPER, SUBJECT_KEY
from tests.contracts.races import at_once
from tests.contracts.spending import (
    CODE,
    OTHER,
    POLICY,
    SPENT,
    issue,
    minutes,
    resend,
    spend,
    wrong,
)
from tests.services.redis_server import RedisServer

AGAIN = minutes(1)
"""The cool-down is over, and the code has two minutes to live."""


def test_a_live_code_is_given_once_more(codes: RedisCodes) -> None:
    """The same code, with its old end; the next may follow after the second cool-down."""
    of = binding()
    issued = issue(codes, of)
    assert resend(codes, of, AGAIN) == Resent(
        code=CODE, expires_at=issued.expires_at, resend_at=AGAIN + POLICY.cool_downs[1]
    )
    assert spend(codes, of, at=AGAIN) == SPENT


def test_it_counts_as_a_sending(codes: RedisCodes) -> None:
    """In the cool-down nothing is given out, and each time the next wait is longer."""
    of = binding()
    issue(codes, of)
    with pytest.raises(LimitReached) as refused:
        resend(codes, of, NOW + timedelta(seconds=59))
    assert (refused.value.limit, refused.value.retry_after) == ("cool_down", timedelta(seconds=1))
    resend(codes, of, AGAIN)
    with pytest.raises(LimitReached) as refused:
        issue(codes, binding(), minutes(2), code=OTHER)
    assert refused.value.retry_after == timedelta(minutes=1)


def test_attempts_and_failures_stay_counted(codes: RedisCodes) -> None:
    """Sending once more resets nothing (NIST SP 800-63B-4, 3.1.3)."""
    of = binding()
    issue(codes, of)
    wrong(codes, of, 3)
    resend(codes, of, AGAIN)
    assert spend(codes, of, OTHER, at=AGAIN) == Wrong(attempts_used=4, attempts_left=1)


def test_a_code_with_little_life_left_is_not_sent_again(codes: RedisCodes) -> None:
    """With ninety seconds left it is too late, a millisecond before it is not."""
    of = binding()
    end = issue(codes, of).expires_at
    with pytest.raises(CodeGone):
        resend(codes, of, end - POLICY.same_code)
    assert resend(codes, of, end - POLICY.same_code - timedelta(milliseconds=1)).code == CODE


@pytest.mark.parametrize("end", ["spent", "exhausted", "replaced", "withdrawn"])
def test_a_dead_code_is_not_given_out(
    codes: RedisCodes, redis_server: RedisServer, end: str
) -> None:
    """Neither by us nor by anything that Redis still holds."""
    of = binding()
    issue(codes, of)
    ends: dict[str, Callable[[], object]] = {
        "spent": lambda: spend(codes, of),
        "exhausted": lambda: wrong(codes, of, POLICY.attempts),
        "replaced": lambda: issue(codes, binding(), AGAIN, code=OTHER),
        "withdrawn": lambda: codes.withdraw(of),
    }
    with redis_server.client() as client:
        (before,) = client.keys("otp:*:k:*")
        sealed = client.hget(before, "code")
        ends[end]()
        assert sealed not in _everything(client)
    with pytest.raises(CodeGone) as gone:
        resend(codes, of, AGAIN)
    assert gone.value.reason == (end if end != "withdrawn" else "expired")


def test_with_the_failures_used_up_nothing_is_given_out(codes: RedisCodes) -> None:
    """Attempts may be left, but a message would be of no use."""
    of, policy = binding(), replace(POLICY, failures=2)
    issue(codes, of)
    wrong(codes, of, 2)
    with pytest.raises(LimitReached) as refused:
        resend(codes, of, AGAIN, policy=policy)
    assert (refused.value.limit, refused.value.retry_after) == ("failures", timedelta(minutes=59))


def test_what_was_never_issued_is_gone(codes: RedisCodes) -> None:
    """For another challenge of the same phone and content there is no code."""
    issue(codes, binding())
    with pytest.raises(CodeGone):
        resend(codes, binding(), AGAIN)


def test_of_many_at_once_one_gets_it(codes: RedisCodes) -> None:
    """The others meet its cool-down: one message leaves."""
    of = binding()
    issue(codes, of)
    results = at_once([lambda: resend(codes, of, AGAIN)] * 20)
    assert sum(isinstance(each, Resent) for each in results) == 1
    assert sum(isinstance(each, LimitReached) for each in results) == 19


def test_a_sending_that_failed_gives_its_wait_back_and_keeps_the_code(codes: RedisCodes) -> None:
    """The earlier message may still arrive; the first sending taken back takes the code along."""
    of = binding()
    issue(codes, of)
    resend(codes, of, AGAIN)
    codes.withdraw(of)
    assert resend(codes, of, AGAIN).code == CODE
    codes.withdraw(of)
    codes.withdraw(of)
    assert spend(codes, of, at=AGAIN) == Gone(reason="expired", attempts_used=0)
    issue(codes, binding(), AGAIN)


def test_neither_the_object_nor_its_words_show_the_code(codes: RedisCodes) -> None:
    """Whoever logs it by mistake tells nothing."""
    of = binding()
    issue(codes, of, code="482913")
    again = resend(codes, of, AGAIN)
    assert again.code == "482913"
    assert "482913" not in f"{again!r}{again}"


# --- as it lies in Redis --------------------------------------------------------------------


def _everything(client: Redis) -> str:
    """All keys and values, and what a dump of them holds."""
    told = []
    for key in client.scan_iter():
        readers: dict[str, Callable[[str], object]] = {
            "hash": client.hgetall,
            "zset": lambda name: client.zrange(name, 0, -1, withscores=True),
            "string": client.get,
        }
        told.append(f"{key} {readers[str(client.type(key))](key)}")
    return "\n".join(told)


def test_nothing_in_redis_is_the_code(codes: RedisCodes, redis_server: RedisServer) -> None:
    """Not in the clear, nor in any encoding; two codes that are the same do not look the same."""
    for content in "ab":
        of = binding(manifest_hash=sha256(content))
        issue(codes, of)
        resend(codes, of, AGAIN)
    with redis_server.client() as client:
        told = _everything(client)
        sealed = [client.hget(key, "code") for key in client.keys("otp:*:k:*")]
        dumps = b"".join(_raw(redis_server).dump(key) or b"" for key in client.scan_iter())
    assert len(set(sealed)) == 2
    for secret in (CODE, CODE.encode().hex(), "7015550142"):
        assert secret not in told
        assert secret.encode() not in dumps


def _raw(server: RedisServer) -> Redis:
    return Redis(unix_socket_path=str(server.socket))


@pytest.mark.parametrize(
    "change",
    [
        lambda of: replace(of, phone=Phone("+77015550143")),
        lambda of: replace(of, purpose="verify a phone"),
        lambda of: replace(of, manifest_hash=sha256("one byte more")),
        lambda of: replace(of, challenge_id="another"),
    ],
    ids=["phone", "purpose", "content", "challenge"],
)
def test_another_binding_cannot_open_it(
    codes: RedisCodes, redis_server: RedisServer, change: Callable[[Binding], Binding]
) -> None:
    """Whoever may write into Redis puts the sealed code where his own should be, in vain."""
    victim = binding()
    thief = change(victim)
    issue(codes, victim)
    with redis_server.client() as client:
        (key,) = client.keys("otp:*:k:*")
        stolen = str(client.hget(key, "code"))
        client.flushall()
        issue(codes, thief, code=OTHER)
        (key,) = client.keys("otp:*:k:*")
        client.hset(key, "code", stolen)
    with pytest.raises(CodeGone):
        resend(codes, thief, AGAIN)


@pytest.mark.parametrize("nonsense", ["", "00", "zz", "é", "0" * 68])
def test_nonsense_in_its_place_is_no_code(
    codes: RedisCodes, redis_server: RedisServer, nonsense: str
) -> None:
    """And costs no wait: a new code may follow at once."""
    of = binding()
    issue(codes, of)
    with redis_server.client() as client:
        (key,) = client.keys("otp:*:k:*")
        client.hset(key, "code", nonsense)
    with pytest.raises(CodeGone):
        resend(codes, of, AGAIN)
    issue(codes, binding(), AGAIN)


def test_a_pepper_opens_what_it_sealed_as_long_as_it_is_known(redis_url: str) -> None:
    """An older pepper opens its codes; one that is retired does not."""
    of = binding()
    before = RedisCodes(redis_url, subject_key=SUBJECT_KEY, pepper=PEPPER)
    new = Pepper("k2", b"2" * 32)
    after = RedisCodes(redis_url, subject_key=SUBJECT_KEY, pepper=new, older=[PEPPER])
    retired = RedisCodes(redis_url, subject_key=SUBJECT_KEY, pepper=new)
    issue(before, of)
    with pytest.raises(CodeGone):
        resend(retired, of, AGAIN)
    assert resend(after, of, AGAIN).code == CODE
    for each in (before, after, retired):
        each.close()


def test_it_dies_with_redis(codes: RedisCodes, redis_server: RedisServer) -> None:
    """Without its memory a store has no code to give out, and says why."""
    of = binding()
    issue(codes, of)
    with redis_server.client() as client:
        client.flushall()
    with pytest.raises(CodesForgotten):
        resend(codes, of, AGAIN)


def test_a_code_that_was_sent_once_more_is_still_spent_once(codes: RedisCodes) -> None:
    """Two messages hold the same code: both are right, one time."""
    of = binding()
    issue(codes, of)
    resend(codes, of, AGAIN)
    assert spend(codes, of) == SPENT
    assert spend(codes, of, attempt="b") == Gone(reason="spent", attempts_used=1)
