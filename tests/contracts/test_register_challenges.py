"""Challenges in either database: the legal act."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.challenge import Challenge, ChallengeState
from docgen.domain.dispatch import Delivery, Taken
from docgen.domain.envelope import Envelope
from docgen.domain.errors import NotFound, StaleEnvelope
from docgen.ports import Register
from tests.builders import NOW, challenge, hop, sha256
from tests.contracts.races import at_once


def _add(register: Register, *challenges: Challenge, is_first: bool = False) -> None:
    with register.begin() as unit:
        for each in challenges:
            unit.challenges.add(each, is_first=is_first)
        unit.commit()


def _save(register: Register, changed: Challenge) -> None:
    with register.begin() as unit:
        unit.challenges.save(changed)
        unit.commit()


def _latest(register: Register, envelope_id: str) -> Challenge:
    with register.view() as unit:
        latest = unit.challenges.latest(envelope_id)
    assert latest is not None
    return latest


def _confirm(register: Register, of: Challenge, attempt_id: str = "attempt-1") -> bool:
    with register.begin() as unit:
        confirmed = unit.challenges.confirm(
            of.id, manifest_hash=of.manifest_hash, attempt_id=attempt_id, now=NOW
        )
        unit.commit()
    return confirmed()


def test_a_challenge_comes_back_as_it_was(register: SqlRegister, stored: Envelope) -> None:
    """Every field returns."""
    sent = challenge(stored, provider="mobizon", provider_message_id="7", sent_at=NOW)
    _add(register, sent)
    assert _latest(register, stored.id) == sent


def test_an_envelope_without_challenges_has_no_latest(
    register: SqlRegister, stored: Envelope
) -> None:
    """No code was ever made."""
    with register.view() as unit:
        assert unit.challenges.latest(stored.id) is None


def test_a_challenge_is_found_by_its_id(register: SqlRegister, stored: Envelope) -> None:
    """Also when a newer one has replaced it; its state is told as it is now."""
    older = challenge(stored)
    newer = challenge(stored, issued_at=NOW + timedelta(seconds=60))
    _add(register, older)
    with register.begin() as unit:
        assert unit.challenges.find(older.id) == older
        unit.challenges.add(newer)
        assert unit.challenges.find(older.id) == replace(older, state=ChallengeState.REPLACED)
        assert unit.challenges.find(newer.id) == newer


def test_an_unknown_challenge_is_not_found(register: SqlRegister, stored: Envelope) -> None:
    """An id that was never given finds nothing, nor does the envelope's."""
    _add(register, challenge(stored))
    with register.view() as unit:
        assert unit.challenges.find("nobody") is None
        assert unit.challenges.find(stored.id) is None


def test_a_new_challenge_replaces_the_live_one(register: SqlRegister, stored: Envelope) -> None:
    """The newer is the latest, and the older cannot be confirmed any more."""
    older = challenge(stored)
    newer = challenge(stored, issued_at=NOW + timedelta(seconds=60))
    _add(register, older, newer)
    assert _latest(register, stored.id) == newer
    assert not _confirm(register, older)
    assert _confirm(register, newer)


def test_what_was_learnt_is_saved(register: SqlRegister, stored: Envelope) -> None:
    """The gateway's answer and the attempts used are stored."""
    sent = challenge(stored)
    _add(register, sent)
    learnt = replace(
        sent, provider="mobizon", provider_message_id="7", sent_at=NOW, attempts_used=2
    )
    _save(register, learnt)
    assert _latest(register, stored.id) == learnt


def test_the_time_of_sending_is_saved_in_utc(register: SqlRegister, stored: Envelope) -> None:
    """A time given in Almaty's zone is the same moment."""
    sent = challenge(stored)
    _add(register, sent)
    almaty = datetime(2026, 3, 2, 14, 30, tzinfo=timezone(timedelta(hours=5)))
    _save(register, replace(sent, sent_at=almaty))
    assert _latest(register, stored.id).sent_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_an_older_copy_takes_nothing_back(register: SqlRegister, stored: Envelope) -> None:
    """The gateway's late answer does not undo attempts, nor attempts the gateway's answer."""
    sent = challenge(stored)
    _add(register, sent)
    _save(register, replace(sent, attempts_used=2))
    answered = replace(sent, provider="mobizon", provider_message_id="7", sent_at=NOW)
    _save(register, answered)
    _save(register, replace(sent, attempts_used=1))
    assert _latest(register, stored.id) == replace(answered, attempts_used=2)


