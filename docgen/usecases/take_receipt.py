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

        Raises Unavailable or StaleEnvelope: then whoever brought it must bring it again.
        """
        with self.register.begin() as unit:
            unit.hops.hear(receipt, received_at=self.clock.now())
            unit.commit()
        self.match(receipt.route, receipt.message_id)

    def match(self, route: str, message_id: str) -> None:
        """Let the message's hop, its challenge and the journal know of all that was heard.

        Whoever has written a receipt or a message id looks for the other's part only after that
        is committed, so that one of the two sees both.
        """
        with self.register.view() as unit:
            hop = unit.hops.by_message(route, message_id)
            if hop is None or _told(unit, hop, message_id) == hop:
                return
        with self.register.begin() as unit:
            # Locked before the hop, as everywhere.
            unit.lock(hop.chain)
            known = unit.hops.by_message(route, message_id)
            if known is None or (told := _told(unit, known, message_id)) == known:
                return
            self._record(unit, told)
            unit.commit()

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


def _told(unit: UnitOfWork, hop: Hop, message_id: str) -> Hop:
    """A centre that counts anew gives old ids to new messages: older words are not about this."""
    heard = unit.hops.heard(hop.route, message_id, since=hop.begun_at)
    return reduce(Hop.told, heard, hop)
