"""Numbers become verified, envelopes find them, and what others say of them is told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from docgen.domain import evidence, journal
from docgen.domain.challenge import ChallengePolicy
from docgen.domain.consent import EnteredBy
from docgen.domain.dispatch import Channel, Delivery, Receipt
from docgen.domain.envelope import Envelope
from docgen.domain.errors import (
    AlreadyConfirmed,
    ChainBroken,
    CodeGone,
    CodeRefused,
    CodesUnavailable,
    CodeWrong,
    Conflict,
    DirectoryUnavailable,
    LimitReached,
    MoveNotAllowed,
    NumberNotSubscribers,
    SimChanged,
    SmsRefused,
    SmsUnavailable,
    ValuesRejected,
    VerificationNotFound,
)
from docgen.domain.language import Language
from docgen.domain.number import Belongs, DirectoryAnswer, Measure, NumberPolicy
from docgen.domain.subscriber import IdentityDocument, Iin, Phone
from docgen.domain.verification import LIFE, Person, Verification
from docgen.usecases.check_journal import CheckJournal
from docgen.usecases.verify_phone import VerificationRequest
from tests.fakes import FakeDirectory
from tests.usecases.world import POLICY, TECHNICIAN, World, attempt, request

GULSIM = Person(
    surname="Әбдіқадырова",
    name="Гүлсім",
    patronymic="Өмірзаққызы",
    iin=Iin("900101412304"),
    phone=Phone("+77015550142"),
)
"""The subscriber of the sample visit."""
DANA = replace(GULSIM, surname="Бекова", name="Дана", patronymic=None, iin=Iin("850512456785"))
"""Another person, said to have the same number."""


def _asked(person: Person = GULSIM, **changes: Any) -> VerificationRequest:
    built = VerificationRequest(
        owner="operator",
        client="field",
        region=None,
        person=person,
        identified_by="E-7",
        identity_document=IdentityDocument.ORIGINAL,
    )
    return replace(built, **changes)


def _now(here: World, verification_id: str) -> Verification:
    with here.register.view() as unit:
        return unit.verifications.get(verification_id)


def _verified(here: World, person: Person = GULSIM, **changes: Any) -> str:
    verification_id = here.verify_phone(_asked(person, **changes))
    here.confirm_phone(verification_id, attempt(here.chance.given[-1], f"of {verification_id}"))
    return verification_id


def _without_verification(**changes: Any) -> Any:
    asked = request()
    assert isinstance(asked.subscriber, dict)
    block = {n: v for n, v in asked.subscriber.items() if n != "phone_verification"}
    return replace(asked, subscriber=block | changes)


def _codes(envelope: Envelope) -> list[str]:
    return [warning.code for warning in envelope.warnings]


# --- a number becomes verified ------------------------------------------------------------


def test_a_code_goes_to_the_number_and_confirms_it(anywhere: World) -> None:
    """Who identified the person, by which document and when is kept with it."""
    verification_id = anywhere.verify_phone(_asked(language=Language.RU))

    (message,) = anywhere.sms.sent
    assert message.phone == GULSIM.phone
    assert message.text.startswith("Код подтверждения номера: 000001")
    anywhere.clock.advance(timedelta(seconds=20))
    told = anywhere.confirm_phone(verification_id, attempt("000001"))

    assert told == _now(anywhere, verification_id)
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

    assert here.verify_phone(_asked(id=chosen)) == here.verify_phone(_asked(id=chosen)) == chosen
    assert len(here.sms.sent) == 1


def test_what_was_begun_and_not_sent_is_sent_by_the_retry(here: World) -> None:
    """No route took the first message: the verification stays, the code is another one."""
    chosen = "0" * 26
    here.sms.failing = SmsRefused("down")
    with pytest.raises(SmsUnavailable):
        here.verify_phone(_asked(id=chosen))
    here.sms.failing = None

    here.verify_phone(_asked(id=chosen))

    assert here.events(chosen).count("number_given") == 1
    assert here.confirm_phone(chosen, attempt(here.chance.given[-1])).confirmation is not None


def test_the_same_attempt_gets_the_same_answer_and_another_none(here: World) -> None:
    """As with envelopes."""
    verification_id = here.verify_phone(_asked())
    typed = attempt(here.chance.given[-1])

    assert here.confirm_phone(verification_id, typed) == here.confirm_phone(verification_id, typed)
    with pytest.raises(AlreadyConfirmed):
        here.confirm_phone(verification_id, replace(typed, id="a2"))
    with pytest.raises(AlreadyConfirmed):
        here.send(verification_id, language=Language.KK, asked_by=TECHNICIAN)
    assert here.events(verification_id).count("number_verified") == 1


def test_wrong_codes_are_counted_down_and_end(here: World) -> None:
    """The same numbers and refusals as for an envelope."""
    verification_id = here.verify_phone(_asked())
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
    first = here.verify_phone(_asked())
    for n in range(5):
        with pytest.raises(CodeWrong):
            here.confirm_phone(first, attempt("999999", f"w{n}"))
    here.clock.advance(timedelta(minutes=2))
    second = here.verify_phone(_asked())
    for n in range(5):
        with pytest.raises(CodeWrong):
            here.confirm_phone(second, attempt("999999", f"v{n}"))
    here.clock.advance(timedelta(minutes=5))

    with pytest.raises(LimitReached) as caught:
        here.verify_phone(_asked())
    assert caught.value.limit == "failures"


def test_beginning_anew_waits_for_the_cool_down(here: World) -> None:
    """Nobody's phone is rung by asking under new ids; what was begun is kept."""
    here.verify_phone(_asked())

    with pytest.raises(LimitReached) as caught:
        here.verify_phone(_asked())
    assert caught.value.limit == "cool_down"
    assert len(here.sms.sent) == 1