def test_saving_does_not_undo_a_confirmation(register: SqlRegister, stored: Envelope) -> None:
    """A copy read before the confirmation leaves it standing."""
    sent = challenge(stored)
    _add(register, sent)
    assert _confirm(register, sent)
    _save(register, replace(sent, state=ChallengeState.FAILED))
    assert _latest(register, stored.id).state is ChallengeState.CONFIRMED


def test_saving_does_not_confirm(register: SqlRegister, stored: Envelope) -> None:
    """No copy becomes a confirmation without the conditional update."""
    sent = challenge(stored)
    _add(register, sent)
    _save(register, replace(sent, state=ChallengeState.CONFIRMED))
    assert _latest(register, stored.id).state is ChallengeState.SENT


def test_a_failed_challenge_stays_failed(register: SqlRegister, stored: Envelope) -> None:
    """A code whose message was never sent can neither revive nor confirm."""
    sent = challenge(stored)
    _add(register, sent)
    _save(register, replace(sent, state=ChallengeState.FAILED))
    _save(register, sent)
    assert not _confirm(register, sent)


def test_saving_an_unknown_challenge_is_named(register: SqlRegister, stored: Envelope) -> None:
    """There is nothing to save onto."""
    with pytest.raises(NotFound):
        _save(register, challenge(stored))


def test_a_confirmation_is_kept_with_its_attempt(register: SqlRegister, stored: Envelope) -> None:
    """The confirmed challenge tells when and by which attempt."""
    sent = challenge(stored)
    _add(register, sent)
    assert _confirm(register, sent, "attempt-9")
    assert _latest(register, stored.id) == replace(
        sent, state=ChallengeState.CONFIRMED, confirmed_at=NOW, attempt_id="attempt-9"
    )


def test_another_content_is_not_confirmed(register: SqlRegister, stored: Envelope) -> None:
    """A challenge confirms only the manifest it was sent for."""
    sent = challenge(stored)
    _add(register, sent)
    assert not _confirm(register, replace(sent, manifest_hash=sha256("one byte more")))
    assert _latest(register, stored.id) == sent


def test_a_second_confirmation_does_not_count(register: SqlRegister, stored: Envelope) -> None:
    """Once confirmed, the same challenge is not confirmed again."""
    sent = challenge(stored)
    _add(register, sent)
    assert [_confirm(register, sent), _confirm(register, sent)] == [True, False]


def test_an_envelope_is_confirmed_by_one_challenge_only(
    register: SqlRegister, stored: Envelope
) -> None:
    """A later challenge of a confirmed envelope does not count, and its unit goes on."""
    first = challenge(stored)
    second = challenge(stored, issued_at=NOW + timedelta(seconds=60))
    _add(register, first)
    assert _confirm(register, first)
    _add(register, second)
    assert not _confirm(register, second)
    assert _latest(register, stored.id) == second


def test_of_parallel_confirmations_one_counts(database_url: str, stored: Envelope) -> None:
    """Eight registers confirm one challenge at once; one of them is told True."""
    registers = [SqlRegister(database_url) for _ in range(8)]
    sent = challenge(stored)
    _add(registers[0], sent)
    results = at_once([partial(_confirm, each, sent, f"a{n}") for n, each in enumerate(registers)])
    for each in registers:
        each.close()
    assert sorted(results, key=str) == [False] * 7 + [True]


def test_how_far_a_code_has_come_is_kept(register: SqlRegister, stored: Envelope) -> None:
    """And by whom it went last; a delivered one stays so, and nothing else changes."""
    sent = challenge(stored, attempts_used=2)
    _add(register, sent)
    went = hop().taken(Taken(provider="mobizon", message_id="7"), at=NOW)
    with register.begin() as unit:
        unit.challenges.carried(sent.id, Delivery.UNKNOWN)
        unit.challenges.carried(sent.id, Delivery.DELIVERED, by=went)
        unit.challenges.carried(sent.id, Delivery.UNDERWAY)
        unit.challenges.carried("no challenge", Delivery.FAILED)
        unit.commit()
    assert _latest(register, stored.id) == replace(
        sent,
        delivery=Delivery.DELIVERED,
        provider="mobizon",
        provider_message_id="7",
        sent_at=NOW,
    )


def test_a_first_challenge_that_is_none_is_refused(register: SqlRegister, stored: Envelope) -> None:
    """Somebody else has made one meanwhile; it stays the live one."""
    sent = challenge(stored)
    _add(register, sent)
    with pytest.raises(StaleEnvelope):
        _add(register, challenge(stored), is_first=True)
    assert _latest(register, stored.id) == sent
