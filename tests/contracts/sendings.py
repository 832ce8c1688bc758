"""Sendings to count, and short ways to count them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from docgen.adapters.otp.redis_limits import RedisLimits
from docgen.domain.dispatch import Hop, HopState
from docgen.domain.sending_limits import Allowance, Asked, Counted, Limit, Meter, Purse, SpentMoney
from tests.builders import NOW, identifier

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
PRICE = 2_000
MIDNIGHT = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
"""The end of the day of `NOW` in Almaty."""


def phone(subject: str = "phone-1", **changes: Any) -> Meter:
    """The meter of a phone: three an hour, five a day."""
    built = Meter(
        limit=Limit.PHONE,
        subject=subject,
        adds="",
        allowances=(Allowance(most=3, window=HOUR), Allowance(most=5, window=DAY)),
    )
    return replace(built, **changes)


def client(subject: str = "client-1", most: int = 100) -> Meter:
    """The meter of a client: so many a minute."""
    allowances = (Allowance(most=most, window=MINUTE),)
    return Meter(limit=Limit.CLIENT, subject=subject, adds="", allowances=allowances)


def asked(*meters: Meter, sending_id: str | None = None, budget: int = 10**9) -> Asked:
    """A new sending on these meters; by default on those of one phone and one client."""
    name = sending_id or identifier()
    counted = meters or (phone(), client())
    return Asked(
        sending_id=name,
        meters=tuple(replace(each, adds=each.adds or name) for each in counted),
        purse=Purse(
            subject="client-1",
            day=(MIDNIGHT - DAY + HOUR * 5).date(),
            ends_at=MIDNIGHT,
            cost_tiyn=PRICE,
            most_tiyn=budget,
        ),
    )


def take(
    limits: RedisLimits,
    wanted: Asked,
    at: datetime = NOW,
    *,
    known: Sequence[Counted] = (),
    spent: int = 0,
) -> None:
    """Count it; what is forgotten is told first: of the first meter what is known, else nothing."""
    forgotten = limits.take(wanted, now=at)
    for place, meter in enumerate(wanted.meters):
        if meter.limit in forgotten:
            limits.remind(meter, () if place else known)
    if Limit.BUDGET in forgotten:
        limits.remind_of_money(wanted, SpentMoney(tiyn=spent, includes=()), now=at)
    assert not forgotten or not limits.take(wanted, now=at)


def hop(**changes: Any) -> Hop:
    """A message that a route has taken."""
    built = Hop(
        id=identifier(),
        sending=identifier(),
        challenge_id=identifier(),
        chain=identifier(),
        number=1,
        route="route",
        subject="phone-1",
        network="701",
        client="field",
        employee_id="E-1",
        begun_at=NOW,
        state=HopState.TAKEN,
    )
    return replace(built, **changes)
