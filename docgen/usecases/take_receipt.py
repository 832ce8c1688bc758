"""Take a provider's word on what became of a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from docgen.domain.dispatch import Delivery, Hop, Purpose, Receipt
from docgen.domain.journal import Event, Fact
from docgen.ports import Clock, Register, UnitOfWork
from docgen.usecases.keep_hop import keep_hop

_EVENTS = {
    (Purpose.CODE, Delivery.DELIVERED): Event.CODE_DELIVERED,
    (Purpose.CODE, Delivery.FAILED): Event.CODE_UNDELIVERED,
    (Purpose.COPY, Delivery.DELIVERED): Event.COPY_DELIVERED,
    (Purpose.COPY, Delivery.FAILED): Event.COPY_UNDELIVERED,
}


@dataclass(frozen=True, kw_only=True)
class TakeReceipt:
    """Kept first, matched then: a receipt may come before the answer it belongs to."""

    register: Register
    clock: Clock

    def __call__(self, receipt: Receipt) -> None:
        """Lasting when it returns; the same word again changes nothing.

        Whoever writes a receipt, or a message's id, keeps off who writes the other meanwhile: the
        later of them sees both. Raises Unavailable or StaleEnvelope: then whoever brought it must
        bring it again.
        """
        route, message_id = receipt.route, receipt.message_id
        with self.register.begin() as unit:
            unit.hops.alone(route, message_id)
            unit.hops.hear(receipt, received_at=self.clock.now())
            found = unit.hops.locked(route, message_id)
            if found is not None:
                self.told(unit, *found)
            unit.commit()

    def told(self, unit: UnitOfWork, hop: Hop, heard: Sequence[Receipt]) -> Hop:
        """The hop after all of that; its challenge and the journal know where that is new.

        Whoever calls has locked its chain before.
        """
        told = reduce(Hop.told, heard, hop)
        if told != hop:
            self._record(unit, told)
        return told

    def _record(self, unit: UnitOfWork, hop: Hop) -> None:
        keep_hop(unit, hop)
        event = _EVENTS.get((hop.purpose, hop.delivery))
        if event is not None:
            unit.journal.append(hop.chain, self._fact(hop, event))

    def _fact(self, hop: Hop, event: Event) -> Fact:
        known = {
            hop.purpose.matter: hop.challenge_id,
            "hop": hop.id,
            "route": hop.route,
            "message": hop.message_id,
            "status": hop.delivery_raw,
            "delivered_at": None if hop.delivery_at is None else hop.delivery_at.isoformat(),
        }
        details = {name: value for name, value in known.items() if value}
        return Fact(event=event, at=self.clock.now(), actor="system", details=details)
