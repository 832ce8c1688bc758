"""A number becomes verified by a code to it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from docgen.domain import journal
from docgen.domain.challenge import ChallengePolicy
from docgen.domain.dispatch import Channel, Delivery, Receipt
from docgen.domain.errors import (
    AlreadyConfirmed,
    CodeGone,
    CodeRefused,
    CodesUnavailable,
    CodeWrong,
    Conflict,
    LimitReached,
    MoveNotAllowed,
    SmsRefused,
    SmsUnavailable,
    VerificationNotFound,
)
from docgen.domain.finding import Mismatch
from docgen.domain.language import Language
from docgen.domain.subscriber import IdentityDocument
from docgen.domain.verification import LIFE
from tests.usecases.evidence import Closed
from tests.usecases.numbers import (
    GULSIM,
    asked_for,
    now_of,
    verified,
)
from tests.usecases.world import POLICY, TECHNICIAN, World, attempt


def test_a_code_goes_to_the_number_and_confirms_it(anywhere: World) -> None:
    """Who identified the person, by which document and when is kept with it."""
    verification_id = anywhere.verify_phone(asked_for(language=Language.RU))

    (message,) = anywhere.sms.sent
    assert message.phone == GULSIM.phone
    assert message.text.startswith("Код подтверждения номера: 000001")
    anywhere.clock.advance(timedelta(seconds=20))
    told = anywhere.confirm_phone(verification_id, attempt("000001"))

    assert told == now_of(anywhere, verification_id)
    assert (told.identified_by, told.identity_document) == ("E-7", IdentityDocument.ORIGINAL)
    assert told.confirmation is not None
    taken = told.confirmation.confirmed_at - told.created_at
    assert abs(taken - timedelta(seconds=20)) < timedelta(milliseconds=1)
    assert anywhere.events(verification_id) == [
        "number_given", "code_issued", "code_sent", "number_verified",
    ]  # fmt: skip
    journal.check(anywhere.journal(verification_id))


def test_asking_again_under_the_same_id_sends_nothing_twice(here: World) -> None:
    """A retry after a lost answer finds what was begun."""
    chosen = "0" * 26

    assert (
        here.verify_phone(asked_for(id=chosen)) == here.verify_phone(asked_for(id=chosen)) == chosen
    )
    assert len(here.sms.sent) == 1


def test_what_was_begun_and_not_sent_is_sent_by_the_retry(here: World) -> None:
    """No route took the first message: the verification stays, the code is another one."""
    chosen = "0" * 26
    here.sms.failing = SmsRefused("down")
    with pytest.raises(SmsUnavailable):
        here.verify_phone(asked_for(id=chosen))
    here.sms.failing = None

    here.verify_phone(asked_for(id=chosen))

    assert here.events(chosen).count("number_given") == 1
    assert here.confirm_phone(chosen, attempt(here.chance.given[-1])).confirmation is not None


def test_the_same_attempt_gets_the_same_answer_and_another_none(here: World) -> None:
    """As with envelopes."""
    verification_id = here.verify_phone(asked_for())
    typed = attempt(here.chance.given[-1])

    assert here.confirm_phone(verification_id, typed) == here.confirm_phone(verification_id, typed)
    with pytest.raises(AlreadyConfirmed):
        here.confirm_phone(verification_id, replace(typed, id="a2"))
    with pytest.raises(AlreadyConfirmed):
        here.send(verification_id, language=Language.KK, asked_by=TECHNICIAN)
    assert here.events(verification_id).count("number_verified") == 1


def test_wrong_codes_are_counted_down_and_end(here: World) -> None:
    """The same numbers and refusals as for an envelope."""
    verification_id = here.verify_phone(asked_for())
    left = []
    for n in range(POLICY.attempts):
        with pytest.raises(CodeWrong) as wrong:
            here.confirm_phone(verification_id, attempt("999999", f"w{n}"))
        left.append(wrong.value.attempts_left)

    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(CodeGone):
        here.confirm_phone(verification_id, attempt(here.chance.given[-1], "right"))


def test_beginning_anew_resets_no_failures(here: World) -> None:
    """For the same person, number, document and employee the same are counted on."""
    first = here.verify_phone(asked_for())
    for n in range(5):
        with pytest.raises(CodeWrong):
            here.confirm_phone(first, attempt("999999", f"w{n}"))
    here.clock.advance(timedelta(minutes=2))
    second = here.verify_phone(asked_for())
    for n in range(5):
        with pytest.raises(CodeWrong):
            here.confirm_phone(second, attempt("999999", f"v{n}"))
    here.clock.advance(timedelta(minutes=5))

    with pytest.raises(LimitReached) as caught:
        here.verify_phone(asked_for())
    assert caught.value.limit == "failures"


def test_beginning_anew_waits_for_the_cool_down(here: World) -> None:
    """Nobody's phone is rung by asking under new ids; what was begun is kept."""
    here.verify_phone(asked_for())

    with pytest.raises(LimitReached) as caught:
        here.verify_phone(asked_for())
    assert caught.value.limit == "cool_down"
    assert len(here.sms.sent) == 1


