"""How often a unit of work over PostgreSQL waits for the server, which costs the most of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import pytest

from docgen.adapters.db.register import SqlRegister, SqlUnit
from docgen.adapters.db.wire import Wire, wire_of
from docgen.domain.asked import AskedOnce
from tests.builders import NOW, fact, hop


@contextmanager
def _journeys(wired: SqlRegister) -> Iterator[list[int]]:
    """How many statements went out each time within the block, over the wire that goes first."""
    with wired.view() as unit:
        wire = cast("Wire", wire_of(cast("SqlUnit", unit)._connection))
    sent: list[int] = []
    mark = wire._mark_end

    def counted() -> None:
        sent.append(sum(not said.ends for said in wire._under_way))
        mark()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(wire, "_mark_end", counted)
        yield sent


def _claim(key: str) -> AskedOnce:
    return AskedOnce(client="c", key=key, fingerprint="f", resource_id=key, claimed_at=NOW)


def test_what_is_coming_comes_at_one_journey(wired: SqlRegister) -> None:
    """However many answers were asked for before the first of them is called."""
    with _journeys(wired) as sent, wired.view() as unit:
        coming = [unit.tallies.knows(f"phone-{number}") for number in range(3)]
        assert sent == []
        assert [known() for known in coming] == [False, False, False]
        assert len(sent) == 1


def test_a_claim_goes_out_with_its_commit_though_a_view_was_just_over(
    wired: SqlRegister,
) -> None:
    """The answer to the end of that view is heard before, and is no reason to ask first."""
    with wired.view() as unit:
        unit.tallies.knows("phone-1")()
    # By then the server has told that the view is over.
    time.sleep(0.2)
    with _journeys(wired) as sent, wired.begin() as unit:
        ours = unit.asked.add(_claim("k"))
        unit.commit()
        assert ours()
        assert len(sent) == 1


def test_the_end_of_a_journal_comes_with_its_locked_hop(wired: SqlRegister) -> None:
    """Whoever takes a receipt asks once before he commits what he writes."""
    with wired.begin() as unit:
        unit.hops.add(hop(chain="e1", route="smpp", message_id="m-1"))
        first = unit.journal.append("e1", fact())
        unit.commit()
    with _journeys(wired) as sent, wired.begin() as unit:
        assert unit.hops.locked("smpp", "m-1") is not None
        second = unit.journal.append("e1", fact())
        assert len(sent) == 1
        unit.commit()
        assert len(sent) == 2
    assert second.previous_hash == first.hash
