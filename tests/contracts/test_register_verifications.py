"""Verifications of numbers in either database."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from docgen.adapters.db.people import consent_json, consent_of, subscriber_json, subscriber_of
from docgen.adapters.db.register import SqlRegister
from docgen.domain.consent import EnteredBy
from docgen.domain.envelope import State
from docgen.domain.errors import Conflict, FieldError, VerificationNotFound
from docgen.domain.subscriber import Iin, Phone
from docgen.domain.verification import Verification
from docgen.ports import Register
from tests.builders import (
    NOW,
    challenge,
    envelope,
    fact,
    person,
    sms_consent,
    subscriber,
    typed_code,
    verification,
)
from tests.contracts.races import at_once

OTHER_IIN, OTHER_PHONE = Iin("850512456785"), Phone("+77015550143")


def _add(register: Register, *verifications: Verification) -> None:
    with register.begin() as unit:
        for each in verifications:
            unit.verifications.add(each)
        unit.commit()


def _get(register: Register, verification_id: str) -> Verification:
    with register.view() as unit:
        return unit.verifications.get(verification_id)


def _confirm(register: Register, opened: Verification, attempt_id: str = "a-1") -> bool:
    with register.begin() as unit:
        done = unit.verifications.confirm(opened.confirm(typed_code(attempt_id=attempt_id)))
        unit.commit()
    return done


def test_a_verification_comes_back_as_it_was(register: SqlRegister) -> None:
    """Every field returns, open and confirmed."""
    opened = verification(
        region="Алматы", warnings=(FieldError("/subscriber/phone", "sim_changed", (("h", "1"),)),)
    )
    _add(register, opened)
    assert _get(register, opened.id) == opened

    typed = typed_code(
        entered_by=EnteredBy.SUBSCRIBER_ON_TABLET, employee_id="E-7", device="tablet-12"
    )
    with register.begin() as unit:
        assert unit.verifications.confirm(opened.confirm(typed))
        unit.commit()
    assert _get(register, opened.id) == opened.confirm(typed)


def test_a_person_without_patronymic_comes_back_without(register: SqlRegister) -> None:
    """Nothing is made up."""
    opened = verification(person=person(patronymic=None))
    _add(register, opened)

    assert _get(register, opened.id) == opened


def test_an_unknown_verification_is_named(register: SqlRegister) -> None:
    """Reading it and warning of it alike."""
    with register.begin() as unit:
        with pytest.raises(VerificationNotFound):
            unit.verifications.get("nobody")
        with pytest.raises(VerificationNotFound):
            unit.verifications.warn(verification())


def test_an_id_is_given_once(register: SqlRegister) -> None:
    """The second one of the same id is refused."""
    opened = verification()
    _add(register, opened)

    with pytest.raises(Conflict):
        _add(register, opened)


def test_it_is_confirmed_once(register: SqlRegister) -> None:
    """A second confirmation changes nothing."""
    opened = verification()
    _add(register, opened)

    assert [_confirm(register, opened, "a-1"), _confirm(register, opened, "a-2")] == [True, False]
    confirmation = _get(register, opened.id).confirmation
    assert confirmation is not None
    assert confirmation.attempt_id == "a-1"


def test_of_parallel_confirmations_one_counts(registers: list[SqlRegister]) -> None:
    """Eight registers at once; one is told True."""
    opened = verification()
    _add(registers[0], opened)

    told = at_once([partial(_confirm, each, opened, f"a{n}") for n, each in enumerate(registers)])

    assert sorted(told, key=str) == [False] * 7 + [True]


def test_warnings_are_stored_and_nothing_else(register: SqlRegister) -> None:
    """A copy that knows of a confirmation does not bring it in that way."""
    opened = verification()
    _add(register, opened)
    warned = replace(opened, warnings=(FieldError("/subscriber/phone", "number_shared"),))

    with register.begin() as unit:
        unit.verifications.warn(warned.confirm(typed_code()))
        unit.commit()

    assert _get(register, opened.id) == warned


def test_the_history_of_a_number_is_the_owners(register: SqlRegister) -> None:
    """All of them, the newest first, of whoever; not another owner's, nor another number's."""
    first = verification()
    second = verification(person=person(iin=OTHER_IIN))
    elsewhere = verification(person=person(phone=OTHER_PHONE))
    _add(register, first, second, elsewhere, verification(owner="another"))

    with register.view() as unit:
        found = unit.verifications.history(first.phone, owner="operator")()

    assert list(found) == [second, first]


def test_those_bound_to_the_same_are_found(register: SqlRegister) -> None:
    """Begun anew for the same person, number, document and employee."""
    first, again, other = verification(), verification(), verification(identified_by="E-8")
    _add(register, first, again, other)

    with register.view() as unit:
        assert list(unit.verifications.alike(first.manifest_hash)) == [first.id, again.id]


def test_all_are_listed_by_whether_they_are_confirmed(register: SqlRegister) -> None:
    """For whoever checks the journal against them."""
    opened, confirmed = verification(), verification()
    _add(register, opened, confirmed)
    _confirm(register, confirmed)

    with register.view() as unit:
        assert list(unit.verifications.ids(confirmed=False)) == [opened.id]
        assert list(unit.verifications.ids(confirmed=True)) == [confirmed.id]


def test_persons_at_a_number_are_counted_by_envelopes(register: SqlRegister) -> None:
    """Each once, of that owner, since that time."""
    own, other = subscriber(), subscriber(iin=OTHER_IIN)
    old = NOW - timedelta(days=31)
    made = [
        envelope(subscriber=own),
        envelope(subscriber=own),
        envelope(subscriber=other),
        envelope(subscriber=subscriber(iin=Iin("900101300811")), created_at=old),
        envelope(subscriber=subscriber(iin=Iin("900101300823")), owner="another"),
        envelope(subscriber=subscriber(iin=Iin("900101300823"), phone=OTHER_PHONE)),
    ]
    with register.begin() as unit:
        for each in made:
            unit.envelopes.add(each)
        unit.commit()

    with register.view() as unit:
        found = unit.envelopes.persons_at(
            own.phone, owner="operator", since=NOW - timedelta(days=30)
        )()
    assert found == {own.iin, OTHER_IIN}


def test_codes_told_to_an_employee_are_counted(register: SqlRegister) -> None:
    """Those that confirmed since then; typed by others they do not count."""
    made = [envelope(State.CODE_SENT) for _ in range(4)]
    sent = [challenge(each) for each in made]
    with register.begin() as unit:
        for each, one in zip(made, sent, strict=True):
            unit.envelopes.add(each)
            unit.challenges.add(one)
        told_to = ("E-7", "E-7", None, "E-8")
        for n, (one, employee) in enumerate(zip(sent, told_to, strict=True)):
            assert unit.challenges.confirm(
                one.id, manifest_hash=one.manifest_hash, attempt_id=f"a{n}",
                now=NOW + timedelta(hours=n), told_to=employee,
            )()  # fmt: skip
        unit.commit()

    with register.view() as unit:
        assert unit.challenges.told("E-7", since=NOW) == 2
        assert unit.challenges.told("E-7", since=NOW + timedelta(minutes=1)) == 1
        assert unit.challenges.told("E-9", since=NOW) == 0
        latest = unit.challenges.latest(made[0].id)
    assert latest is not None
    assert latest.told_to == "E-7"


def _note(register: Register, chain: str, actor: str) -> None:
    with register.begin() as unit:
        unit.lock(chain)
        unit.journal.append(chain, fact(actor=actor))
        unit.commit()


@pytest.mark.parametrize("kind", ["envelope", "verification"])
def test_whoever_locks_a_chain_writes_its_journal_undisturbed(
    registers: list[SqlRegister], kind: str
) -> None:
    """Eight writers at once; each entry finds its place, nobody has to come again."""
    opened, made = verification(), envelope()
    with registers[0].begin() as unit:
        unit.verifications.add(opened)
        unit.envelopes.add(made)
        unit.commit()
    chain = opened.id if kind == "verification" else made.id

    told = at_once([partial(_note, each, chain, f"w{n}") for n, each in enumerate(registers)])

    assert told == [None] * 8
    with registers[0].view() as unit:
        assert [entry.sequence for entry in unit.journal.of(chain)] == list(range(1, 9))


def test_what_was_stored_before_is_read() -> None:
    """Consents without a device, subscribers whose verification nobody but the client knew."""
    consent, whose = consent_json(sms_consent()), subscriber_json(subscriber())
    assert "here" not in whose["phone_verification"]
    del consent["device"]

    assert consent_of(consent) == sms_consent()
    assert subscriber_of(whose) == subscriber()
