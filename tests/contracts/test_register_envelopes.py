"""Envelopes in either database."""

import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.envelope import Archived, Detached, Envelope, State
from docgen.domain.errors import Conflict, DocumentNotFound, EnvelopeNotFound, StaleEnvelope
from docgen.domain.language import Language
from tests.builders import (
    NOW,
    document,
    envelope,
    handwritten_consent,
    scanned,
    sealed,
    sha256,
    subscriber,
)


def _add(register: SqlRegister, *envelopes: Envelope) -> None:
    with register.begin() as unit:
        for each in envelopes:
            unit.envelopes.add(each)
        unit.commit()


def _save(register: SqlRegister, *envelopes: Envelope) -> None:
    with register.begin() as unit:
        for each in envelopes:
            unit.envelopes.save(each)
        unit.commit()


def _get(register: SqlRegister, envelope_id: str) -> Envelope:
    with register.view() as unit:
        return unit.envelopes.get(envelope_id)


@pytest.mark.parametrize("state", list(State))
def test_an_envelope_comes_back_as_it_was(register: SqlRegister, state: State) -> None:
    """In every state each field returns as it was stored, under version 1."""
    two = (document(), document(languages=(Language.KK,), values={}))
    built = envelope(state, documents=two)
    _add(register, built)
    assert _get(register, built.id) == replace(built, version=1)


@pytest.mark.parametrize(
    "value",
    ['Әлия 𐌰 \u2028"\\\n', "\ud800", 10**20, -1, True, None, [], {}, ["1.10", {"ү": [0]}]],
    ids=ascii,
)
def test_values_come_back_as_they_were(register: SqlRegister, value: Any) -> None:
    """Whatever JSON holds, and half a character, which only Python's own writer knows to write."""
    built = envelope(documents=(document(values={"мән": value}),))
    _add(register, built)
    assert _get(register, built.id) == replace(built, version=1)


def test_what_may_be_absent_comes_back_absent(register: SqlRegister) -> None:
    """No patronymic, no e-mail and no region are kept as none."""
    built = envelope(subscriber=subscriber(patronymic=None, email=None))
    built = replace(built, reference=replace(built.reference, region=None))
    _add(register, built)
    assert _get(register, built.id) == replace(built, version=1)


@pytest.mark.parametrize("hand", [{}, {"hand": scanned()}], ids=["strokes", "scan"])
def test_a_handwritten_consent_comes_back(register: SqlRegister, hand: dict[str, Any]) -> None:
    """The other way of signing is stored as well as the code."""
    built = envelope(State.READY).sign_by_hand(handwritten_consent(**hand))
    _add(register, built)
    assert _get(register, built.id).consent == built.consent


def test_times_come_back_in_utc_with_microseconds(register: SqlRegister) -> None:
    """A time given in Almaty's zone is the same moment, told in UTC."""
    almaty = datetime(2026, 3, 2, 14, 30, 0, 654321, tzinfo=timezone(timedelta(hours=5)))
    built = envelope(created_at=almaty)
    _add(register, built)
    told = _get(register, built.id).created_at
    assert told == datetime(2026, 3, 2, 9, 30, 0, 654321, tzinfo=UTC)
    assert told.tzinfo is UTC


def test_documents_keep_their_order(register: SqlRegister) -> None:
    """Documents return in the order the manifest was hashed in, not in that of their ids."""
    late, early = document(id="zzz"), document(id="aaa")
    built = envelope(documents=(late, early))
    _add(register, built)
    assert [each.id for each in _get(register, built.id).documents] == ["zzz", "aaa"]


def test_an_unknown_envelope_is_named(register: SqlRegister) -> None:
    """Asking for an id nobody has raises EnvelopeNotFound."""
    with pytest.raises(EnvelopeNotFound):
        _get(register, "nobody")


def test_saving_stores_the_next_version(register: SqlRegister) -> None:
    """A move and the documents' new bytes are stored under the next version."""
    built = envelope(State.CONFIRMED)
    _add(register, built)
    with register.begin() as unit:
        read = unit.envelopes.get(built.id)
        moved = read.seal({each.id: sealed(each.id) for each in read.documents})
        unit.envelopes.save(moved)
        unit.commit()
    assert _get(register, built.id) == replace(moved, version=2)


def test_a_saved_envelope_is_read_anew_in_the_same_unit(register: SqlRegister) -> None:
    """Within one unit a get after a save tells the new state."""
    built = envelope()
    _add(register, built)
    with register.begin() as unit:
        unit.envelopes.save(unit.envelopes.get(built.id).expire())
        assert unit.envelopes.get(built.id).state is State.EXPIRED


def test_saving_does_not_hide_a_later_version(register: SqlRegister) -> None:
    """Who read the envelope before its file was stamped anew sees the stamped one after saving."""
    built = envelope(State.SEALED)
    _add(register, built)
    read = _get(register, built.id)
    stamped = Archived(
        number=2, sha256=sha256("stamped"), size=7, authority="CN=TSA", stamped_at=NOW, ends_at=NOW
    )
    with register.begin() as unit:
        unit.versions.add(read.documents[0].id, stamped)
        unit.envelopes.save(read)
        assert unit.envelopes.get(built.id).documents[0].archived == (stamped,)


