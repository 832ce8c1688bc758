"""Take a provider's word on what became of a message."""

from dataclasses import dataclass

from docgen.domain.dispatch import Receipt
from docgen.ports import Clock, Register
from docgen.usecases.keep_heard import keep_heard


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
                keep_heard(unit, *found, now=self.clock.now())
            unit.commit()
