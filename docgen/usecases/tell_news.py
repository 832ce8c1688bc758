"""Tell whoever is to be told: one round over news, deliveries and copies."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import ge

from docgen.ports import Clock, Register
from docgen.usecases import deliver_copies, deliver_webhooks, publish_news


@dataclass(frozen=True, kw_only=True)
class TellNews:
    """One look tells what there is to do: mostly nothing, and rounds follow each other for ever."""

    register: Register
    clock: Clock
    publish: Callable[[], int]
    deliver: Callable[[], int]
    copies: Callable[[], int]

    def __call__(self) -> bool:
        """Publish what is new, deliver what is due; whether there may be more of it."""
        with self.register.view() as unit:
            untold = unit.news.look(self.clock.now())
        published = self.publish() if untold.news else 0
        delivered = self.deliver() if published or untold.deliveries else 0
        copied = self.copies() if untold.copies else 0
        most = (publish_news.AT_ONCE, deliver_webhooks.OF_EACH, deliver_copies.AT_ONCE)
        return any(map(ge, (published, delivered, copied), most))
