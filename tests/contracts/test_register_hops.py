"""Hops of messages and their receipts, in either database."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.dispatch import Delivery, Hop, Receipt, Taken
from docgen.domain.envelope import Envelope
from docgen.domain.errors import Conflict, NotFound, Unavailable
from docgen.ports import Register
from tests.builders import NOW, hop, identifier, receipt
from tests.contracts.races import at_once

TAKEN = Taken(provider="smsc_kz", message_id="m-1", raw="OK", cost_tiyn=1900)


def _add(register: Register, *hops: Hop) -> None:
    with register.begin() as unit:
        for each in hops:
            unit.hops.add(each)
        unit.commit()


def _save(register: Register, changed: Hop) -> None:
    with register.begin() as unit:
        unit.hops.save(changed)
        unit.commit()


def _hear(register: Register, *receipts: Receipt) -> None:
    with register.begin() as unit:
        for each in receipts:
            unit.hops.hear(each, received_at=NOW)
        unit.commit()


def test_a_hop_comes_back_as_it_was(register: SqlRegister) -> None:
    """Every field returns, before and after its answer and its receipt."""
    begun = hop()
    _add(register, begun)
    with register.view() as unit:
        assert unit.hops.of_challenge(begun.challenge_id) == [begun]

    answered = begun.taken(TAKEN, at=NOW)
    told = answered.told(receipt(answered))
    with register.begin() as unit:
        unit.hops.save(told)
        unit.commit()
    with register.view() as unit:
        assert unit.hops.of_sending(begun.sending) == [told]


def test_two_hops_never_have_the_same_place(register: SqlRegister) -> None:
    """Two processes that give the same challenge away at once do not both think they are first."""
    first = hop()
    _add(register, first)

    with pytest.raises(Conflict):
        _add(register, replace(first, id=identifier()))


def test_a_hop_that_was_never_added_cannot_be_saved(register: SqlRegister) -> None:
    """Nothing is made up."""
    with pytest.raises(NotFound):
        _save(register, hop())


def test_hops_of_a_challenge_are_in_order(register: SqlRegister) -> None:
    """By their place, however they were written."""
    first = hop()
    second = replace(first, id=identifier(), number=2, route="spare", sending=identifier())
    _add(register, second, first, hop())

    with register.view() as unit:
        assert unit.hops.of_challenge(first.challenge_id) == [first, second]
        assert unit.hops.of_sending(second.sending) == [second]


def test_the_last_hops_of_a_route_come_newest_first(register: SqlRegister) -> None:
    """So many and no more, of that route only."""
    route = identifier()
    hops = [hop(route=route, begun_at=NOW + timedelta(seconds=n)) for n in range(5)]
    _add(register, *hops, hop())

    with register.view() as unit:
        assert unit.hops.recent(route, limit=3) == hops[:1:-1]


def test_a_message_id_names_the_newest_hop_of_its_route(register: SqlRegister) -> None:
    """A centre that was set up anew begins to count again."""
    route = identifier()
    old = hop(route=route, begun_at=NOW - timedelta(days=30)).taken(TAKEN, at=NOW)
    new = hop(route=route).taken(TAKEN, at=NOW)
    _add(register, new, old, hop().taken(TAKEN, at=NOW))

    with register.begin() as unit:
        assert unit.hops.locked(route, "m-1") == (new, [])
        assert unit.hops.locked(route, "m-2") is None


def test_hops_without_an_answer_are_found_once_they_are_old(register: SqlRegister) -> None:
    """The oldest first; whoever waited for them has died."""
    long_ago = NOW - timedelta(days=9)
    begun = [hop(begun_at=long_ago + timedelta(seconds=n)) for n in range(2)]
    _add(register, *begun, hop(begun_at=long_ago).taken(TAKEN, at=NOW), hop(begun_at=NOW))

    with register.view() as unit:
        found = unit.hops.unanswered(NOW - timedelta(minutes=1))
    assert [each for each in found if each in begun] == begun
    assert all(each.begun_at < NOW - timedelta(minutes=1) for each in found)


def test_receipts_are_kept_in_the_order_they_came_and_each_once(register: SqlRegister) -> None:
    """A provider repeats himself; of the same word the last time counts."""
    taken = hop(route=identifier()).taken(TAKEN, at=NOW)
    underway = receipt(taken, Delivery.UNDERWAY, raw="ENROUTE")
    delivered = receipt(taken)
    repeated = replace(delivered, at=NOW + timedelta(hours=1))
    _hear(register, underway, delivered, repeated)

    with register.view() as unit:
        assert unit.hops.heard(taken.route, "m-1", since=NOW) == [underway, repeated]
        assert unit.hops.heard(taken.route, "m-2", since=NOW) == []
        assert unit.hops.heard(taken.route, "m-1", since=NOW + timedelta(seconds=1)) == []


def test_a_hop_can_be_named_by_its_own_id(register: SqlRegister) -> None:
    """Providers that take our id tell of it also where their answer was lost."""
    begun = hop(route=identifier())
    _add(register, begun)

    with register.begin() as unit:
        assert unit.hops.locked(begun.route, begun.id) == (begun, [])


def test_whoever_is_alone_at_a_message_lets_others_wait_for_what_he_writes(
    register: SqlRegister,
) -> None:
    """Those of other messages as well, where one writes at a time."""
    taken = hop(route=identifier()).taken(TAKEN, at=NOW)

    def write() -> Sequence[Receipt]:
        with register.begin() as unit:
            unit.hops.alone(taken.route, "m-1")
            return unit.hops.heard(taken.route, "m-1", since=NOW)

    with ThreadPoolExecutor(1) as other:
        with register.begin() as unit:
            unit.hops.alone(taken.route, "m-1")
            unit.hops.hear(receipt(taken), received_at=NOW)
            assert unit.hops.heard(taken.route, "m-1", since=NOW) == [receipt(taken)]
            writing = other.submit(write)
            with pytest.raises(TimeoutError):
                writing.result(0.3)
            unit.commit()
        assert writing.result(10) == [receipt(taken)]


def test_a_reading_unit_keeps_nobody_off_a_message(register: SqlRegister) -> None:
    """As it locks nothing else."""
    with register.view() as unit, pytest.raises(RuntimeError):
        unit.hops.alone("primary", "m-1")


def test_the_same_receipt_brought_by_many_at_once_is_kept_once(register: SqlRegister) -> None:
    """Callback and poll may bring it in the same moment."""
    told = receipt(hop(route=identifier()).taken(TAKEN, at=NOW))

    heard = at_once([partial(_hear, register, told) for _ in range(8)])

    assert heard == [None] * 8

    with register.view() as unit:
        assert unit.hops.heard(told.route, told.message_id, since=NOW) == [told]


def test_hops_whose_end_is_not_told_are_awaited(register: SqlRegister) -> None:
    """The newest first and so many; neither old ones nor those the provider does not know."""
    route = identifier()
    taken = [
        hop(route=route, begun_at=NOW + timedelta(seconds=n)).taken(
            replace(TAKEN, message_id=f"m-{n}"), at=NOW
        )
        for n in range(4)
    ]
    doubt = hop(route=route, begun_at=NOW + timedelta(seconds=9))
    _add(
        register,
        *taken[:3],
        taken[3].told(receipt(taken[3])),
        doubt.uncertain("cut", at=NOW, message_id=doubt.id),
        hop(route=route).uncertain("cut", at=NOW),
        hop(route=route).refused("http 503", at=NOW),
        hop(route=route),
        hop().taken(TAKEN, at=NOW),
    )

    with register.view() as unit:
        ids = [each.id for each in unit.hops.awaiting(route, NOW, limit=9)]
        since = unit.hops.awaiting(route, NOW + timedelta(seconds=1), limit=2)

    assert ids == [doubt.id, taken[2].id, taken[1].id, taken[0].id]
    assert [each.id for each in since] == [doubt.id, taken[2].id]


def test_a_message_is_locked_with_its_chain(
    register: SqlRegister, database_url: str, stored: Envelope
) -> None:
    """An envelope's other writers wait; whoever only reads cannot lock."""
    taken = hop(route=identifier(), chain=stored.id).taken(TAKEN, at=NOW)
    _add(register, taken)

    with closing(SqlRegister(database_url, patience=timedelta(milliseconds=30))) as hasty:
        for name in ("m-1", taken.id):
            with register.begin() as unit:
                assert unit.hops.locked(taken.route, name) == (taken, [])
                with pytest.raises(Unavailable), hasty.begin() as theirs:
                    theirs.envelopes.get(stored.id)
        with hasty.begin() as theirs:
            theirs.envelopes.get(stored.id)
    with register.view() as unit, pytest.raises(RuntimeError):
        unit.hops.locked(taken.route, "m-1")