def test_a_code_sent_again_is_as_good(here: World) -> None:
    """After the wait, by the same id."""
    verification_id = here.verify_phone(_asked())
    here.clock.advance(POLICY.cool_downs[0])

    here.send(verification_id, language=Language.KK, asked_by=TECHNICIAN)

    assert len(here.sms.sent) == 2
    told = here.confirm_phone(verification_id, attempt(here.chance.given[-1]))
    assert told.confirmation is not None


def test_a_code_for_a_number_signs_nothing(here: World) -> None:
    """The purpose is part of what it is bound to, and so is the content."""
    verification_id = here.verify_phone(_asked())
    of_number = here.chance.given[-1]
    here.chance.codes = [of_number[::-1]]
    envelope = here.code_sent()

    with pytest.raises(CodeWrong):
        here.confirm(envelope.id, attempt(of_number, "x"))
    with pytest.raises(CodeWrong):
        here.confirm_phone(verification_id, attempt(of_number[::-1], "y"))


def test_one_that_nobody_confirmed_in_a_day_is_over(here: World) -> None:
    """It stays in the history and takes no code any more."""
    verification_id = here.verify_phone(_asked())
    here.clock.advance(LIFE)

    with pytest.raises(MoveNotAllowed):
        here.confirm_phone(verification_id, attempt(here.chance.given[-1]))
    with pytest.raises(MoveNotAllowed):
        here.send(verification_id, language=Language.KK, asked_by=TECHNICIAN)
    assert _now(here, verification_id).confirmation is None


def test_of_a_hundred_parallel_right_codes_one_confirms(anywhere: World) -> None:
    """Redis counts, SQL decides."""
    verification_id = anywhere.verify_phone(_asked())
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
    verification_id = here.verify_phone(_asked())
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
    verification_id = here.verify_phone(_asked())
    here.confirm_phone(verification_id, attempt("482913", device="tablet-12", employee_id="E-7"))

    written = repr(here.journal(verification_id))
    for secret in ("482913", GULSIM.phone.value[2:], GULSIM.iin.value, GULSIM.surname):
        assert secret not in written
    assert "tablet-12" in written


