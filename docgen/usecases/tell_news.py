"""Tell whoever is to be told: one round over news, deliveries and copies."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import ge

from docgen.domain.copy import Copy
from docgen.domain.webhook import Untold, Webhook
from docgen.ports import Clock, Register, UnitOfWork
from docgen.usecases import deliver_webhooks, publish_news
from docgen.usecases.deliver_webhooks import Claimed

_COMES_TOGETHER = 0.05
"""Seconds: of places that are given back at almost the same time, all are filled by one round."""


def _no_more(*_taken: object) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class TellNews:
    """One look tells what there is to do: mostly nothing, and rounds follow each other for ever.

    Copies are given, and slow receivers told, by others meanwhile, in the places there are for
    that; a round waits for none of them.
    """

    register: Register
    clock: Clock
    publish: Callable[[UnitOfWork, Untold], None]
    claim: Callable[[UnitOfWork, Sequence[Webhook]], Claimed]
    deliver: Callable[[Claimed], None]
    claim_copies: Callable[[UnitOfWork], Sequence[Copy]]
    give_copies: Callable[[Sequence[Copy]], None]
    more_deliveries: Callable[[], bool] = _no_more
    """Whether more may be due than there are places for."""
    more_copies: Callable[[Sequence[Copy]], bool] = _no_more
    """The same of copies, where those were taken."""
    freed: threading.Event = field(default_factory=threading.Event)
    """Set by whoever gives a place back."""
    patience: float = 1.5
    """Seconds until it is looked for news again, whoever waits for a place: as it else gathers."""

    def __call__(self) -> bool:
        """Publish what is new, deliver what is due; whether there may be more of it."""
        # Whoever gives a place back from now on may come too late for this round.
        self.freed.clear()
        with self.register.glance() as unit:
            untold = unit.news.look(self.clock.now(), limit=publish_news.AT_ONCE)
        if not (untold.news or untold.deliveries or untold.copies):
            return False
        deliveries, copies = self._claimed(untold)
        try:
            self.give_copies(copies)
        finally:
            self.deliver(deliveries)
        told = (len(untold.news), len(deliveries))
        most = (publish_news.AT_ONCE, deliver_webhooks.OF_EACH)
        return any(map(ge, told, most)) or self._waited(untold, copies)

    def _waited(self, untold: Untold, copies: Sequence[Copy]) -> bool:
        """For the next place, if somebody may want one."""
        if not (self.more_deliveries() or (untold.copies and self.more_copies(copies))):
            return False
        if self.freed.wait(self.patience):
            time.sleep(_COMES_TOGETHER)
        return True

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