def test_a_code_sent_again_is_as_good(here: World) -> None:
    """After the wait, by the same id."""
    verification_id = here.verify_phone(asked_for())
    here.clock.advance(POLICY.cool_downs[0])

    here.send(verification_id, language=Language.KK, asked_by=TECHNICIAN)

    assert len(here.sms.sent) == 2
    told = here.confirm_phone(verification_id, attempt(here.chance.given[-1]))
    assert told.confirmation is not None


def test_a_code_for_a_number_signs_nothing(here: World) -> None:
    """The purpose is part of what it is bound to, and so is the content."""
    verification_id = here.verify_phone(asked_for())
    of_number = here.chance.given[-1]
    here.chance.codes = [of_number[::-1]]
    envelope = here.code_sent()

    with pytest.raises(CodeWrong):
        here.confirm(envelope.id, attempt(of_number, "x"))
    with pytest.raises(CodeWrong):
        here.confirm_phone(verification_id, attempt(of_number[::-1], "y"))


def test_one_that_nobody_confirmed_in_a_day_is_over(here: World) -> None:
    """It stays in the history and takes no code any more."""
    verification_id = here.verify_phone(asked_for())
    here.clock.advance(LIFE)

    with pytest.raises(MoveNotAllowed):
        here.confirm_phone(verification_id, attempt(here.chance.given[-1]))
    with pytest.raises(MoveNotAllowed):
        here.send(verification_id, language=Language.KK, asked_by=TECHNICIAN)
    assert now_of(here, verification_id).confirmation is None


def test_of_a_hundred_parallel_right_codes_one_confirms(anywhere: World) -> None:
    """Redis counts, SQL decides."""
    verification_id = anywhere.verify_phone(asked_for())
    code = anywhere.chance.given[-1]

    def confirm(place: int) -> bool:
        try:
            anywhere.confirm_phone(verification_id, attempt(code, f"p{place}"))
        except (CodeRefused, Conflict):
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(confirm, range(100)))

    assert outcomes.count(True) == 1
    assert anywhere.events(verification_id).count("number_verified") == 1


def test_a_receipt_reaches_the_verification(here: World) -> None:
    """Whether the code was delivered is known of numbers too."""
    verification_id = here.verify_phone(asked_for())
    here.take_receipt(
        Receipt(
            route="fake",
            message_id="message-1",
            delivery=Delivery.DELIVERED,
            raw="DELIVRD",
            at=here.clock.now(),
        )
    )

    with here.register.view() as unit:
        challenge = unit.challenges.latest(verification_id)
    assert challenge is not None
    assert (challenge.delivery, challenge.channel) == (Delivery.DELIVERED, Channel.SMS)
    assert here.events(verification_id)[-1] == "code_delivered"


def test_its_journal_names_nobody(here: World) -> None:
    """No code, number, IIN or name in any column, and no hash that could be guessed from them."""
    here.chance.codes = ["482913"]
    verification_id = here.verify_phone(asked_for())
    here.confirm_phone(verification_id, attempt("482913", device="tablet-12", employee_id="E-7"))

    written = repr(here.journal(verification_id))
    for secret in ("482913", GULSIM.phone.value[2:], GULSIM.iin.value, GULSIM.surname):
        assert secret not in written
    assert "tablet-12" in written


def test_the_journal_of_a_verification_is_checked(here: World) -> None:
    """A confirmation that was never written down is found."""
    verification_id = verified(here)
    closed = Closed(here)
    assert closed.check() == []

    opened = replace(now_of(here, verification_id), id="9" * 26, confirmation=None)
    with here.register.begin() as unit:
        unit.verifications.add(opened)
        unit.commit()
    (found,) = closed.check()
    assert (found.fault, found.table, found.row) == (
        Mismatch.UNTOLD,
        "phone_verifications",
        opened.id,
    )


def test_an_unknown_verification_is_named(here: World) -> None:
    """For sending and confirming alike."""
    with pytest.raises(VerificationNotFound):
        here.confirm_phone("nobody", attempt("123456"))
    with pytest.raises(VerificationNotFound):
        here.send("nobody", language=Language.KK, asked_by=TECHNICIAN)


def test_a_store_of_codes_that_is_down_verifies_nothing(here: World) -> None:
    """Codes fail closed for numbers too; the policy is the same."""
    assert here.spend.policy == here.send.policy == ChallengePolicy()
    verification_id = here.verify_phone(asked_for())

    class Down:
        def spend(self, *_given: Any, **_more: Any) -> Any:
            raise CodesUnavailable("down")

    closed = replace(here.confirm_phone, spend=replace(here.spend, codes=Down()))  # type: ignore[arg-type]
    with pytest.raises(CodesUnavailable):
        closed(verification_id, attempt(here.chance.given[-1]))
    assert now_of(here, verification_id).confirmation is None
