"""What a hop may become, and what may be kept of a provider's words."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.dispatch import (
    AskedBy,
    Delivery,
    HopState,
    Message,
    Taken,
    delivery_of,
    plain,
    require_raw,
)
from docgen.domain.errors import InvalidValue
from docgen.domain.subscriber import Phone
from tests.builders import NOW, hop, receipt

TAKEN = Taken(provider="smpp", message_id="m-1", raw="0x0", cost_tiyn=1200)


def test_a_message_shows_neither_phone_nor_text() -> None:
    """It may be printed by accident."""
    message = Message(
        phone=Phone("+77015550142"), text="Код 482913", reference="hop", life=timedelta(minutes=3)
    )

    assert "482913" not in repr(message)
    assert "5550142" not in repr(message)


def test_a_taken_hop_waits_for_its_receipt() -> None:
    """It has an id at the provider and a price, and is on its way."""
    taken = hop().taken(TAKEN, at=NOW)

    assert (taken.state, taken.delivery) == (HopState.TAKEN, Delivery.UNDERWAY)
    assert (taken.provider, taken.message_id, taken.cost_tiyn) == ("smpp", "m-1", 1200)


def test_a_refused_hop_costs_nothing_and_will_not_arrive() -> None:
    """Nothing was sent."""
    refused = hop().refused("0x58", at=NOW)

    assert (refused.state, refused.delivery) == (HopState.REFUSED, Delivery.FAILED)
    assert refused.cost_tiyn == 0
    assert not refused.may_arrive


def test_an_uncertain_hop_may_arrive() -> None:
    """Nobody knows: it is counted as sent."""
    uncertain = hop().uncertain("no answer", at=NOW)

    assert (uncertain.state, uncertain.delivery) == (HopState.UNKNOWN, Delivery.UNKNOWN)
    assert uncertain.may_arrive


@pytest.mark.parametrize(
    "told", list(permutations((Delivery.UNDERWAY, Delivery.DELIVERED, Delivery.FAILED)))
)
def test_a_delivery_is_final_in_whatever_order_receipts_come(told: tuple[Delivery, ...]) -> None:
    """A late or repeated receipt takes nothing back; a delivery outweighs a failure."""
    known = hop().taken(TAKEN, at=NOW)
    for delivery in (*told, *told):
        known = known.told(receipt(known, delivery))

    assert known.delivery is Delivery.DELIVERED


def test_a_failure_is_not_taken_back_by_hope() -> None:
    """Only a delivery says more than a failure."""
    failed = hop().taken(TAKEN, at=NOW)
    failed = failed.told(receipt(failed, Delivery.FAILED, raw="EXPIRED"))

    for delivery in (Delivery.UNDERWAY, Delivery.UNKNOWN, Delivery.FAILED):
        assert failed.told(receipt(failed, delivery)) == failed


@pytest.mark.parametrize(
    ("hops", "expected"),
    [
        (("failed", "delivered"), "delivered"),
        (("delivered", "underway"), "delivered"),
        (("failed", "underway"), "underway"),
        (("failed", "unknown"), "unknown"),
        (("unknown", "underway"), "underway"),
        (("failed", "failed"), "failed"),
    ],
)
def test_a_challenge_has_come_as_far_as_its_best_hop(hops: tuple[str, ...], expected: str) -> None:
    """One delivered message is enough."""
    known = tuple(hop(delivery=Delivery(each)) for each in hops)

    assert delivery_of(known) is Delivery(expected)


@pytest.mark.parametrize("raw", ["DELIVRD 000", "0x00000058", "", "code 7", "ESME_RTHROTTLED"])
def test_a_status_is_kept_as_it_came(raw: str) -> None:
    """Codes and names of states."""
    if raw == "0x00000058":
        with pytest.raises(InvalidValue):
            require_raw(raw)
    else:
        require_raw(raw)


@pytest.mark.parametrize("raw", ["77015550142", "text 482913", "Код", "x" * 65, "a\nb"])
def test_whatever_might_name_somebody_is_no_status(raw: str) -> None:
    """A phone, a code, free words and long ones."""
    with pytest.raises(InvalidValue):
        require_raw(raw)


@given(st.text(max_size=200) | st.integers() | st.none())
def test_any_word_of_a_provider_can_be_made_a_status(said: object) -> None:
    """What is left of it may be kept."""
    require_raw(plain(said))


def test_whoever_asks_is_named_in_the_journal() -> None:
    """The employee where one is known, else the program."""
    assert AskedBy(client="portal").actor == "client:portal"
    assert AskedBy(client="portal", employee_id="E-7").actor == "employee:E-7"
