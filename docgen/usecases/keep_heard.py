"""Keep what was heard of a hop: with its challenge, and in the journal."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from docgen.domain.dispatch import Delivery, Hop, Purpose, Receipt
from docgen.domain.journal import Event, Fact
from docgen.ports import UnitOfWork
from docgen.usecases.keep_hop import keep_hop

_EVENTS = {
    (Purpose.CODE, Delivery.DELIVERED): Event.CODE_DELIVERED,
    (Purpose.CODE, Delivery.FAILED): Event.CODE_UNDELIVERED,
    (Purpose.COPY, Delivery.DELIVERED): Event.COPY_DELIVERED,
    (Purpose.COPY, Delivery.FAILED): Event.COPY_UNDELIVERED,
}


def keep_heard(unit: UnitOfWork, hop: Hop, heard: Sequence[Receipt], *, now: datetime) -> Hop:
    """The hop after all of that; its challenge and the journal know where that is new.

    Whoever calls has locked its chain before.
    """
    told = reduce(Hop.told, heard, hop)
    if told == hop:
        return hop
    keep_hop(unit, told)
    event = _EVENTS.get((told.purpose, told.delivery))
    if event is not None:
        unit.journal.append(told.chain, _fact(told, event, now))
    return told


def _fact(hop: Hop, event: Event, now: datetime) -> Fact:
    known = {
        hop.purpose.matter: hop.challenge_id,
        "hop": hop.id,
        "route": hop.route,
        "message": hop.message_id,
        "status": hop.delivery_raw,
        "delivered_at": None if hop.delivery_at is None else hop.delivery_at.isoformat(),
    }
    details = {name: value for name, value in known.items() if value}
    return Fact(event=event, at=now, actor="system", details=details)