def test_the_journal_of_a_verification_is_checked(here: World) -> None:
    """A confirmation that was never written down is found."""
    verification_id = _verified(here)
    check = CheckJournal(register=here.register)
    assert check().envelopes == 1

    opened = replace(_now(here, verification_id), id="9" * 26, confirmation=None)
    with here.register.begin() as unit:
        unit.verifications.add(opened)
        unit.commit()
    with pytest.raises(ChainBroken):
        check()


def test_an_unknown_verification_is_named(here: World) -> None:
    """For sending and confirming alike."""
    with pytest.raises(VerificationNotFound):
        here.confirm_phone("nobody", attempt("123456"))
    with pytest.raises(VerificationNotFound):
        here.send("nobody", language=Language.KK, asked_by=TECHNICIAN)


# --- envelopes carry or find it -----------------------------------------------------------


def test_an_envelope_finds_the_newest_verification(anywhere: World) -> None:
    """With its id, the head of its journal and the facts of its code; evidence says so."""
    _verified(anywhere)
    anywhere.clock.advance(timedelta(minutes=2))
    newest = _verified(anywhere, identified_by="E-8")

    envelope = anywhere.create(_without_verification())

    kept = envelope.subscriber.phone_verification
    assert kept.here is not None
    assert (kept.here.id, kept.identified_by) == (newest, "E-8")
    assert kept.here.journal_head == anywhere.journal(newest)[-1].hash
    stated = _evidence(anywhere, envelope)["subscriber"]["phone_verification"]
    assert stated["source"] == "verified_here"
    assert stated["verification"]["id"] == newest
    assert stated["verification"]["challenge"]["provider"] == "fake"
    printed = anywhere.renderer.orders[-1].contexts[Language.RU]["verification"]["method"]
    assert printed == f"SMS-кодом (верифицирован этой службой, № {newest})"


def test_what_the_client_states_is_marked_as_stated(here: World) -> None:
    """Even where the register knows better: the client's word is kept as his."""
    _verified(here)

    stated = _evidence(here, here.created())["subscriber"]["phone_verification"]

    assert (stated["source"], stated["verification"]) == ("stated_by_client", None)


def test_an_envelope_without_any_verification_is_refused(here: World) -> None:
    """Another person's, another number's, another owner's and an open one are none."""
    _verified(here, DANA)
    _verified(here, replace(GULSIM, phone=Phone("+77015550143")))
    _verified(here, owner="another", identified_by="E-9")
    here.clock.advance(timedelta(minutes=2))
    here.verify_phone(_asked(identified_by="E-10"))

    with pytest.raises(ValuesRejected) as caught:
        here.create(_without_verification())
    assert [(e.pointer, e.code) for e in caught.value.errors] == [
        ("/subscriber/phone_verification", "number_not_verified")
    ]


def test_a_number_that_went_on_to_another_is_told(here: World) -> None:
    """The first person's verification stays, and is shown as what it was."""
    first = _verified(here)
    here.clock.advance(timedelta(minutes=2))
    second = _verified(here, DANA)

    envelope = here.create(_without_verification())

    assert "number_verified_for_another" in _codes(envelope)
    dana = _now(here, second).confirmation
    assert dana is not None
    caller = _caller()
    assert here.show_verification(first, caller=caller).for_another_at == dana.confirmed_at
    assert here.show_verification(second, caller=caller).for_another_at is None


def _caller() -> Any:
    class Sees:
        def sees_verification(self, verification: Verification) -> bool:
            return verification.owner == "operator"

    return Sees()


