"""Which way a message goes: the spare is always exercised, a broken route is left alone.

All that is known of a route is its last hops, as the register keeps them, so that every process
comes to the same opinion and a restart forgets nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from docgen.domain.dispatch import Channel, Delivery, Hop, HopState
from docgen.domain.subscriber import Phone

MOST_HOPS = 2
"""Providers that one sending is given to at most."""

REMEMBERED = 50
"""Hops of a route that its standing is judged by."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """A way to phones: `weight` is its share of a hundred where it is in order."""

    name: str
    weight: int = 50
    networks: frozenset[str] = frozenset()
    """The three digits after +7 of the numbers it is first choice for; empty: for all alike."""
    channel: Channel = Channel.SMS
    """What it speaks; messages of another channel never go by it."""

    of_tests: bool = False
    """Whether it is for numbers of tests: they never go by another, and nothing else by it."""

    def is_home_of(self, phone: Phone) -> bool:
        """Whether the number is of a network this route was set up for."""
        return phone.value[2:5] in self.networks


class Standing(StrEnum):
    """What a route may be given."""

    SOUND = "sound"
    TRIAL = "trial"
    """It was broken; one message shows whether it still is."""
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class BreakerPolicy:
    """When a route is left alone, and for how long."""

    failures_in_a_row: int = 5
    slow: timedelta = timedelta(seconds=30)
    """Nine of ten receipts must be faster."""
    rest: timedelta = timedelta(minutes=2)
    least_receipts: int = 10
    """Fewer tell nothing of slowness."""
    memory: timedelta = timedelta(minutes=10)
    """Slowness before that is forgotten."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """How a route stands, and how many of a hundred of its last messages it took."""

    standing: Standing = Standing.SOUND
    taken_of_hundred: int = 100


def health(hops: Sequence[Hop], *, now: datetime, policy: BreakerPolicy) -> Health:
    """How a route stands by its last hops, the newest first."""
    answered = [hop for hop in hops if hop.state is not HopState.BEGUN]
    taken = sum(hop.state is HopState.TAKEN for hop in answered)
    share = taken * 100 // len(answered) if answered else 100
    return Health(standing=_standing(hops, answered, now, policy), taken_of_hundred=share)


def order(
    routes: Sequence[Route],
    healths: Mapping[str, Health],
    phone: Phone,
    *,
    chance: int,
    avoid: str | None = None,
) -> tuple[Route, ...]:
    """The routes to try, in order, at most two.

    `chance` is uniform in 0..9999. The first is chosen by weight among those in order, home routes
    before others nine times of ten; `avoid` is the route a message has just gone by in vain. Where
    all are broken nothing is changed: they are tried as if they were sound.
    """
    standings = {name: health.standing for name, health in healths.items()}
    usable = [r for r in routes if standings.get(r.name) is not Standing.BROKEN] or list(routes)
    fresh = [route for route in usable if route.name != avoid] or usable
    on_trial = [route for route in fresh if standings.get(route.name) is Standing.TRIAL]
    weights = {r.name: _weight(r, healths.get(r.name, Health())) for r in routes}
    first = on_trial[0] if on_trial else _drawn(_shares(fresh, phone, weights), chance)
    rest = [route for route in usable if route.name != first.name]
    others = sorted(rest, key=lambda r: (r.name == avoid, not r.is_home_of(phone), -r.weight))
    return (first, *others)[:MOST_HOPS]


_HOME, _ABROAD = 9, 1
"""Of ten messages to a network with a route of its own, one exercises another route."""


def _weight(route: Route, health: Health) -> int:
    """A route that refuses much is given less, never nothing."""
    return max(1, route.weight * health.taken_of_hundred)


def _shares(
    routes: Sequence[Route], phone: Phone, weights: Mapping[str, int]
) -> list[tuple[Route, int]]:
    home = sum(weights[route.name] for route in routes if route.is_home_of(phone))
    other = sum(weights[route.name] for route in routes) - home
    if not home or not other:
        return [(route, weights[route.name]) for route in routes]
    return [
        (r, weights[r.name] * (_HOME * other if r.is_home_of(phone) else _ABROAD * home))
        for r in routes
    ]


def _drawn(shares: Sequence[tuple[Route, int]], chance: int) -> Route:
    total = sum(share for _, share in shares)
    mark = chance * total // 10_000
    for route, share in shares:
        if mark < share:
            return route
        mark -= share
    return shares[-1][0]


def _standing(
    hops: Sequence[Hop], answered: Sequence[Hop], now: datetime, policy: BreakerPolicy
) -> Standing:
    broken_at = _broken_at(answered, now, policy)
    if broken_at is None:
        return Standing.SOUND
    rested_at = broken_at + policy.rest
    if now < rested_at:
        return Standing.BROKEN
    since = max(rested_at, now - policy.rest)
    on_trial = any(hop.state is HopState.BEGUN and hop.begun_at >= since for hop in hops)
    return Standing.BROKEN if on_trial else Standing.TRIAL


def _broken_at(answered: Sequence[Hop], now: datetime, policy: BreakerPolicy) -> datetime | None:
    """Since when a route has failed too often in a row, or delivers too slowly."""
    row = answered[: policy.failures_in_a_row]
    if len(row) == policy.failures_in_a_row and all(h.state is not HopState.TAKEN for h in row):
        return row[0].answered_at or row[0].begun_at
    waits = [
        (hop.delivery_at - hop.begun_at, hop.delivery_at)
        for hop in answered[:REMEMBERED]
        if hop.delivery is Delivery.DELIVERED
        and hop.delivery_at is not None
        and hop.begun_at > now - policy.memory
    ]
    if len(waits) < policy.least_receipts:
        return None
    if sorted(waits)[len(waits) * 9 // 10][0] <= policy.slow:
        return None
    return max(at for _, at in waits)
