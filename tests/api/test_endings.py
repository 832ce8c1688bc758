"""Declined and void: with a reason, from the states that allow it, and for good."""

from datetime import timedelta

import pytest

from docgen.domain.envelope import MOVES, State, Verb
from tests.api.portal import Portal
from tests.api.program import ENVELOPES
from tests.api.states import MADE
from tests.api.watch import found, refused

_VERBS = {"decline": Verb.DECLINE, "void": Verb.VOID}
_PAST = {"decline": "declined", "void": "void"}
_EVENTS = {"decline": "declined", "void": "voided"}


@pytest.mark.parametrize("verb", _VERBS)
@pytest.mark.parametrize("state", State)
def test_an_ending_is_allowed_where_the_life_of_an_envelope_has_it(
    here: Portal, verb: str, state: State
) -> None:
    """200 with the reason in those states, 409 with the state in all others; a draft may wait."""
    envelope_id = MADE[state](here)
    before = here.shown(envelope_id)

    answer = here.program.post(f"{ENVELOPES}/{envelope_id}/{verb}", {"reason": "Бас тартты"})

    if state in MOVES[_VERBS[verb]].sources:
        told = answer.get_json()
        assert (answer.status_code, told["state"], told["reason"]) == (
            200, _PAST[verb], "Бас тартты",
        )  # fmt: skip
        assert here.world.events(envelope_id)[-1] == _EVENTS[verb]
        assert here.shown(envelope_id) == told
    else:
        code = "not_ready" if (verb, state) == ("decline", State.DRAFT) else "move_not_allowed"
        assert refused(answer, 409, code)["state"] == state.value
        assert here.shown(envelope_id) == before


@pytest.mark.parametrize("verb", _VERBS)
@pytest.mark.parametrize(
    ("reason", "code"),
    [
        pytest.param("", "required", id="empty"),
        pytest.param("  \n ", "required", id="blank"),
        pytest.param("x" * 2001, "too_long", id="long"),
        pytest.param(None, "wrong_type", id="null"),
        pytest.param(7, "wrong_type", id="number"),
        pytest.param(["x"], "wrong_type", id="list"),
        pytest.param("\x00", "unprintable", id="nul"),
        pytest.param("\u202eхат", "unprintable", id="right to left"),
    ],
)
def test_an_ending_wants_a_reason_that_can_be_read(
    here: Portal, verb: str, reason: object, code: str
) -> None:
    """422 at `/reason`, and the envelope goes on."""
    envelope_id = here.created()

    answer = here.program.post(f"{ENVELOPES}/{envelope_id}/{verb}", {"reason": reason})

    assert found(answer) == {"/reason": code}
    assert here.shown(envelope_id)["state"] == "ready"


@pytest.mark.parametrize("verb", _VERBS)
def test_an_ending_without_a_reason_is_refused(here: Portal, verb: str) -> None:
    """422 for a missing one, and for anything beside it."""
    path = f"{ENVELOPES}/{here.created()}/{verb}"

    assert found(here.program.post(path, {})) == {"/reason": "required"}
    assert found(here.program.post(path, {"reason": "x", "by": "me"})) == {"/by": "unknown_field"}


@pytest.mark.parametrize("verb", _VERBS)
def test_only_the_envelope_holds_the_reason(here: Portal, verb: str) -> None:
    """Not the journal, which outlives what must be erased."""
    envelope_id = here.created()
    here.program.post(f"{ENVELOPES}/{envelope_id}/{verb}", {"reason": "Көршісі айтты"})

    told = here.program.get(f"{ENVELOPES}/{envelope_id}/journal").get_data(as_text=True)

    assert "Көршісі" not in told
    assert "client:portal" in told


@pytest.mark.parametrize("verb", _VERBS)
def test_an_ended_envelope_takes_no_code(anywhere: Portal, verb: str) -> None:
    """A code that was on its way confirms nothing any more."""
    envelope_id, code = anywhere.code_sent()
    anywhere.program.post(f"{ENVELOPES}/{envelope_id}/{verb}", {"reason": "Қате"})
    anywhere.world.clock.advance(timedelta(minutes=1))

    for answer in (anywhere.tried(envelope_id, code, "a-1"), anywhere.sent_again(envelope_id)):
        assert refused(answer, 409, "move_not_allowed")["state"] == _PAST[verb]
    assert len(anywhere.world.sms.sent) == 1
    assert "confirmed" not in anywhere.world.events(envelope_id)


def test_a_void_envelope_is_never_sealed(here: Portal) -> None:
    """Withdrawn between the legal act and the seal, it owes no seal."""
    envelope_id = MADE[State.CONFIRMED](here)
    here.program.post(f"{ENVELOPES}/{envelope_id}/void", {"reason": "Қате"})

    here.world.sweep()

    assert here.shown(envelope_id)["state"] == "void"
    assert here.world.sealer.orders == []
