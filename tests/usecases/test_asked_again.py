"""What is asked twice has one answer and one effect."""

from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.domain.dispatch import AskedBy
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import (
    AlreadyConfirmed,
    CodeGone,
    IdempotencyKeyReused,
    QueueFull,
    RequestInProgress,
    SmsRefused,
    SmsUnavailable,
)
from docgen.domain.language import Language
from docgen.domain.work import Task
from docgen.usecases.answer_once import AnswerOnce
from docgen.usecases.find_matter import Signing
from docgen.usecases.spend_code import Attempt
from tests.fakes import FakeJobs
from tests.usecases.counted import CountedRegister
from tests.usecases.world import World, attempt, request

PORTAL = AskedBy(client="portal")

BODY, OTHER_BODY = "a" * 64, "b" * 64


def _once(world: World) -> AnswerOnce:
    return AnswerOnce(register=world.register, clock=world.clock, chance=world.chance)


def test_an_answer_is_kept_for_the_same_request(anywhere: World) -> None:
    """The second asker gets it, with the id of what was made."""
    once = _once(anywhere)
    asked = once.claim("portal", "k1", fingerprint=BODY)
    once.keep(asked, "the answer")

    again = once.claim("portal", "k1", fingerprint=BODY)

    assert (again.answer, again.resource_id) == ("the answer", asked.resource_id)


def test_another_request_under_the_key_is_refused(here: World) -> None:
    """Answered or not."""
    once = _once(here)
    asked = once.claim("portal", "k1", fingerprint=BODY)
    with pytest.raises(IdempotencyKeyReused):
        once.claim("portal", "k1", fingerprint=OTHER_BODY)
    once.keep(asked, "the answer")

    with pytest.raises(IdempotencyKeyReused):
        once.claim("portal", "k1", fingerprint=OTHER_BODY)


def test_keys_of_two_clients_never_meet(here: World) -> None:
    """Each has its own."""
    once = _once(here)
    first = once.claim("portal", "k1", fingerprint=BODY)

    assert once.claim("field", "k1", fingerprint=OTHER_BODY).resource_id != first.resource_id


def test_who_dies_at_it_leaves_his_id_to_the_next(anywhere: World) -> None:
    """Not before the lease is over, since he may only be slow."""
    once = _once(anywhere)
    asked = once.claim("portal", "k1", fingerprint=BODY)
    anywhere.clock.advance(once.lease - timedelta(seconds=1))
    with pytest.raises(RequestInProgress):
        once.claim("portal", "k1", fingerprint=BODY)
    anywhere.clock.advance(timedelta(seconds=1))

    taken = once.claim("portal", "k1", fingerprint=BODY)

    assert (taken.resource_id, taken.resumed, asked.resumed) == (asked.resource_id, True, False)
    once.keep(taken, "of the second")
    once.keep(asked, "of the first, too late")
    assert once.claim("portal", "k1", fingerprint=BODY).answer == "of the second"


def test_a_freed_claim_is_taken_over_at_once_with_its_id(here: World) -> None:
    """What the first one did is unknown: a second thing must not come of it."""
    once = _once(here)
    asked = once.claim("portal", "k1", fingerprint=BODY)
    once.free(asked)
    here.clock.advance(timedelta(seconds=1))

    assert once.claim("portal", "k1", fingerprint=BODY).resource_id == asked.resource_id


def test_a_released_key_is_as_if_never_used(here: World) -> None:
    """A corrected request may use it."""
    once = _once(here)
    asked = once.claim("portal", "k1", fingerprint=BODY)
    once.release(asked)

    assert once.claim("portal", "k1", fingerprint=OTHER_BODY).resource_id != asked.resource_id


def test_answers_are_forgotten_by_the_sweep_after_three_days(here: World) -> None:
    """Not before."""
    once = _once(here)
    once.keep(once.claim("portal", "k1", fingerprint=BODY), "the answer")
    here.clock.advance(timedelta(hours=72))
    here.sweep()
    assert once.claim("portal", "k1", fingerprint=BODY).answer == "the answer"
    here.clock.advance(timedelta(seconds=1))
    here.sweep()

    assert once.claim("portal", "k1", fingerprint=OTHER_BODY).answer is None


def test_an_envelope_of_a_chosen_id_is_made_once(anywhere: World) -> None:
    """The second asking finds the first one's, with its number."""
    asked = replace(request(), id="01ARZ3NDEKTSV4RRFFQ69G5FAV")
    made = anywhere.create(asked)

    again = anywhere.create(asked)

    assert (again.id, again.documents[0].number) == (made.id, made.documents[0].number)
    assert anywhere.events(made.id) == ["created", "rendered"]


