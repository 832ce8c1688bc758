"""Tell whoever is to be told: one round over news, deliveries and copies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import ge

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
    copies: Callable[[], int]

    def __call__(self) -> bool:
        """Publish what is new, deliver what is due; whether there may be more of it."""
        with self.register.view() as unit:
            untold = unit.news.look(self.clock.now(), limit=publish_news.AT_ONCE)
        delivered = self._webhooks(untold)
        copied = self.copies() if untold.copies else 0
        most = (publish_news.AT_ONCE, deliver_webhooks.OF_EACH, deliver_copies.AT_ONCE)
        return any(map(ge, (len(untold.news), delivered, copied), most))

    def _webhooks(self, untold: Untold) -> int:
        """How many deliveries were tried: what one transaction has published it claims too."""
        if not untold.news and not untold.deliveries:
            return 0
        with self.register.begin() as unit:
            if untold.news:
                self.publish(unit, untold)
            due = self.claim(unit, untold.webhooks)
            unit.commit()
        self.deliver(due)
        return len(due)