def test_an_older_version_is_not_saved(register: SqlRegister, stored: Envelope) -> None:
    """Saving over a version that is no longer the newest raises StaleEnvelope."""
    with pytest.raises(StaleEnvelope):
        _save(register, stored, stored.void("late"))


def test_saving_what_was_never_added_is_stale(register: SqlRegister) -> None:
    """An envelope the register does not hold cannot be saved."""
    with pytest.raises(StaleEnvelope):
        _save(register, envelope())


@pytest.mark.parametrize(
    "clash",
    [
        lambda taken: envelope(id=taken.id),
        lambda taken: envelope(documents=(document(number=taken.documents[0].number),)),
        lambda taken: envelope(
            documents=(document(verification_token=taken.documents[0].verification_token),)
        ),
    ],
    ids=["id", "number", "verification token"],
)
def test_what_must_be_unique_is(
    register: SqlRegister, stored: Envelope, clash: Callable[[Envelope], Envelope]
) -> None:
    """An id, a document number or a verification token in use is a Conflict."""
    with pytest.raises(Conflict):
        _add(register, clash(stored))


def test_a_refused_row_is_not_quoted(register: SqlRegister) -> None:
    """The printed chain of a refused row holds neither the IIN nor the phone.

    PostgreSQL itself quotes the whole row where a column must not be null.
    """
    built = envelope(owner=None)
    with pytest.raises(Conflict) as refused:
        _add(register, built)
    printed = "".join(traceback.format_exception(refused.value))
    assert built.subscriber.iin.value not in printed
    assert built.subscriber.phone.value not in printed


def test_in_state_gives_all_the_oldest_first(register: SqlRegister) -> None:
    """Every envelope in the state is listed and no other, the oldest first."""
    old, older, oldest = (envelope(created_at=NOW - timedelta(days=d)) for d in (1, 2, 3))
    _add(register, old, oldest, envelope(State.READY), older)
    with register.view() as unit:
        listed = unit.envelopes.in_state(State.DRAFT)
    assert list(listed) == [oldest.id, older.id, old.id]


def test_overdue_lists_open_envelopes_whose_time_is_over(register: SqlRegister) -> None:
    """Draft, ready and code_sent are listed from the moment they expire; others never."""
    over = [envelope(state, expires_at=NOW) for state in State]
    _add(register, *over, envelope(expires_at=NOW + timedelta(microseconds=1)))
    with register.view() as unit:
        listed = unit.envelopes.overdue(NOW)
        states = [unit.envelopes.get(envelope_id).state for envelope_id in listed]
    assert sorted(states) == sorted([State.DRAFT, State.READY, State.CODE_SENT])


def test_an_envelope_is_found_by_the_token_of_any_document(register: SqlRegister) -> None:
    """What each of its documents prints finds the whole envelope, and no other."""
    built = envelope(documents=(document(), document()))
    _add(register, built, envelope())
    with register.view() as unit:
        found = [unit.envelopes.by_token(each.verification_token) for each in built.documents]
    assert found == [replace(built, version=1)] * 2


@pytest.mark.parametrize(
    "near",
    [str.upper, lambda token: token[:-1], lambda token: f"{token} ", lambda _: ""],
    ids=["capitals", "shorter", "longer", "empty"],
)
def test_a_token_nobody_printed_is_named(
    register: SqlRegister, stored: Envelope, near: Callable[[str], str]
) -> None:
    """A token must be the very same, letter for letter; else it is DocumentNotFound."""
    with register.view() as unit, pytest.raises(DocumentNotFound):
        unit.envelopes.by_token(near(stored.documents[0].verification_token))


def test_a_signature_beside_the_file_comes_back(register: SqlRegister) -> None:
    """Saved as the next version of a sealed envelope, whose state it leaves."""
    built = envelope(State.SEALED)
    _add(register, built)
    beside = Detached(sha256="c" * 64, size=4321, signed_at=NOW + timedelta(minutes=4))
    signed = _get(register, built.id).sign_detached({built.documents[0].id: beside})
    with register.begin() as unit:
        unit.envelopes.save(signed)
        unit.commit()

    found = _get(register, built.id)
    assert (found.state, found.documents[0].detached) == (State.SEALED, beside)


def test_sealed_envelopes_without_such_a_signature_are_found(register: SqlRegister) -> None:
    """One document without it is enough; those that are not sealed are none of them."""
    two = envelope(State.SEALED, documents=(document(), document()))
    whole, bare, unsealed = envelope(State.SEALED), envelope(State.SEALED), envelope()
    _add(register, two, whole, bare, unsealed)
    beside = Detached(sha256="c" * 64, size=1, signed_at=NOW)
    with register.begin() as unit:
        for each, of in ((two, two.documents[:1]), (whole, whole.documents)):
            signed = unit.envelopes.get(each.id).sign_detached({d.id: beside for d in of})
            unit.envelopes.save(signed)
        unit.commit()

    with register.view() as unit:
        assert sorted(unit.envelopes.without_detached()) == sorted([two.id, bare.id])


@pytest.mark.parametrize("state", list(State))
def test_the_state_alone_is_told_within_what_the_unit_has_changed(
    register: SqlRegister, state: State
) -> None:
    """That of the row as it is now; nobody's that there is not."""
    built = envelope(state)
    with register.begin() as unit:
        with pytest.raises(EnvelopeNotFound):
            unit.envelopes.state(built.id)
        unit.envelopes.add(built)
        assert unit.envelopes.state(built.id) is state