def test_what_was_chosen_just_now_is_not_looked_for(here: World, counted: CountedRegister) -> None:
    """Nobody can have made it; only whoever goes on with another's request asks first."""
    fresh = replace(request(), id="01ARZ3NDEKTSV4RRFFQ69G5FAV", asked_before=False)
    other = replace(request(), id="01ARZ3NDEKTSV4RRFFQ69G5FAW", asked_before=True)
    views = []
    for each in (fresh, other):
        counted.views = 0
        here.create(each)
        views.append(counted.views)

    assert views[1] == views[0] + 1


def test_a_code_of_a_chosen_id_is_sent_once(here: World) -> None:
    """A repeated wish sends nothing and starts no wait."""
    envelope = here.created()
    for _ in range(2):
        challenge = here.send(
            envelope.id,
            language=Language.KK,
            asked_by=PORTAL,
            sending_id="chosen",
        )

    assert challenge.id == "chosen"
    assert len(here.sms.sent) == 1


def test_a_code_that_could_not_be_sent_is_not_told_as_sent(here: World) -> None:
    """Asking for the same one again says so again."""
    envelope = here.created()
    here.sms.failing = SmsRefused("down")
    with pytest.raises(SmsUnavailable):
        here.send(
            envelope.id,
            language=Language.KK,
            asked_by=PORTAL,
            sending_id="chosen",
        )
    here.sms.failing = None

    with pytest.raises(SmsUnavailable):
        here.send(
            envelope.id,
            language=Language.KK,
            asked_by=PORTAL,
            sending_id="chosen",
        )


def test_a_code_whose_first_attempt_never_ended_is_gone_for_others(here: World) -> None:
    """They are told to ask for a new one; he who came first may still finish."""
    envelope = here.code_sent()
    first = attempt(here.chance.given[-1], "first")
    _spent(here, envelope, first)

    with pytest.raises(CodeGone, match="spent"):
        here.confirm(envelope.id, replace(first, id="second"))
    assert here.confirm(envelope.id, first).state is State.SEALED


def test_a_code_that_another_attempt_is_confirming_by_has_confirmed(here: World) -> None:
    """Who comes second waits a moment for the first to reach the register."""
    envelope = here.code_sent()
    first = attempt(here.chance.given[-1], "first")
    _spent(here, envelope, first)
    here.clock.while_pausing = lambda: here.confirm(envelope.id, first)

    with pytest.raises(AlreadyConfirmed):
        here.confirm(envelope.id, replace(first, id="second"))


def _spent(world: World, envelope: Envelope, attempt_: Attempt) -> None:
    """Redis has taken the attempt, the register has not heard of it."""
    with world.register.view() as unit:
        challenge = unit.challenges.latest(envelope.id)
    assert challenge is not None
    matter = Signing(envelope, world.forms)
    world.spend._spend(matter, challenge, attempt_)


def test_a_caller_waits_for_documents_that_somebody_makes(here: World) -> None:
    """Looking again and again, but not for ever."""
    here.jobs = FakeJobs()
    begun = here.clock.now()

    envelope = here.created()

    assert envelope.state is State.DRAFT
    assert here.clock.now() - begun == here.create.patience


def test_a_caller_does_not_wait_for_work_that_nobody_heard_of(here: World) -> None:
    """It is owed all the same, and the sweep does it."""
    here.jobs = FakeJobs(heard=False)

    envelope = here.created()

    assert here.clock.pauses == []
    with here.register.view() as unit:
        assert [(row.task, row.envelope_id) for row in unit.outbox.owed(limit=9)] == [
            (Task.RENDER, envelope.id)
        ]
    here.sweep()
    assert here.envelope(envelope.id).state is State.READY


def test_no_more_is_accepted_than_may_wait(here: World) -> None:
    """What waits already is not touched."""
    here.jobs = FakeJobs(heard=False)
    create = replace(here.create, most_owed=2)
    create(request())
    create(request())

    with pytest.raises(QueueFull):
        create(request())

    here.sweep()
    assert create(request()).state is State.DRAFT


def test_a_sweep_that_is_told_to_stop_begins_nothing_more(here: World) -> None:
    """What it has not begun waits for the next one."""
    here.jobs = FakeJobs(heard=False)
    waiting = [here.created() for _ in range(3)]
    done = iter([False, True, True])

    swept = here.sweep(until=lambda: next(done))

    assert (swept.rendered, swept.waiting) == (1, 2)
    assert here.envelope(waiting[0].id).state is State.READY
