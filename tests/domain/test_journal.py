"""The journal's chain of hashes."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain import journal
from docgen.domain.errors import ChainBroken
from docgen.domain.journal import Entry, Event
from tests import builders


def _chain(length: int = 4) -> list[Entry]:
    entries: list[Entry] = []
    for place in range(length):
        fact = builders.fact(
            list(Event)[place],
            at=builders.NOW + timedelta(seconds=place),
            details={"n": str(place)},
        )
        last = entries[-1] if entries else None
        entries.append(journal.chain(fact, envelope_id="E", last=last))
    return entries


def test_a_chain_as_written_holds() -> None:
    """Entries number from one and each carries the hash before it."""
    entries = _chain()

    journal.check(entries)
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4]
    assert entries[0].previous_hash == journal.GENESIS


OTHER: dict[str, Any] = {
    "envelope_id": "F",
    "sequence": 7,
    "event": Event.VOIDED,
    "at": builders.NOW + timedelta(microseconds=1),
    "actor": "somebody",
    "details": {"n": "9"},
    "previous_hash": "f" * 64,
    "hash": "f" * 64,
}


@pytest.mark.parametrize("column", [f.name for f in fields(Entry)])
@pytest.mark.parametrize("place", range(4))
def test_a_change_of_any_column_is_noticed(column: str, place: int) -> None:
    """The hash covers every column, the time to the microsecond included."""
    entries = _chain()
    entries[place] = replace(entries[place], **{column: OTHER[column]})

    with pytest.raises(ChainBroken):
        journal.check(entries)


def test_every_column_has_a_forgery_above() -> None:
    """A column added later cannot slip out of the test."""
    assert set(OTHER) == {f.name for f in fields(Entry)}


@given(st.integers(0, 2), st.integers(1, 3))
def test_an_entry_taken_out_or_moved_is_noticed(place: int, shift: int) -> None:
    """No entry but the last can go, and none can change its place."""
    without = _chain(5)
    moved = _chain(5)
    del without[place]
    moved.insert(place + shift, moved.pop(place))

    for forged in (without, moved):
        with pytest.raises(ChainBroken):
            journal.check(forged)


def test_an_entry_with_its_own_hash_mended_still_breaks_the_next() -> None:
    """Mending one hash means mending all that follow."""
    entries = _chain()
    changed = replace(entries[1], actor="somebody")
    entries[1] = replace(changed, hash=journal.digest(changed.columns()))

    with pytest.raises(ChainBroken) as caught:
        journal.check(entries)
    assert caught.value.sequence == 3
