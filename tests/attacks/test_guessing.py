"""Guessing the code: one after another, all at once, over envelopes, over days, over outages."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import count, takewhile

import pytest

from docgen.domain.challenge import ChallengePolicy
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import LimitReached, MoveNotAllowed
from docgen.domain.sending_limits import Alert
from tests.attacks.field import LOSSES, WRONG, guess, send, tried, visit
from tests.contracts.races import at_once
from tests.services.redis_server import RedisServer
from tests.usecases.world import World

POLICY = ChallengePolicy()
MINUTE = timedelta(minutes=1)


def _guesses(here: World, envelope: Envelope, name: str) -> int:
    """How many codes were compared before the door closed."""
    tries = (guess(here, envelope, f"{name}-{place}") for place in count())
    return sum(1 for _ in takewhile(lambda outcome: outcome == "wrong", tries))


def _for(here: World, envelope: Envelope, time: timedelta) -> Iterator[tuple[datetime, int]]:
    """A code as soon as one is to be had, and all guesses it allows, each with its time."""
    end = here.clock.now() + time
    while here.clock.now() < end:
        try:
            send(here, envelope)
        except LimitReached as refused:
            here.clock.advance(min(refused.retry_after, timedelta(hours=1)))
            continue
        except MoveNotAllowed:
            return
        yield here.clock.now(), _guesses(here, envelope, here.clock.now().isoformat())
        here.clock.advance(MINUTE)


def _most_within(found: list[tuple[datetime, int]], window: timedelta) -> int:
    return max(
        sum(made for at, made in found if start <= at < start + window) for start, _ in found
    )


def test_one_code_after_another_for_a_whole_life_of_an_envelope(here: World) -> None:
    """Ten guesses an hour, twenty a day, thirty ever: three chances in 100 000, and an alert."""
    envelope = visit(here)

    found = list(_for(here, envelope, timedelta(hours=80)))

    assert _most_within(found, timedelta(hours=1)) == POLICY.failures
    assert _most_within(found, timedelta(days=1)) == 20
    assert sum(made for _, made in found) == POLICY.guesses
    assert (Alert.GUESSES, envelope.id) in here.alerts.told
    assert here.envelope(envelope.id).state is State.CODE_SENT


def test_new_envelopes_give_no_more_guesses_at_a_phone(here: World) -> None:
    """A day of making envelope after envelope for the same phone: twenty guesses, ten messages."""
    found, end = [], here.clock.now() + timedelta(hours=23)
    while here.clock.now() < end:
        envelope = visit(here)
        if tried(partial(send, here, envelope)) == "done":
            found.append(_guesses(here, envelope, "g"))
        here.clock.advance(timedelta(minutes=41))

    assert sum(found) == 20
    assert len(here.sms.sent) <= 10


def test_many_codes_at_once_open_no_wider_door(here: World) -> None:
    """Five messages at once to one phone, fifty guesses at each: the day's twenty are the end."""
    envelopes = [visit(here) for _ in range(5)]
    for each in envelopes:
        send(here, each)

    made = [_guesses(here, each, "g") for each in envelopes]

    assert made == [5, 5, 5, 5, 0]
    assert guess(here, envelopes[-1], "right", here.chance.given[-1]) == "exhausted"


def test_hundreds_of_guesses_at_the_same_moment_are_five(anywhere: World) -> None:
    """Whoever is quick is counted all the same, and the right code among them comes too late."""
    envelope = visit(anywhere)
    send(anywhere, envelope)

    results = at_once([partial(guess, anywhere, envelope, f"p-{n}") for n in range(60)])

    assert results.count("wrong") == POLICY.attempts
    assert set(results) == {"wrong", "exhausted"}
    assert guess(anywhere, envelope, "late", anywhere.chance.given[-1]) == "exhausted"


