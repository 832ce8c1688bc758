"""Which way a message goes."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.dispatch import Delivery, Hop, HopState, Taken
from docgen.domain.routes import (
    BreakerPolicy,
    Health,
    Route,
    Standing,
    health,
    order,
)
from docgen.domain.subscriber import Phone
from tests.builders import NOW, hop

POLICY = BreakerPolicy()
OURS, OTHER = Phone("+77015550142"), Phone("+77475550142")
SMPP = Route(name="smpp", weight=90)
HTTP = Route(name="http", weight=10)
SECOND = timedelta(seconds=1)


def _hop(state: str, *, ago: int, wait: int | None = None) -> Hop:
    """A hop that began so many seconds ago and was delivered after so many."""
    begun = hop(begun_at=NOW - ago * SECOND)
    at = begun.begun_at
    match state:
        case "taken":
            begun = begun.taken(Taken(provider="p", message_id="m"), at=at)
        case "refused":
            begun = begun.refused("down", at=at)
        case "unknown":
            begun = begun.uncertain("silent", at=at)
    if wait is not None:
        return Hop(**{
            **vars(begun), "delivery": Delivery.DELIVERED, "delivery_at": at + wait * SECOND
        })  # fmt: skip
    return begun


def _standing(*hops: Hop) -> Standing:
    return health(hops, now=NOW, policy=POLICY).standing


def test_a_route_nobody_used_is_sound() -> None:
    """No news is no bad news."""
    assert health([], now=NOW, policy=POLICY) == Health()


@pytest.mark.parametrize("failure", ["refused", "unknown"])
def test_five_failures_in_a_row_break_a_route(failure: str) -> None:
    """Four do not, nor five with a success among them."""
    fifth = [_hop(failure, ago=n) for n in range(1, 6)]

    assert _standing(*fifth) is Standing.BROKEN
    assert _standing(*fifth[:4], _hop("taken", ago=9)) is Standing.SOUND
    assert _standing(_hop("taken", ago=0), *fifth) is Standing.SOUND


def test_a_broken_route_rests_and_is_tried_by_one_message() -> None:
    """After two minutes; while that one is not answered no other follows."""
    failed = [_hop("refused", ago=130 + n) for n in range(5)]
    begun = _hop("begun", ago=1)

    assert _standing(*(_hop("refused", ago=119 + n) for n in range(5))) is Standing.BROKEN
    assert _standing(*failed) is Standing.TRIAL
    assert _standing(begun, *failed) is Standing.BROKEN


def test_a_trial_whose_sender_died_does_not_block_the_route_for_ever() -> None:
    """After another rest the next message may try."""
    failed = [_hop("refused", ago=400 + n) for n in range(5)]

    assert _standing(_hop("begun", ago=121), *failed) is Standing.TRIAL


def test_a_trial_that_succeeds_mends_and_one_that_fails_breaks_anew() -> None:
    """The last message tells."""
    failed = [_hop("refused", ago=200 + n) for n in range(5)]

    assert _standing(_hop("taken", ago=1), *failed) is Standing.SOUND
    assert _standing(_hop("refused", ago=1), *failed) is Standing.BROKEN


def test_slow_receipts_break_a_route_until_they_are_old() -> None:
    """More than one of ten took over half a minute, within the last ten minutes."""
    slow = [_hop("taken", ago=60 + n, wait=40) for n in range(3)]
    fast = [_hop("taken", ago=70 + n, wait=3) for n in range(12)]

    assert _standing(*slow, *fast) is Standing.BROKEN
    assert _standing(*slow[:1], *fast) is Standing.SOUND
    assert _standing(*(_hop("taken", ago=700 + n, wait=40) for n in range(15))) is Standing.SOUND


def test_few_slow_receipts_tell_nothing() -> None:
    """One phone that was off is not a broken route."""
    assert _standing(*(_hop("taken", ago=60 + n, wait=50) for n in range(9))) is Standing.SOUND


def _firsts(routes: Sequence[Route], phone: Phone = OURS, **healths: Health) -> Counter[str]:
    return Counter(order(routes, healths, phone, chance=chance)[0].name for chance in range(10_000))


def test_the_spare_is_always_exercised() -> None:
    """Ninety to ten, exactly."""
    assert _firsts([SMPP, HTTP]) == {"smpp": 9000, "http": 1000}


def test_a_network_goes_first_by_its_own_route() -> None:
    """Nine of ten messages to the networks a route is set up for; the rest exercises others."""
    home = Route(name="home", weight=10, networks=frozenset({"701"}))

    assert _firsts([SMPP, home])["home"] == 9000
    assert _firsts([SMPP, home], OTHER)["smpp"] == 9000


def test_a_broken_route_gets_nothing_while_another_is_sound() -> None:
    """It is not even the second choice."""
    broken = {"smpp": Health(standing=Standing.BROKEN)}

    assert order([SMPP, HTTP], broken, OURS, chance=0) == (HTTP,)


def test_where_all_are_broken_nothing_is_changed() -> None:
    """A code that may arrive is better than none."""
    broken = {name: Health(standing=Standing.BROKEN) for name in ("smpp", "http")}

    assert order([SMPP, HTTP], broken, OURS, chance=0) == (SMPP, HTTP)


def test_a_route_on_trial_gets_the_next_message_and_a_sound_one_backs_it() -> None:
    """One message shows whether it works again."""
    trial = {"http": Health(standing=Standing.TRIAL)}

    assert order([SMPP, HTTP], trial, OURS, chance=0) == (HTTP, SMPP)


def test_a_code_sent_again_takes_another_route() -> None:
    """Whatever chance says; the one that was in vain is only the last resort."""
    assert order([SMPP, HTTP], {}, OURS, chance=0, avoid="smpp") == (HTTP, SMPP)
    assert order([SMPP], {}, OURS, chance=0, avoid="smpp") == (SMPP,)


def test_a_route_that_refuses_half_gets_half_its_share() -> None:
    """It is given less, never nothing."""
    half = Health(taken_of_hundred=50)

    assert _firsts([SMPP, Route(name="http", weight=45)], smpp=half) == {"smpp": 5000, "http": 5000}


_ROUTES = st.lists(
    st.builds(
        Route,
        name=st.sampled_from(["a", "b", "c", "d"]),
        weight=st.integers(0, 100),
        networks=st.frozensets(st.sampled_from(["701", "747"])),
    ),
    min_size=1,
    unique_by=lambda route: route.name,
)
_HEALTHS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]),
    st.builds(Health, standing=st.sampled_from(Standing), taken_of_hundred=st.integers(0, 100)),
)


@given(_ROUTES, _HEALTHS, st.integers(0, 9999), st.none() | st.sampled_from(["a", "b"]))
def test_there_is_always_a_way_and_never_more_than_two(
    routes: list[Route], healths: dict[str, Health], chance: int, avoid: str | None
) -> None:
    """No route twice, and a broken one only where all are."""
    chosen = order(routes, healths, OURS, chance=chance, avoid=avoid)

    names = [route.name for route in chosen]
    broken = {n for n, h in healths.items() if h.standing is Standing.BROKEN}
    assert 1 <= len(names) <= 2
    assert len(set(names)) == len(names)
    assert not broken & set(names) or {route.name for route in routes} <= broken


@given(st.lists(st.sampled_from(["taken", "refused", "unknown", "begun"]), max_size=20))
def test_only_a_row_of_failures_breaks(states: list[str]) -> None:
    """The five newest answers decide, whatever came before."""
    hops = [_hop(state, ago=n) for n, state in enumerate(states)]
    answered = [each.state for each in hops if each.state is not HopState.BEGUN]

    broken = len(answered) >= 5 and HopState.TAKEN not in answered[:5]
    assert (_standing(*hops) is Standing.BROKEN) == broken
