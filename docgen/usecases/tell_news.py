"""Tell whoever is to be told: one round over news, deliveries and copies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import ge

from docgen.domain.copy import Copy
from docgen.domain.webhook import Untold, Webhook
from docgen.ports import Clock, Register, UnitOfWork
from docgen.usecases import deliver_copies, deliver_webhooks, publish_news
from docgen.usecases.deliver_webhooks import Claimed


@dataclass(frozen=True, kw_only=True)
class TellNews:
    """One look tells what there is to do: mostly nothing, and rounds follow each other for ever."""

    register: Register
    clock: Clock
    publish: Callable[[UnitOfWork, Untold], None]
    claim: Callable[[UnitOfWork, Sequence[Webhook]], Claimed]
    deliver: Callable[[Claimed], None]
    claim_copies: Callable[[UnitOfWork], Sequence[Copy]]
    give_copies: Callable[[Sequence[Copy]], None]

    def __call__(self) -> bool:
        """Publish what is new, deliver what is due; whether there may be more of it."""
        with self.register.glance() as unit:
            untold = unit.news.look(self.clock.now(), limit=publish_news.AT_ONCE)
        if not (untold.news or untold.deliveries or untold.copies):
            return False
        deliveries, copies = self._claimed(untold)
        try:
            self.deliver(deliveries)
        finally:
            self.give_copies(copies)
        told = (len(untold.news), len(deliveries), len(copies))
        most = (publish_news.AT_ONCE, deliver_webhooks.OF_EACH, deliver_copies.AT_ONCE)
        return any(map(ge, told, most))

    def _claimed(self, untold: Untold) -> tuple[Claimed, Sequence[Copy]]:
        """What is to be done: what this transaction has published it claims too."""
        with self.register.begin() as unit:
            if untold.news:
                self.publish(unit, untold)
            is_due = untold.news or untold.deliveries
            deliveries = self.claim(unit, untold.webhooks) if is_due else ()
            copies = self.claim_copies(unit) if untold.copies else ()
            unit.commit()
        return deliveries, copies