def _evidence(here: World, envelope: Envelope) -> dict[str, Any]:
    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    sealed = here.confirm(envelope.id, attempt(here.chance.given[-1], f"e {envelope.id}"))
    with here.register.view() as unit:
        challenge = unit.challenges.latest(envelope.id)
    return evidence.build(
        sealed,
        sealed.documents[0],
        challenge=challenge,
        entries=here.journal(envelope.id),
        title={},
    )


# --- what is told of a number -------------------------------------------------------------


def _with_directory(here: World, **answer: Any) -> FakeDirectory:
    here.directory = FakeDirectory(answer=DirectoryAnswer(**answer))
    return here.directory


def test_a_number_of_somebody_else_gets_no_code(here: World) -> None:
    """The envelope is made and warned of; the refusal is in its journal once, no message goes."""
    _with_directory(here, belongs=Belongs.NO)
    envelope = here.created()
    assert _codes(envelope) == ["number_not_subscribers"]

    for _ in range(2):
        with pytest.raises(NumberNotSubscribers):
            here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)

    assert here.sms.sent == []
    assert here.events(envelope.id) == ["created", "number_checked", "rendered", "number_checked"]


def test_a_number_of_somebody_else_is_not_verified(here: World) -> None:
    """No code goes there for a verification either."""
    _with_directory(here, belongs=Belongs.NO)

    with pytest.raises(NumberNotSubscribers):
        here.verify_phone(_asked())
    assert here.sms.sent == []


def test_a_setting_makes_it_a_flag(here: World) -> None:
    """Then the code goes, and the evidence tells what was known."""
    _with_directory(here, belongs=Belongs.NO)
    here.numbers = NumberPolicy(not_subscribers=Measure.FLAG)

    stated = _evidence(here, here.created())["subscriber"]["directory"]

    assert [(each["before"], each["belongs"]) for each in stated] == [
        ("creation", "no"),
        ("code", "no"),
    ]
    assert stated[1]["flags"] == ["number_not_subscribers"]


def test_a_young_sim_is_told_and_blocks_where_it_is_set(here: World) -> None:
    """A change after the envelope was made is told with it from the sending on."""
    directory = _with_directory(here, belongs=Belongs.YES)
    envelope = here.created()
    assert _codes(envelope) == []
    directory.answer = replace(directory.answer, sim_changed_at=here.clock.now())
    here.clock.advance(timedelta(hours=2))

    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)

    (warning,) = here.envelope(envelope.id).warnings
    assert (warning.pointer, warning.code) == ("/subscriber/phone", "sim_changed")
    assert warning.params == (("hours", "2"),)
    here.numbers = NumberPolicy(sim_changed=Measure.BLOCK)
    here.clock.advance(timedelta(minutes=1))
    with pytest.raises(SimChanged):
        here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)


def test_a_directory_that_is_away_is_told_or_blocks(here: World) -> None:
    """Nothing is blocked by default; where it is, the caller may try again later."""
    directory = _with_directory(here)
    directory.failing = DirectoryUnavailable("away")
    envelope = here.created()
    assert _codes(envelope) == ["directory_unavailable"]
    here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)

    here.numbers = NumberPolicy(unavailable=Measure.BLOCK)
    here.clock.advance(POLICY.cool_downs[0])
    with pytest.raises(DirectoryUnavailable):
        here.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    assert len(here.sms.sent) == 1


def test_a_number_of_several_is_told(here: World) -> None:
    """Persons are counted over envelopes and verifications, for thirty days."""
    assert _codes(here.created()) == []
    here.clock.advance(timedelta(minutes=2))
    _verified(here, DANA)
    here.clock.advance(timedelta(minutes=2))

    shared = [w for w in here.created().warnings if w.code == "number_shared"]
    assert [each.params for each in shared] == [(("count", "2"),)]
    here.clock.advance(timedelta(days=31))
    assert "number_shared" not in _codes(here.created())


def test_a_number_of_an_employee_is_told(here: World) -> None:
    """The technician's own phone is the shortest way to a forged signature."""
    here.employees.known = {GULSIM.phone}

    assert _codes(here.created()) == ["number_of_employee"]


