"""Every state and every way of agreeing or of running out of time: done, or refused and why."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from docgen.domain.envelope import MOVES, State, Verb
from tests import hands
from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample
from tests.api.states import MADE
from tests.api.watch import refused

_LIFE = timedelta(hours=72)
_AFTER_THE_ACT = {State.CONFIRMED, State.SEALED}
_REASON = {"reason": "Қымбат"}


def _code_of(verb: Verb, state: State) -> str:
    """By which name the table of answers refuses that move."""
    if state is State.DRAFT:
        return "not_ready"
    if state in _AFTER_THE_ACT and verb is not Verb.DECLINE:
        return "already_confirmed"
    return "move_not_allowed"


@pytest.mark.parametrize("state", State)
def test_a_code_is_sent_where_the_life_of_an_envelope_has_it(here: Portal, state: State) -> None:
    """202 from ready and code_sent; 409 from all others, without a message."""
    envelope_id = MADE[state](here)
    here.world.clock.advance(timedelta(minutes=2))
    before, sent = here.shown(envelope_id), len(here.world.sms.sent)

    answer = here.sent_again(envelope_id)

    if state in MOVES[Verb.SEND_CODE].sources:
        assert (answer.status_code, here.shown(envelope_id)["state"]) == (202, "code_sent")
        assert len(here.world.sms.sent) == sent + 1
        return
    told = refused(answer, 409, _code_of(Verb.SEND_CODE, state))
    assert told["state"] == state.value
    assert (here.shown(envelope_id), len(here.world.sms.sent)) == (before, sent)


@pytest.mark.parametrize("state", State)
def test_a_code_confirms_where_the_life_of_an_envelope_has_it(here: Portal, state: State) -> None:
    """200 by the last code that was sent; 409 from all states but code_sent, whatever the code."""
    envelope_id = MADE[state](here)
    before, code = here.shown(envelope_id), [*here.world.chance.given, "999999"][-1]
    if state is State.CODE_SENT:
        code = here.world.chance.given[-1]

    answer = here.tried(envelope_id, code, "another")

    if state in MOVES[Verb.CONFIRM].sources:
        assert (answer.status_code, here.shown(envelope_id)["state"]) == (200, "sealed")
        return
    told = refused(
        answer, 409, "move_not_allowed" if state is State.READY else _code_of(Verb.CONFIRM, state)
    )
    assert told["state"] == state.value
    assert here.shown(envelope_id) == before


@pytest.mark.parametrize("state", State)
def test_time_ends_what_waits_for_its_subscriber(here: Portal, state: State) -> None:
    """Draft, ready and code_sent are expired by the sweep; nothing else ever is."""
    envelope_id = MADE[state](here)
    here.worker.away = True
    before = here.world.events(envelope_id)
    here.world.clock.advance(_LIFE)

    here.world.expire(envelope_id)

    after, events = here.shown(envelope_id)["state"], here.world.events(envelope_id)
    if state in MOVES[Verb.EXPIRE].sources:
        assert (after, events) == ("expired", [*before, "expired"])
    else:
        assert (after, events) == (state.value, before)


_MOVES_OF_THE_OPEN: dict[str, Callable[[Portal, str], TestResponse]] = {
    "code": lambda here, of: here.sent_again(of),
    "confirmation": lambda here, of: here.tried(of, here.world.chance.given[-1], "late"),
    "handwritten": lambda here, of: here.program.post(
        f"{ENVELOPES}/{of}/handwritten", hands.body()
    ),
    "decline": lambda here, of: here.program.post(f"{ENVELOPES}/{of}/decline", _REASON),
}


@pytest.mark.parametrize("verb", _MOVES_OF_THE_OPEN)
def test_what_is_overdue_takes_no_move_of_its_subscriber(here: Portal, verb: str) -> None:
    """From the moment itself, whether a sweep has come by or not; one tick before, it does."""
    late, in_time = here.code_sent()[0], here.code_sent()[0]
    moment = here.world.envelope(late).expires_at
    before = here.world.events(late)

    here.world.clock.moment = moment
    told = refused(_MOVES_OF_THE_OPEN[verb](here, late), 409, "move_not_allowed")

    assert (told["state"], here.world.events(late)) == ("expired", before)
    here.world.clock.moment = moment - timedelta(microseconds=1)
    answer = _MOVES_OF_THE_OPEN[verb](here, in_time)
    # Its code lived for three minutes only.
    assert answer.status_code == (410 if verb == "confirmation" else 202 if verb == "code" else 200)


def test_what_is_overdue_may_still_be_withdrawn_or_replaced(here: Portal) -> None:
    """The operator's moves ask for no agreement, so no time is over for them before the sweep."""
    void, replaced = here.created(), here.created()
    here.world.clock.advance(_LIFE)

    answer = here.program.post(f"{ENVELOPES}/{void}/void", _REASON)
    made = here.program.post(ENVELOPES, sample() | {"supersedes": replaced})

    assert (answer.status_code, made.status_code) == (200, 201)
    assert [here.shown(each)["state"] for each in (void, replaced)] == ["void", "void"]