def test_one_attempt_is_one_guess_whatever_it_carries(here: World) -> None:
    """Another code under the id of a wrong attempt gets its answer, and is not looked at."""
    envelope = visit(here)
    send(here, envelope)
    right = here.chance.given[-1]

    assert [guess(here, envelope, "same", code) for code in (WRONG, right, right)] == ["wrong"] * 3
    assert here.events(envelope.id).count("code_wrong") == 1


@pytest.mark.parametrize("limit", ["attempts", "hour", "day"])
def test_a_clock_set_back_gives_no_guess(here: World, limit: str) -> None:
    """Neither at the code that was exhausted, nor at a new one."""
    envelopes = [visit(here), visit(here)]
    codes = {"attempts": 1, "hour": 2, "day": 4}[limit]
    for place in range(codes):
        envelope = envelopes[place // 2]
        assert tried(partial(send, here, envelope)) == "done"
        assert _guesses(here, envelope, f"{place}") == POLICY.attempts
        here.clock.advance(POLICY.cool_downs[0])

    for back in (timedelta(minutes=1), timedelta(hours=2), timedelta(days=3)):
        here.clock.advance(-back)
        assert guess(here, envelope, f"{back}") == "exhausted"
        assert tried(partial(send, here, envelope)) != "done"
        here.clock.advance(back)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_redis_that_forgets_gives_no_more_guesses_an_hour(
    fragile: World, own_redis: RedisServer, loss: str
) -> None:
    """Emptied or started anew after each code and its guesses: the hour's ten are the end."""
    envelope, sent, made = visit(fragile), [], 0
    for minute in range(0, 55, 5):
        sent.append(tried(partial(send, fragile, envelope)))
        made += _guesses(fragile, envelope, f"{minute}")
        LOSSES[loss](own_redis)
        fragile.clock.advance(5 * MINUTE)

    assert sent == ["done"] * 2 + ["failures"] * 9
    assert made == POLICY.failures == fragile.events(envelope.id).count("code_wrong")


def test_a_redis_that_comes_back_as_it_was_before_the_guesses_gives_none(
    fragile: World, own_redis: RedisServer
) -> None:
    """As after a failover to a replica that had fallen behind: the register has counted too."""
    envelope = visit(fragile)
    send(fragile, envelope)
    right = fragile.chance.given[-1]
    own_redis.keep_data()
    assert _guesses(fragile, envelope, "before") == POLICY.attempts
    for _ in range(3):
        own_redis.kill()
        own_redis.restore_data()
        own_redis.start()

        assert guess(fragile, envelope, "before-0", right) == "wrong"
        assert guess(fragile, envelope, "after", right) == "exhausted"
    assert fragile.events(envelope.id).count("code_wrong") == POLICY.attempts


def test_a_resend_resets_neither_attempts_nor_failures(here: World) -> None:
    """The same code sent once more has the attempts it had; a new one the failures that remain."""
    envelope = visit(here)
    send(here, envelope)
    assert [guess(here, envelope, f"a{n}") for n in range(4)] == ["wrong"] * 4
    here.clock.advance(POLICY.cool_downs[0])
    send(here, envelope)
    first, second = (message.text for message in here.sms.sent)
    assert first == second
    assert [guess(here, envelope, f"b{n}") for n in range(2)] == ["wrong", "exhausted"]

    here.clock.advance(POLICY.cool_downs[1])
    send(here, envelope)
    assert [guess(here, envelope, f"c{n}") for n in range(6)] == ["wrong"] * 5 + ["exhausted"]
    here.clock.advance(POLICY.cool_downs[2])
    assert tried(partial(send, here, envelope)) == "failures"


def test_whoever_asks_in_the_cool_down_gets_nothing_and_lengthens_nothing(here: World) -> None:
    """A hundred times: one message is on its way, and the next may follow when it would have."""
    envelope = visit(here)
    send(here, envelope)
    refused = [tried(partial(send, here, envelope)) for _ in range(100)]
    assert set(refused) == {"cool_down"}
    here.clock.advance(POLICY.cool_downs[0])
    send(here, envelope)
    assert len(here.sms.sent) == 2
