"""All that is known of an envelope, read at once, in either database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import EnvelopeNotFound
from docgen.domain.recalled import Recalled
from tests.builders import NOW, challenge, envelope, fact, hop, identifier


def test_what_is_recalled_is_what_every_part_tells(register: SqlRegister, stored: Envelope) -> None:
    """Of the newest challenge only, and of nobody else's."""
    older = challenge(stored)
    newer = replace(older, id=identifier(), issued_at=older.issued_at + timedelta(minutes=1))
    other = envelope(State.CODE_SENT)
    with register.begin() as unit:
        unit.envelopes.add(other)
        for each in (older, newer, challenge(other)):
            unit.challenges.add(each)
        for of, number in ((older, 1), (newer, 2), (newer, 1)):
            unit.hops.add(hop(chain=stored.id, challenge_id=of.id, number=number, begun_at=NOW))
        for its_id in (stored.id, other.id, stored.id):
            unit.journal.append(its_id, fact())
        unit.commit()

    with register.view() as unit:
        recalled = unit.recall(stored.id)
        latest = unit.challenges.latest(stored.id)
        assert latest is not None
        assert latest.id == newer.id
        assert recalled == Recalled(
            envelope=stored,
            challenge=latest,
            hops=tuple(unit.hops.of_challenge(newer.id)),
            entries=unit.journal.of(stored.id),
        )
    assert [each.number for each in recalled.hops] == [1, 2]
    assert [each.sequence for each in recalled.entries] == [1, 2]


def test_an_envelope_without_a_code_is_recalled_without(
    register: SqlRegister, stored: Envelope
) -> None:
    """There is nothing else to tell."""
    with register.view() as unit:
        assert unit.recall(stored.id) == Recalled(
            envelope=stored, challenge=None, hops=(), entries=[]
        )


def test_only_what_there_is_and_stays_is_recalled(register: SqlRegister, stored: Envelope) -> None:
    """A writing unit, which sees what others commit meanwhile, could mix two states."""
    with register.view() as unit, pytest.raises(EnvelopeNotFound):
        unit.recall("nobody")
    with register.begin() as unit, pytest.raises(RuntimeError):
        unit.recall(stored.id)