def test_codes_told_to_one_employee_unusually_often_are_told_of(here: World) -> None:
    """With the envelope that goes beyond, in its journal, and not with those before."""
    here.numbers = NumberPolicy(told_most=2)
    made = []
    for n in range(3):
        envelope = here.code_sent()
        typed = attempt(here.chance.given[-1], f"t{n}", employee_id="E-7")
        made.append(here.confirm(envelope.id, typed))

    assert [_codes(each) for each in made] == [[], [], ["codes_told_often"]]
    (found,) = made[-1].warnings
    assert (found.pointer, found.params) == ("/employee_id", (("count", "3"),))
    assert "codes_told_often" in here.events(made[-1].id)


# --- who typed it -------------------------------------------------------------------------


def test_who_typed_on_what_is_in_consent_journal_and_evidence(here: World) -> None:
    """The subscriber on the tablet handed over is no employee."""
    envelope = here.code_sent()
    typed = attempt(
        here.chance.given[-1],
        entered_by=EnteredBy.SUBSCRIBER_ON_TABLET,
        employee_id="E-7",
        device="tablet-12",
    )

    sealed = here.confirm(envelope.id, typed)

    entry = next(e for e in here.journal(envelope.id) if e.event is journal.Event.CONFIRMED)
    assert entry.actor == "subscriber"
    assert (entry.details["entered_by"], entry.details["device"]) == (
        "subscriber_on_tablet",
        "tablet-12",
    )
    stated = evidence.build(
        sealed, sealed.documents[0], challenge=None, entries=here.journal(envelope.id), title={}
    )["consent"]
    assert (stated["entered_by"], stated["employee_id"], stated["device"]) == (
        "subscriber_on_tablet",
        "E-7",
        "tablet-12",
    )
    contexts = here.renderer.orders[-1].contexts
    assert contexts[Language.RU]["code"]["entered_by"] == (
        "абонент на планшете работника E-7, устройство: tablet-12"
    )
    assert contexts[Language.KK]["code"]["entered_by"] == (
        "абонент, E-7 жұмыскерінің планшетінде, құрылғы: tablet-12"
    )


def test_the_protocol_tells_whose_word_the_verification_is(here: World) -> None:
    """In both languages."""
    here.code_sent()
    envelope = here.created()
    _evidence(here, envelope)

    contexts = here.renderer.orders[-1].contexts
    assert contexts[Language.RU]["verification"]["method"] == (
        "SMS-кодом (по данным системы, создавшей пакет)"
    )
    assert "жинақты құрған жүйенің" in contexts[Language.KK]["verification"]["method"]


def test_a_contradiction_is_refused_before_anything_is_counted(here: World) -> None:
    """The subscriber alone has no employee beside him."""
    envelope = here.code_sent()
    typed = attempt(here.chance.given[-1], entered_by=EnteredBy.SUBSCRIBER, employee_id="E-7")

    with pytest.raises(ValuesRejected) as caught:
        here.confirm(envelope.id, typed)

    assert [e.pointer for e in caught.value.errors] == ["/employee_id"]
    assert "code_wrong" not in here.events(envelope.id)


def test_a_store_of_codes_that_is_down_verifies_nothing(here: World) -> None:
    """Codes fail closed for numbers too; the policy is the same."""
    assert here.spend.policy == here.send.policy == ChallengePolicy()
    verification_id = here.verify_phone(_asked())

    class Down:
        def spend(self, *_given: Any, **_more: Any) -> Any:
            raise CodesUnavailable("down")

    closed = replace(here.confirm_phone, spend=replace(here.spend, codes=Down()))  # type: ignore[arg-type]
    with pytest.raises(CodesUnavailable):
        closed(verification_id, attempt(here.chance.given[-1]))
    assert _now(here, verification_id).confirmation is None
