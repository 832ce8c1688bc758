"""Counting sendings, over a real Redis."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgen.adapters.otp.redis_limits import RedisLimits
from docgen.domain.errors import CodesUnavailable, LimitReached
from docgen.domain.sending_limits import Allowance, Counted, Limit, Meter, SpentMoney
from tests.builders import NOW, identifier
from tests.contracts.races import at_once
from tests.contracts.sendings import (
    DAY,
    HOUR,
    MIDNIGHT,
    PRICE,
    asked,
    client,
    phone,
    take,
)
from tests.contracts.spending import minutes
from tests.services.redis_server import RedisServer


@pytest.fixture
def limits(redis_url: str) -> Iterator[RedisLimits]:
    """Over an empty Redis."""
    built = RedisLimits(redis_url)
    yield built
    built.close()


def _refused(limits: RedisLimits, *given: object, **named: object) -> LimitReached:
    with pytest.raises(LimitReached) as refused:
        take(limits, *given, **named)  # type: ignore[arg-type]
    return refused.value


def test_as_many_as_allowed_and_no_more(limits: RedisLimits) -> None:
    """The next is refused until the oldest leaves the window, to the millisecond."""
    for minute in (0, 10, 20):
        take(limits, asked(), minutes(minute))
    refused = _refused(limits, asked(), minutes(30))
    assert (refused.limit, refused.retry_after) == ("phone", timedelta(minutes=30))
    _refused(limits, asked(), minutes(60) - timedelta(milliseconds=1))
    take(limits, asked(), minutes(60))


def test_the_longer_window_counts_too(limits: RedisLimits) -> None:
    """Five in a day, however they are spread; the wait is the longer of the two."""
    for hour in (0, 2, 4, 6, 8):
        take(limits, asked(), NOW + hour * HOUR)
    refused = _refused(limits, asked(), NOW + 10 * HOUR)
    assert refused.retry_after == 14 * HOUR
    take(limits, asked(), NOW + 24 * HOUR)


def test_others_are_not_touched(limits: RedisLimits) -> None:
    """Another phone of the same client goes on."""
    for _ in range(3):
        take(limits, asked())
    _refused(limits, asked())
    take(limits, asked(phone("phone-2"), client()))


def test_all_or_nothing(limits: RedisLimits) -> None:
    """What one limit refuses is counted by no other."""
    for _ in range(2):
        take(limits, asked(phone(), client(most=2)))
    for _ in range(10):
        refused = _refused(limits, asked(phone(), client(most=2)))
        assert refused.limit == "client"
    take(limits, asked())
    assert _refused(limits, asked()).limit == "phone"


def test_a_sending_is_counted_once(limits: RedisLimits) -> None:
    """However often it is asked for, also when the limit is used up meanwhile."""
    first = asked()
    for _ in range(5):
        take(limits, first)
    take(limits, asked())
    take(limits, asked())
    take(limits, first)
    _refused(limits, asked())


def test_what_never_left_is_given_back_once(limits: RedisLimits) -> None:
    """On every meter and in the purse; twice is once, and nobody else's is given back."""
    kept, lost = asked(budget=3 * PRICE), asked(budget=3 * PRICE)
    take(limits, kept)
    take(limits, lost)
    for _ in range(5):
        limits.give_back(lost)
    take(limits, asked(budget=3 * PRICE))
    take(limits, asked(budget=3 * PRICE))
    assert _refused(limits, asked(phone("phone-2"), client(), budget=3 * PRICE)).limit == "budget"
    assert _refused(limits, asked()).limit == "phone"


def test_what_was_never_counted_is_not_given_back(limits: RedisLimits) -> None:
    """A refused sending has taken nothing."""
    for _ in range(3):
        take(limits, asked(budget=3 * PRICE))
    limits.give_back(asked(budget=3 * PRICE))
    assert _refused(limits, asked(phone("phone-2"), client(), budget=3 * PRICE)).limit == "budget"


def test_the_money_of_a_day_is_a_hard_stop(limits: RedisLimits) -> None:
    """Down to the last message that can be paid; the wait ends at midnight in Almaty."""
    for number in range(4):
        take(limits, asked(phone(f"phone-{number}"), client(), budget=5 * PRICE), spent=PRICE - 1)
    refused = _refused(limits, asked(phone("phone-5"), client(), budget=5 * PRICE))
    assert refused.limit == "budget"
    assert timedelta(0) <= MIDNIGHT - NOW - refused.retry_after < timedelta(milliseconds=1)


def test_of_many_at_once_exactly_the_allowed_pass(limits: RedisLimits) -> None:
    """A hundred parallel sendings, a budget for ten."""
    wanted = [asked(phone(f"phone-{n}"), client(), budget=10 * PRICE) for n in range(100)]
    results = at_once([partial(take, limits, each) for each in wanted])
    assert results.count(None) == 10
    assert {each.limit for each in results if isinstance(each, LimitReached)} == {"budget"}


