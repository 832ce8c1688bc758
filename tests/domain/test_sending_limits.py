"""When too few codes are typed in, what a burst is, and how long to wait."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.sending_limits import (
    Allowance,
    BurstPolicy,
    ConversionPolicy,
    Outcome,
    SendingPolicy,
    is_burst,
    wait_until_allowed,
    waits_for_conversion,
)
from tests.builders import NOW

POLICY = ConversionPolicy()
HOUR = timedelta(hours=1)


def _outcomes(confirmed: int, lost: int) -> list[Outcome]:
    return [
        Outcome(begun_at=NOW - timedelta(seconds=place), is_confirmed=place < confirmed)
        for place in range(confirmed + lost)
    ]


@pytest.mark.parametrize(
    ("confirmed", "lost", "stops"),
    [(0, 9, False), (0, 10, True), (4, 6, False), (3, 7, True), (40, 60, False), (39, 61, True)],
)
def test_fewer_than_forty_of_a_hundred_stop(confirmed: int, lost: int, stops: bool) -> None:  # noqa: FBT001
    """Ten envelopes are needed to conclude anything, and forty of a hundred are enough."""
    waits = waits_for_conversion(_outcomes(confirmed, lost), now=NOW, policy=POLICY)

    assert (waits is not None) == stops


@given(st.integers(10, 60), st.data())
def test_the_wait_ends_when_too_few_are_left_to_conclude_from(
    lost: int, data: st.DataObject
) -> None:
    """At that moment the stop is over, a moment before it is not."""
    ages = data.draw(st.lists(st.integers(0, 899), min_size=lost, max_size=lost))
    outcomes = [Outcome(begun_at=NOW - timedelta(seconds=a), is_confirmed=False) for a in ages]
    wait = waits_for_conversion(outcomes, now=NOW, policy=POLICY)

    assert wait is not None
    for early, stops in ((timedelta(seconds=1), True), (timedelta(), False)):
        then = NOW + wait - early
        left = [each for each in outcomes if each.begun_at > then - POLICY.window]
        assert (len(left) >= POLICY.least) == stops


def _busy_hours(per_hour: list[int]) -> list[datetime]:
    start = NOW.replace(minute=0, second=0, microsecond=0) - HOUR * len(per_hour)
    return [start + HOUR * place for place, count in enumerate(per_hour) for _ in range(count)]


@pytest.mark.parametrize(
    ("usual", "this_hour", "tells"),
    [
        ([4, 6] * 12, 9, False),
        ([4, 6] * 12, 10, True),
        ([4, 6] * 12, 11, False),
        ([9, 11] * 12, 13, False),
        ([9, 11] * 12, 14, True),
        ([9, 11] * 12, 15, False),
        ([5] * 19, 20, False),
    ],
    ids=[
        "too few to be a burst", "the tenth", "told once", "within three sigmas", "beyond them",
        "told once more than ten", "too little is known of him",
    ],
)  # fmt: skip
def test_a_burst_is_told_when_it_begins(usual: list[int], this_hour: int, tells: bool) -> None:  # noqa: FBT001
    """By the sending that goes beyond three standard deviations of his own busy hours."""
    times = _busy_hours(usual) + [NOW] * this_hour

    assert is_burst(times, now=NOW, policy=BurstPolicy()) == tells


@given(st.lists(st.integers(0, 7200)), st.integers(1, 10))
def test_one_more_fits_as_soon_as_the_wait_is_over(ages: list[int], most: int) -> None:
    """And not before; where one fits there is no wait."""
    allowance = Allowance(most=most, window=HOUR)
    times = [NOW - timedelta(seconds=age) for age in ages]
    wait = wait_until_allowed(times, allowance, now=NOW)

    assert (wait is None) == (sum(age < 3600 for age in ages) < most)
    if wait is not None:
        assert wait > timedelta()
        assert wait_until_allowed(times, allowance, now=NOW + wait) is None
        assert wait_until_allowed(times, allowance, now=NOW + wait - timedelta(seconds=1))


def test_the_networks_are_mobile_ones_of_kazakhstan() -> None:
    """Three digits each, of the 7xx range; no fixed line, and nobody abroad."""
    assert all(len(each) == 3 and each[0] == "7" for each in SendingPolicy().networks)
    assert not {"727", "717", "760", "785", "916"} & SendingPolicy().networks