def test_what_was_heard_of_a_message_comes_with_its_lock(register: SqlRegister) -> None:
    """In order, and not what was heard of an older message of that id; of no message nothing."""
    taken = hop(route=identifier(), begun_at=NOW).taken(TAKEN, at=NOW)
    older, delivered = receipt(taken, Delivery.FAILED, raw="UNDELIV"), receipt(taken)
    _add(register, taken)
    with register.begin() as unit:
        unit.hops.hear(older, received_at=NOW - timedelta(days=1))
        unit.hops.hear(receipt(taken, Delivery.UNDERWAY, raw="ENROUTE"), received_at=NOW)
        unit.commit()

    with register.begin() as unit:
        unit.hops.hear(delivered, received_at=NOW)
        found = unit.hops.locked(taken.route, "m-1")
        assert unit.hops.locked(taken.route, "m-2") is None
    assert found is not None
    assert found[0] == taken
    assert [each.raw for each in found[1]] == ["ENROUTE", delivered.raw]


def test_a_chain_without_a_row_is_named_all_the_same(register: SqlRegister) -> None:
    """There is nothing to lock, and the message is known."""
    taken = hop(route=identifier()).taken(TAKEN, at=NOW)
    _add(register, taken)

    with register.begin() as unit:
        assert unit.hops.locked(taken.route, "m-1") == (taken, [])