def test_of_many_to_one_phone_three_pass(limits: RedisLimits) -> None:
    """Whoever comes at the same moment is counted one after the other."""
    results = at_once([partial(take, limits, asked()) for _ in range(50)])
    assert results.count(None) == 3


def _person(iin: str, **changes: object) -> Meter:
    built = Meter(
        limit=Limit.SHARED_PHONE,
        subject="phone-1",
        adds=iin,
        allowances=(Allowance(most=3, window=30 * DAY),),
        is_taken_back=False,
    )
    return replace(built, **changes)  # type: ignore[arg-type]


def test_the_same_person_counts_once(limits: RedisLimits) -> None:
    """Three people may share a phone for as many codes as they like; a fourth may not."""
    open_phone = phone(allowances=(Allowance(most=1000, window=HOUR),))
    for iin in "abcaabbcc":
        take(limits, asked(open_phone, _person(iin), client()))
    assert _refused(limits, asked(open_phone, _person("d"), client())).limit == "shared_phone"
    take(limits, asked(open_phone, _person("a"), client()))


def test_once_somebody_has_looked_people_are_counted_anew(limits: RedisLimits) -> None:
    """Those of before are no longer in the count, and three new ones are the end again."""
    open_phone = phone(allowances=(Allowance(most=1000, window=HOUR),))
    for iin in "abc":
        take(limits, asked(open_phone, _person(iin), client()))
    for iin in "def":
        person = _person(iin, since=minutes(1))
        take(limits, asked(open_phone, person, client()), minutes(2))
    person = _person("a", since=minutes(1))
    refused = _refused(limits, asked(open_phone, person, client()), minutes(2))
    assert refused.limit == "shared_phone"


# --- what is forgotten ----------------------------------------------------------------------


def test_a_meter_that_knows_nothing_says_so(limits: RedisLimits) -> None:
    """Whose limits they are is told; nothing is counted until all are known."""
    wanted = asked()
    everything = {Limit.PHONE, Limit.CLIENT, Limit.BUDGET}
    assert limits.take(wanted, now=NOW) == everything
    limits.remind(wanted.meters[0], ())
    assert limits.take(wanted, now=NOW) == everything - {Limit.PHONE}


def test_of_what_the_register_never_knew_nobody_is_reminded(limits: RedisLimits) -> None:
    """As long as the memory is the one that was there before the register was read."""
    take(limits, asked())
    new = asked(phone("phone-2"), client())
    assert limits.take(new, now=NOW, unknown={Limit.PHONE}) == {Limit.PHONE}
    for _ in range(3):
        more = asked(phone("phone-2"), client())
        assert not limits.take(more, now=NOW, unknown={Limit.PHONE}, memory=limits.memory)
    assert _refused(limits, asked(phone("phone-2"), client())).limit == "phone"


def test_what_another_counts_meanwhile_counts(limits: RedisLimits, redis_url: str) -> None:
    """Whoever found the register empty a moment ago does not undo it."""
    take(limits, asked())
    memory, another = limits.memory, RedisLimits(redis_url)
    for _ in range(3):
        take(another, asked(phone("phone-2"), client()))
    another.close()
    with pytest.raises(LimitReached):
        limits.take(
            asked(phone("phone-2"), client()), now=NOW, unknown={Limit.PHONE}, memory=memory
        )


@pytest.mark.parametrize("how", ["flushed", "restarted", "restarted without data"])
def test_what_was_counted_and_lost_while_the_register_was_read_is_asked_for(
    own_redis: RedisServer, how: str
) -> None:
    """It knew nothing of the phone before that, and knows more now."""
    limits, memory = _remembering(own_redis)
    take(limits, asked(phone("phone-2"), client()))
    _lose(own_redis, how)

    asked_again = asked(phone("phone-2"), client())
    forgotten = limits.take(asked_again, now=NOW, unknown={Limit.PHONE}, memory=memory)

    assert Limit.PHONE in forgotten
    assert limits.memory != memory
    limits.close()


def _remembering(server: RedisServer) -> tuple[RedisLimits, str]:
    limits = RedisLimits(server.url)
    take(limits, asked())
    return limits, limits.memory


def _lose(server: RedisServer, how: str) -> None:
    if how == "flushed":
        with server.client() as connection:
            connection.flushall()
        return
    server.kill()
    if how == "restarted without data":
        server.lose_data()
    server.start()


def test_what_the_register_knows_counts(limits: RedisLimits) -> None:
    """As if it had been counted here, and what both know is one."""
    known = [Counted(id=identifier(), at=minutes(-n)) for n in (40, 50)]
    take(limits, asked(), known=known)
    refused = _refused(limits, asked())
    assert refused.retry_after == timedelta(minutes=10)


