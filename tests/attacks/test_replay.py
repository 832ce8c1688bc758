"""A code used again, used twice at once, or used where it was not meant."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from docgen.domain.envelope import Envelope, State
from tests.attacks.field import LOSSES, guess, number, person, send, tried, visit
from tests.contracts.races import at_once
from tests.services.redis_server import RedisServer
from tests.usecases.world import World


def _once(here: World, envelope_id: str) -> None:
    assert here.events(envelope_id).count("confirmed") == 1
    assert here.events(envelope_id).count("sealed") == 1


def test_a_used_code_is_of_no_more_use(here: World) -> None:
    """Neither for the same envelope under another attempt nor for the same papers made anew."""
    envelope = visit(here)
    send(here, envelope)
    code = here.chance.given[-1]
    assert guess(here, envelope, "first", code) == "right"

    assert guess(here, envelope, "second", code) == "already_confirmed"
    again = visit(here)
    assert guess(here, again, "third", code) == "move_not_allowed"
    send(here, again)
    assert guess(here, again, "fourth", code) == "wrong"
    _once(here, envelope.id)


def test_of_many_right_codes_at_the_same_moment_one_confirms(anywhere: World) -> None:
    """By whichever attempt: one confirmation, one seal, in either database."""
    envelope = visit(anywhere)
    send(anywhere, envelope)
    code = anywhere.chance.given[-1]

    results = at_once([partial(guess, anywhere, envelope, f"p-{n}", code) for n in range(40)])

    assert results.count("right") == 1
    _once(anywhere, envelope.id)


@pytest.mark.parametrize("loss", LOSSES)
def test_no_code_is_used_twice_whatever_becomes_of_redis(
    fragile: World, own_redis: RedisServer, loss: str
) -> None:
    """Lost or restarted between the two, or between a code and its use."""
    used, pending = visit(fragile), visit(fragile)
    send(fragile, used)
    first = fragile.chance.given[-1]
    send(fragile, pending)
    second = fragile.chance.given[-1]
    assert guess(fragile, used, "a", first) == "right"

    LOSSES[loss](own_redis)

    assert guess(fragile, used, "b", first) == "already_confirmed"
    survived = loss == "restarted with its data"
    assert guess(fragile, pending, "c", second) == ("right" if survived else "expired")
    fragile.clock.advance(timedelta(minutes=1))
    assert tried(partial(send, fragile, pending)) == ("already_confirmed" if survived else "done")
    _once(fragile, used.id)


def test_a_redis_that_comes_back_as_it_was_before_the_use_confirms_nothing_twice(
    fragile: World, own_redis: RedisServer
) -> None:
    """The register decides: what is confirmed is confirmed."""
    envelope = visit(fragile)
    send(fragile, envelope)
    code = fragile.chance.given[-1]
    own_redis.keep_data()
    assert guess(fragile, envelope, "a", code) == "right"
    own_redis.kill()
    own_redis.restore_data()
    own_redis.start()

    assert guess(fragile, envelope, "b", code) == "already_confirmed"
    _once(fragile, envelope.id)


@pytest.mark.parametrize(
    "other",
    [
        visit,
        lambda here: visit(here, iin=person(1)),
        lambda here: visit(here, phone=number(1)),
        lambda here: visit(here, phone=number(1), iin=person(1)),
    ],
    ids=["another document", "another person at the phone", "another phone", "another subscriber"],
)
def test_a_code_is_good_for_its_own_papers_and_phone_only(
    here: World, other: Callable[[World], Envelope]
) -> None:
    """Typed in for others it is a wrong one, and stays right where it belongs."""
    mine, theirs = visit(here), other(here)
    send(here, mine)
    code = here.chance.given[-1]
    send(here, theirs)

    assert guess(here, theirs, "a", code) == "wrong"
    assert guess(here, mine, "b", code) == "right"
    assert here.envelope(theirs.id).state is State.CODE_SENT


def test_a_code_replaced_by_a_new_one_is_dead_and_one_sent_again_lives(here: World) -> None:
    """Both messages of the same code are right; a message of an older code is not."""
    envelope = visit(here)
    send(here, envelope)
    old = here.chance.given[-1]
    here.clock.advance(timedelta(minutes=2))
    send(here, envelope)

    assert guess(here, envelope, "old", old) == "wrong"
    assert guess(here, envelope, "new", here.chance.given[-1]) == "right"
