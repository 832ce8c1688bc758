"""The code asked for again: the same one by the other route, as long as it lives long enough."""

from datetime import timedelta

import pytest

from docgen.domain.challenge import ChallengeState
from docgen.domain.dispatch import Delivery
from docgen.domain.envelope import State
from docgen.domain.errors import CodeWrong, SmsRefused, SmsUnavailable
from docgen.domain.language import Language
from docgen.usecases.send_code import history_of
from tests.fakes import FakeSms
from tests.usecases.world import POLICY, TECHNICIAN, World, attempt

WAIT = POLICY.cool_downs[0]


def _send(here: World, envelope_id: str) -> None:
    here.send(envelope_id, language=Language.KK, asked_by=TECHNICIAN)


def _texts(here: World) -> list[str]:
    return [message.text for message in here.sms.sent]


def test_a_code_with_life_enough_is_sent_again_as_it_is(anywhere: World) -> None:
    """Whichever message arrives is right: one challenge, one code, its time as it was."""
    envelope = anywhere.code_sent()
    with anywhere.register.view() as unit:
        first = unit.challenges.latest(envelope.id)
    anywhere.clock.advance(WAIT)
    _send(anywhere, envelope.id)

    with anywhere.register.view() as unit:
        again = unit.challenges.latest(envelope.id)
    assert first is not None
    assert again is not None
    assert (again.id, again.expires_at) == (first.id, first.expires_at)
    assert again.resend_at == anywhere.clock.now() + POLICY.cool_downs[1]
    assert len(set(_texts(anywhere))) == 1
    assert len(_texts(anywhere)) == 2
    confirmed = anywhere.confirm(envelope.id, attempt(anywhere.chance.given[-1]))
    assert confirmed.state is State.SEALED
    assert "code_repeated" in anywhere.events(envelope.id)


def test_it_goes_by_the_other_route(here: World) -> None:
    """The first one was in vain."""
    here.spare = FakeSms()
    envelope = here.code_sent()
    here.clock.advance(WAIT)
    _send(here, envelope.id)

    assert _texts(here) == [message.text for message in here.spare.sent]


def test_a_code_that_is_nearly_over_is_followed_by_a_new_one(here: World) -> None:
    """It would die while the subscriber reads it."""
    envelope = here.code_sent()
    here.clock.advance(POLICY.life - POLICY.same_code)
    _send(here, envelope.id)

    assert len(set(_texts(here))) == 2


def test_wrong_codes_are_not_forgotten_by_sending_again(here: World) -> None:
    """Neither the tries of the challenge nor the failures of the hour."""
    envelope = here.code_sent()
    for place in range(POLICY.attempts):
        with pytest.raises(CodeWrong):
            here.confirm(envelope.id, attempt("999999", f"w{place}"))
    here.clock.advance(WAIT)
    _send(here, envelope.id)

    # Exhausted: a new code, and half of the hour's failures are used up.
    assert len(set(_texts(here))) == 2
    assert here.events(envelope.id).count("code_wrong") == POLICY.attempts


def test_a_repetition_that_no_route_takes_leaves_the_code_alive(here: World) -> None:
    """The first message may still arrive; and no wait begins."""
    envelope = here.code_sent()
    here.clock.advance(WAIT)
    here.sms.failing = SmsRefused("down")
    with pytest.raises(SmsUnavailable):
        _send(here, envelope.id)
    here.sms.failing = None
    _send(here, envelope.id)

    with here.register.view() as unit:
        latest = unit.challenges.latest(envelope.id)
    assert latest is not None
    assert latest.state is ChallengeState.SENT
    assert len(set(_texts(here))) == 1
    sealed = here.confirm(envelope.id, attempt(here.chance.given[-1]))
    assert sealed.state is State.SEALED


def test_the_journal_tells_what_was_sent_without_what_was_not(here: World) -> None:
    """By it a store of codes that has forgotten is reminded."""
    envelope = here.code_sent()
    sent = here.clock.now()
    here.clock.advance(WAIT)
    here.sms.failing = SmsRefused("down")
    with pytest.raises(SmsUnavailable):
        _send(here, envelope.id)
    here.sms.failing = None
    here.clock.advance(timedelta(seconds=1))
    _send(here, envelope.id)

    assert history_of(here.journal(envelope.id)).sent == (sent, here.clock.now())


def test_the_answer_tells_how_far_the_message_has_come(here: World) -> None:
    """On its way as long as nobody has said more."""
    envelope = here.code_sent()

    with here.register.view() as unit:
        latest = unit.challenges.latest(envelope.id)
    assert latest is not None
    assert latest.delivery is Delivery.UNDERWAY
