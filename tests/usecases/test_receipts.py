"""Receipts of messages, whenever they come: before their answers, after them, or in between."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.dispatch import Delivery, Message, Receipt, Taken
from docgen.domain.errors import Unavailable
from docgen.usecases.take_receipt import TakeReceipt
from tests.fakes import FakeSms
from tests.usecases.desk import Desk, receipt_of


def test_a_receipt_moves_hop_challenge_and_journal(desk: Desk) -> None:
    """Once, however often it comes."""
    taken = desk.send()

    for _ in range(3):
        desk.take(receipt_of(taken))

    (hop,) = desk.hops
    assert (hop.delivery, hop.delivery_raw) == (Delivery.DELIVERED, "DELIVRD")
    assert desk.delivery is Delivery.DELIVERED
    assert desk.events == ["code_sent", "code_delivered"]


def test_a_receipt_before_its_answer_is_matched_when_the_answer_comes(desk: Desk) -> None:
    """The centre is faster than its own answer."""

    class _Early(FakeSms):
        def send(self, message: Message) -> Taken:
            early = Receipt(
                route="primary", message_id="message-1", delivery=Delivery.DELIVERED,
                raw="DELIVRD", at=desk.clock.now(),
            )  # fmt: skip
            desk.take(early)
            return super().send(message)

    desk.primary = _Early()
    desk.send()

    assert desk.delivery is Delivery.DELIVERED
    assert desk.events == ["code_sent", "code_delivered"]


def test_a_receipt_that_comes_while_its_answer_is_written_is_matched(desk: Desk) -> None:
    """It waits until the answer is lasting, and then finds it."""
    begun = desk.begun()
    answered = begun.taken(Taken(provider="fake", message_id="m-7"), at=desk.clock.now())

    with ThreadPoolExecutor(1) as centre:
        with desk.register.begin() as unit:
            unit.hops.alone(answered.route, "m-7")
            unit.hops.save(answered)
            unit.hops.of_challenge(answered.challenge_id)
            taking = centre.submit(desk.take, receipt_of(answered))
            with pytest.raises(TimeoutError):
                taking.result(0.3)
            unit.commit()
        taking.result(10)

    assert [hop.delivery for hop in desk.hops] == [Delivery.DELIVERED]
    assert desk.delivery is Delivery.DELIVERED
    assert desk.events == ["code_delivered"]


def test_an_answer_that_comes_while_its_receipt_is_written_finds_it(desk: Desk) -> None:
    """It waits until the receipt is lasting."""
    early = Receipt(
        route="primary", message_id="message-1", delivery=Delivery.DELIVERED, raw="DELIVRD",
        at=desk.clock.now(),
    )  # fmt: skip

    with ThreadPoolExecutor(1) as technician:
        with desk.register.begin() as unit:
            unit.hops.alone("primary", "message-1")
            unit.hops.hear(early, received_at=desk.clock.now())
            assert unit.hops.locked("primary", "message-1") is None
            asking = technician.submit(desk.send)
            with pytest.raises(TimeoutError):
                asking.result(0.3)
            unit.commit()
        asking.result(10)

    assert desk.delivery is Delivery.DELIVERED
    assert desk.events == ["code_sent", "code_delivered"]


def test_a_receipt_that_is_not_recorded_is_not_kept(desk: Desk) -> None:
    """Whoever brought it hears so and brings it again; then it is told once."""
    taken = desk.send()
    with desk.register.begin() as unit:
        unit.envelopes.get(desk.challenge.chain)
        impatient = SqlRegister(desk.url, patience=timedelta(milliseconds=50))
        with pytest.raises(Unavailable):
            TakeReceipt(register=impatient, clock=desk.clock)(receipt_of(taken))
        impatient.close()
    with desk.register.view() as unit:
        assert unit.hops.heard(taken.route, "message-1", since=taken.begun_at) == []

    desk.take(receipt_of(taken))
    assert desk.events == ["code_sent", "code_delivered"]


def test_a_delivered_code_stays_so_whatever_becomes_of_the_next_message(desk: Desk) -> None:
    """The second is on its way, or was given up: the first has come."""
    desk.take(receipt_of(desk.send()))
    desk.clock.advance(timedelta(minutes=1))
    second = desk.send(avoid="primary")
    assert desk.delivery is Delivery.DELIVERED

    desk.take(replace(receipt_of(second, Delivery.FAILED, "EXPIRED"), at=desk.clock.now()))
    assert [hop.delivery for hop in desk.hops] == [Delivery.DELIVERED, Delivery.FAILED]
    assert desk.delivery is Delivery.DELIVERED


def test_a_message_that_was_given_up_is_told(desk: Desk) -> None:
    """The phone does not exist, or was off for too long."""
    desk.take(receipt_of(desk.send(), Delivery.FAILED, "UNDELIV 001"))

    assert desk.delivery is Delivery.FAILED
    assert desk.events == ["code_sent", "code_undelivered"]


def test_a_delivery_by_either_route_counts(desk: Desk) -> None:
    """The first was given up, the second arrived."""
    first = desk.send()
    desk.take(receipt_of(first, Delivery.FAILED, "EXPIRED"))
    second = desk.send(avoid="primary")
    assert second.message_id == first.message_id
    desk.take(receipt_of(second))

    assert [hop.delivery for hop in desk.hops] == [Delivery.FAILED, Delivery.DELIVERED]
    assert desk.delivery is Delivery.DELIVERED


def test_a_word_about_an_older_message_is_not_taken_for_a_new_one(desk: Desk) -> None:
    """A centre that was set up anew gives the same ids again; its new word counts."""
    first = desk.send()
    desk.take(receipt_of(first))
    desk.clock.advance(timedelta(minutes=2))
    desk.primary = FakeSms()

    second = desk.send()
    assert second.message_id == first.message_id
    assert [hop.delivery for hop in desk.hops] == [Delivery.DELIVERED, Delivery.UNDERWAY]

    desk.clock.advance(timedelta(seconds=3))
    desk.take(receipt_of(second))
    assert [hop.delivery for hop in desk.hops] == [Delivery.DELIVERED] * 2


def test_a_receipt_of_a_message_nobody_sent_is_kept_and_changes_nothing(desk: Desk) -> None:
    """It may be the answer's forerunner, or somebody else's."""
    stray = Receipt(
        route="primary", message_id="never", delivery=Delivery.DELIVERED, raw="X",
        at=desk.clock.now(),
    )  # fmt: skip
    desk.take(stray)

    with desk.register.view() as unit:
        assert unit.hops.heard("primary", "never", since=stray.at) == [stray]
    assert desk.events == []