def test_money_on_its_way_is_not_forgotten(limits: RedisLimits, redis_server: RedisServer) -> None:
    """While the register is read anew, what was counted and is in no bill yet stays counted."""
    first, second = asked(budget=3 * PRICE), asked(budget=3 * PRICE)
    take(limits, first)
    take(limits, second)
    with redis_server.client() as connection:
        (marker,) = connection.keys("*budget*:m")
        connection.delete(marker)
    later = asked(budget=3 * PRICE)
    assert limits.take(later, now=NOW) == {Limit.BUDGET}
    spent = SpentMoney(tiyn=PRICE // 2, includes=(first.sending_id,))
    for _ in range(2):
        limits.remind_of_money(later, spent, now=NOW)
    take(limits, later)
    assert _refused(limits, asked(phone("phone-2"), client(), budget=3 * PRICE)).limit == "budget"


@pytest.mark.parametrize("how", ["flushed", "restarted", "restarted without data"])
def test_whatever_becomes_of_redis_the_register_is_asked(own_redis: RedisServer, how: str) -> None:
    """Also where data came back from disk, since the last moments may be missing."""
    limits = RedisLimits(own_redis.url)
    sent = [asked() for _ in range(2)]
    for each in sent:
        take(limits, each)
    _lose(own_redis, how)
    known = [Counted(id=each.sending_id, at=NOW) for each in sent]
    take(limits, asked(), known=known)
    assert _refused(limits, asked()).limit == "phone"
    limits.close()


def test_many_who_remind_at_once_count_nothing_twice(limits: RedisLimits) -> None:
    """And a late one does not undo what was counted since."""
    known = [Counted(id=identifier(), at=NOW)]
    wanted = asked()
    at_once([partial(limits.remind, wanted.meters[0], known) for _ in range(20)])
    take(limits, wanted)
    limits.remind(wanted.meters[0], ())
    take(limits, asked())
    _refused(limits, asked())


# --- trouble --------------------------------------------------------------------------------


def test_a_clock_set_back_opens_nothing(limits: RedisLimits) -> None:
    """What was counted later than now counts all the same."""
    for _ in range(3):
        take(limits, asked())
    refused = _refused(limits, asked(), NOW - timedelta(hours=3))
    assert refused.retry_after >= HOUR


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_without_redis_nothing_is_sent(own_redis: RedisServer, how: str) -> None:
    """Limits fail closed, and give back what a Redis that wakes up may count meanwhile."""
    limits = RedisLimits(own_redis.url)
    take(limits, asked())
    if how == "killed":
        own_redis.kill()
    else:
        own_redis.freeze()
    try:
        for use in (partial(limits.take, now=NOW), limits.give_back):
            with pytest.raises(CodesUnavailable):
                use(asked())
        with pytest.raises(CodesUnavailable):
            limits.ping()
    finally:
        if how == "frozen":
            own_redis.thaw()
        limits.close()


def test_redis_sees_no_names_and_keeps_nothing_for_ever(
    limits: RedisLimits, redis_server: RedisServer
) -> None:
    """Keys are what the caller's pseudonyms are, in one slot, and each has its end."""
    take(limits, asked(phone(), client(), _person("somebody")))
    with redis_server.client() as connection:
        keys = list(connection.scan_iter())
        lives = [connection.pttl(key) for key in keys]
    assert all(key.startswith("{limits}:") for key in keys)
    assert all(0 < life <= 2 * DAY / timedelta(milliseconds=1) for life in lives)


def test_few_rights_are_enough(own_redis: RedisServer) -> None:
    """A user with only these commands can do everything."""
    commands = (
        "ping info time evalsha script|load get set exists incrby decrby pexpire zadd zscore zcount"
        " zrangebyscore zrem zremrangebyscore"
    )
    with own_redis.client() as connection:
        connection.acl_setuser(
            "limits", enabled=True, passwords=["+secret"], keys=["{limits}:*"],
            commands=[f"+{command}" for command in commands.split()],
        )  # fmt: skip
    limited = RedisLimits(own_redis.url.replace("unix://", "unix://limits:secret@"))
    limited.ping()
    wanted = asked()
    take(limited, wanted, known=[Counted(id=identifier(), at=NOW)])
    limited.give_back(wanted)
    for _ in range(2):
        take(limited, asked())
    _refused(limited, asked())
    limited.close()


_STEPS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=15)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(_STEPS)
def test_no_window_ever_holds_more_than_allowed(
    limits: RedisLimits, steps: list[tuple[int, bool]]
) -> None:
    """Whatever the pauses, and whatever is given back in between; nothing else is refused."""
    meter, at = phone(identifier()), NOW
    counted: list[datetime] = []
    for pause, is_lost in steps:
        at += timedelta(minutes=pause)
        wanted = asked(meter, client(identifier()))
        fits = all(
            sum(each > at - allowance.window for each in counted) < allowance.most
            for allowance in meter.allowances
        )
        if not fits:
            _refused(limits, wanted, at)
            continue
        take(limits, wanted, at)
        if is_lost:
            limits.give_back(wanted)
        else:
            counted.append(at)
