"""Take a provider's word on what became of a message."""

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

        Whoever has written a receipt or a message id looks for the other's part once more after
        that is committed, so that one of the two sees both. Raises Unavailable or StaleEnvelope:
        then whoever brought it must bring it again.
        """
        route, message_id = receipt.route, receipt.message_id
        with self.register.begin() as unit:
            unit.hops.hear(receipt, received_at=self.clock.now())
            is_known = self._tell(unit, route, message_id)
            unit.commit()
        if is_known:
            return
        with self.register.view() as unit:
            came_meanwhile = unit.hops.by_message(route, message_id) is not None
        if came_meanwhile:
            self._match(route, message_id)

    def answered(self, hop: Hop, message_id: str) -> Hop:
        """The same for whoever has written down that this hop's message has that id; the hop."""
        with self.register.view() as unit:
            heard = unit.hops.heard(hop.route, message_id, since=hop.begun_at)
        told = reduce(Hop.told, heard, hop)
        if told != hop:
            self._match(hop.route, message_id)
        return told

    def _match(self, route: str, message_id: str) -> None:
        with self.register.begin() as unit:
            self._tell(unit, route, message_id)
            unit.commit()

    def _tell(self, unit: UnitOfWork, route: str, message_id: str) -> bool:
        """Let the message's hop, its challenge and the journal know of all that was heard.

        False where the hop of that id is not known yet, or was another a moment ago.
        """
        found = unit.hops.locked(route, message_id)
        if found is None:
            return False
        known, heard = found
        told = reduce(Hop.told, heard, known)
        if told != known:
            self._record(unit, told)
        return True

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
