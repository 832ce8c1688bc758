"""The code: sent, typed, and deciding once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.consent import EnteredBy, SmsConsent
from docgen.domain.envelope import State
from docgen.domain.errors import (
    AlreadyConfirmed,
    CodeGone,
    CodeRefused,
    CodesUnavailable,
    CodeWrong,
    Conflict,
    LimitReached,
    MoveNotAllowed,
    NotReady,
    SmsRefused,
    SmsUnavailable,
    Unavailable,
    ValuesRejected,
)
from docgen.domain.language import Language
from tests.fakes import FakeJobs
from tests.services.redis_server import RedisServer
from tests.usecases.world import POLICY, TECHNICIAN, World, attempt, world


def _send(here: World, envelope_id: str) -> None:
    here.send(envelope_id, language=Language.KK, asked_by=TECHNICIAN)


def test_the_message_names_code_paper_and_order(here: World) -> None:
    """The subscriber sees what the code is for, in the language asked for."""
    envelope = here.created()

    here.send(envelope.id, language=Language.RU, asked_by=TECHNICIAN)

    (message,) = here.sms.sent
    assert message.phone == envelope.subscriber.phone
    assert message.text == "Код 000001: акт 1-204817733\nПосторонним не сообщайте\n@q.kz #000001"


def test_several_documents_are_named(here: World) -> None:
    """One code for the whole visit says what papers it signs."""
    envelope = here.created(documents=3)

    _send(here, envelope.id)

    assert "акт ×3" in here.sms.sent[0].text


def test_the_right_code_confirms_and_seals(anywhere: World) -> None:
    """From code to seal in one call where work is done inline."""
    envelope = anywhere.code_sent()

    sealed = anywhere.confirm(envelope.id, attempt(anywhere.chance.given[-1]))

    assert sealed.state is State.SEALED
    assert anywhere.events(envelope.id) == [
        "created", "rendered", "code_issued", "code_sent", "confirmed", "sealed",
    ]  # fmt: skip


def test_the_consent_records_the_text_shown_and_who_typed(here: World) -> None:
    """A code told to the technician is recorded as such (contract, point 9.5)."""
    envelope = here.code_sent()

    confirmed = here.confirm(envelope.id, attempt(here.chance.given[-1], employee_id="E-20417"))

    consent = confirmed.consent
    assert isinstance(consent, SmsConsent)
    assert consent.entered_by is EnteredBy.EMPLOYEE
    assert "12-тармақтарына" in consent.text.text
    assert "employee:E-20417" in {entry.actor for entry in here.journal(envelope.id)}


def test_a_retry_of_the_same_attempt_gets_the_same_answer(here: World) -> None:
    """A lost answer costs nothing."""
    envelope = here.code_sent()
    typed = attempt(here.chance.given[-1])

    assert here.confirm(envelope.id, typed) == here.confirm(envelope.id, typed)
    assert here.events(envelope.id).count("confirmed") == 1


def test_a_second_confirmation_changes_nothing(here: World) -> None:
    """Another attempt with the same code is told that it is done."""
    envelope = here.code_sent()
    here.confirm(envelope.id, attempt(here.chance.given[-1]))

    with pytest.raises(AlreadyConfirmed):
        here.confirm(envelope.id, attempt(here.chance.given[-1], "a2"))


def test_wrong_codes_count_down_and_end(here: World) -> None:
    """Five wrong ones kill the challenge, the right one included; each is in the journal once."""
    envelope = here.code_sent()
    left = []
    for place in range(POLICY.attempts):
        with pytest.raises(CodeWrong) as caught:
            here.confirm(envelope.id, attempt("999999", f"w{place}"))
        left.append(caught.value.attempts_left)

    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(CodeGone) as gone:
        here.confirm(envelope.id, attempt(here.chance.given[-1], "right"))
    assert gone.value.reason == "exhausted"
    assert here.events(envelope.id).count("code_wrong") == POLICY.attempts


def test_a_wrong_attempt_told_twice_counts_once(here: World) -> None:
    """A retry over a bad line does not use up the subscriber's tries."""
    envelope = here.code_sent()

    for _ in range(3):
        with pytest.raises(CodeWrong) as caught:
            here.confirm(envelope.id, attempt("999999", "same"))
        assert caught.value.attempts_left == 4
    assert here.events(envelope.id).count("code_wrong") == 1


def test_a_code_dies_with_time(here: World) -> None:
    """After its three minutes it is gone."""
    envelope = here.code_sent()
    here.clock.advance(POLICY.life)

    with pytest.raises(CodeGone) as caught:
        here.confirm(envelope.id, attempt(here.chance.given[-1]))
    assert caught.value.reason == "expired"


def test_a_new_code_waits_and_kills_the_older_one(here: World) -> None:
    """Resending too soon is refused with the time to wait; after it the old code is dead."""
    envelope = here.code_sent()
    with pytest.raises(LimitReached) as caught:
        _send(here, envelope.id)
    assert caught.value.retry_after == POLICY.cool_downs[0]

    here.clock.advance(POLICY.life - POLICY.same_code)
    _send(here, envelope.id)
    first, second = here.chance.given[-2], here.chance.given[-1]
    with pytest.raises(CodeRefused):
        here.confirm(envelope.id, attempt(first, "old"))
    assert here.confirm(envelope.id, attempt(second, "new")).state is State.SEALED


def test_a_code_of_one_envelope_does_not_open_another(here: World) -> None:
    """The MAC covers the documents: the same phone and digits are not enough."""
    first = here.code_sent()
    here.chance.codes = [here.chance.given[-1][::-1]]
    second = here.code_sent()

    with pytest.raises(CodeWrong):
        here.confirm(second.id, attempt(here.chance.given[-2], "foreign"))
    assert here.envelope(first.id).state is State.CODE_SENT


def test_a_message_that_no_route_takes_leaves_no_live_code(here: World) -> None:
    """The next one may be asked for at once."""
    envelope = here.created()
    here.sms.failing = SmsRefused("down")
    with pytest.raises(SmsUnavailable):
        _send(here, envelope.id)
    with pytest.raises(CodeRefused):
        here.confirm(envelope.id, attempt(here.chance.given[-1]))

    here.sms.failing = None
    _send(here, envelope.id)
    assert here.confirm(envelope.id, attempt(here.chance.given[-1], "b")).state is State.SEALED
    assert "code_not_sent" in here.events(envelope.id)


def test_a_draft_gets_no_code(here: World) -> None:
    """There are no bytes yet that it could be bound to."""
    here.jobs = FakeJobs()
    envelope = here.created()

    with pytest.raises(NotReady):
        _send(here, envelope.id)


def test_an_overdue_envelope_gets_no_code_and_no_confirmation(here: World) -> None:
    """The clock decides before the sweep does."""
    envelope = here.code_sent()
    here.clock.advance(timedelta(hours=72))

    with pytest.raises(MoveNotAllowed):
        _send(here, envelope.id)
    with pytest.raises(MoveNotAllowed):
        here.confirm(envelope.id, attempt(here.chance.given[-1]))


def test_the_store_of_codes_down_means_no_confirmation_and_no_loss(
    sqlite_url: str, own_redis: RedisServer
) -> None:
    """Codes fail closed; when the store is back the same code still confirms."""
    here = world(sqlite_url, own_redis.url)
    envelope = here.code_sent()
    own_redis.kill()
    with pytest.raises(CodesUnavailable):
        here.confirm(envelope.id, attempt(here.chance.given[-1]))
    assert here.envelope(envelope.id).state is State.CODE_SENT

    own_redis.start()
    assert here.confirm(envelope.id, attempt(here.chance.given[-1])).state is State.SEALED


def test_of_many_parallel_right_codes_one_confirms(anywhere: World) -> None:
    """Redis counts, SQL decides: fifty attempts, one confirmation, one seal."""
    envelope = anywhere.code_sent()
    code = anywhere.chance.given[-1]

    def confirm(place: int) -> bool:
        try:
            anywhere.confirm(envelope.id, attempt(code, f"p{place}"))
        except (CodeRefused, Conflict):
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(confirm, range(50)))

    assert outcomes.count(True) == 1
    assert anywhere.events(envelope.id).count("confirmed") == 1
    assert len(anywhere.sealer.orders) == 1


def test_nothing_secret_reaches_the_journal(here: World) -> None:
    """No code, no phone, no IIN, no name in any column."""
    here.chance.codes = ["482913"]
    envelope = here.code_sent()
    here.confirm(envelope.id, attempt("482913"))

    written = repr(here.journal(envelope.id))
    person = envelope.subscriber
    for secret in ("482913", person.phone.value[2:], person.iin.value, person.surname):
        assert secret not in written


def test_a_code_whose_challenge_could_not_be_written_down_starts_no_wait(here: World) -> None:
    """The register fails after the code was stored: nothing is sent, the next may come at once."""
    envelope = here.created()
    with here.register.begin() as unit:
        unit.envelopes.save(unit.envelopes.get(envelope.id).send_code())
        slow = replace(here.send, register=SqlRegister(here.database_url, patience=timedelta()))
        with pytest.raises(Unavailable):
            slow(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    assert here.sms.sent == []

    _send(here, envelope.id)
    assert here.confirm(envelope.id, attempt(here.chance.given[-1])).state is State.SEALED


def test_a_retry_long_after_is_confirmed_as_of_the_moment_the_code_was_used(here: World) -> None:
    """The register was away in between; the evidence shows a time within the code's life."""
    envelope = here.code_sent()
    typed = attempt(here.chance.given[-1])
    with here.register.begin():
        slow = replace(here.confirm, register=SqlRegister(here.database_url, patience=timedelta()))
        with pytest.raises(Unavailable):
            slow(envelope.id, typed)
    used = here.clock.now()
    here.clock.advance(timedelta(minutes=55))

    consent = here.confirm(envelope.id, typed).consent

    assert consent is not None
    assert abs(consent.confirmed_at - used) < timedelta(milliseconds=1)


def test_a_wrong_code_typed_by_an_employee_is_the_employees(here: World) -> None:
    """The journal does not put another's mistake on the subscriber."""
    envelope = here.code_sent()

    with pytest.raises(CodeWrong):
        here.confirm(envelope.id, attempt("999999", employee_id="E-9"))

    assert here.journal(envelope.id)[-1].actor == "employee:E-9"


def test_an_employee_id_that_no_paper_can_show_is_refused_before_the_code_is_spent(
    here: World,
) -> None:
    """What would make the seal impossible does not get past the door."""
    envelope = here.code_sent()

    with pytest.raises(ValuesRejected):
        here.confirm(envelope.id, attempt(here.chance.given[-1], employee_id="E\x00"))
    assert here.confirm(envelope.id, attempt(here.chance.given[-1])).state is State.SEALED


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "１２３４５６", "\ud800" * 6])
def test_what_cannot_be_a_code_is_refused_uncounted(here: World, typed: str) -> None:
    """A slip of the finger uses up no attempt."""
    envelope = here.code_sent()

    with pytest.raises(ValuesRejected):
        here.confirm(envelope.id, attempt(typed))
    with pytest.raises(CodeWrong) as caught:
        here.confirm(envelope.id, attempt("999999", "w"))
    assert caught.value.attempts_left == 4
