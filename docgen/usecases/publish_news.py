"""Turn news of envelopes into deliveries owed to whoever wants to hear them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from docgen.domain.journal import Entry
from docgen.domain.webhook import TOPICS, Delivery, Outline, Untold, Webhook, delivery_of
from docgen.ports import Clock, Register, UnitOfWork

AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class PublishNews:
    """Every entry is told once to every webhook that wants its topic, whoever dies when."""

    register: Register
    clock: Clock

    def __call__(self) -> int:
        """How many entries were worked off; 0 when nothing is new."""
        with self.register.view() as unit:
            untold = unit.news.look(self.clock.now(), limit=AT_ONCE)
        if untold.news:
            with self.register.begin() as unit:
                self.within(unit, untold)
                unit.commit()
        return len(untold.news)

    def within(self, unit: UnitOfWork, untold: Untold) -> None:
        """The same, in somebody else's transaction, of what was seen before."""
        of = defaultdict(list)
        for webhook in untold.webhooks:
            of[webhook.owner].append(webhook)
        owed = owed_for(unit, untold.news, lambda e: of[e.owner], now=self.clock.now())
        unit.deliveries.owe(list(owed))
        unit.news.told(untold.news)


def owed_for(
    unit: UnitOfWork,
    entries: Sequence[Entry],
    webhooks: Callable[[Outline], Sequence[Webhook]],
    *,
    now: datetime,
) -> Iterator[Delivery]:
    """What these entries are to be told, to those of an envelope's webhooks that want it.

    Entries of something else than an envelope, or of an erased one, tell nothing.
    """
    news = [entry for entry in entries if entry.event in TOPICS]
    envelopes = unit.news.outlines({entry.envelope_id for entry in news}) if news else {}
    for entry in news:
        envelope = envelopes.get(entry.envelope_id)
        if envelope is None:
            continue
        for webhook in webhooks(envelope):
            if webhook.wants(TOPICS[entry.event]) and webhook.hears_of(envelope):
                yield delivery_of(webhook, envelope, entry, now=now)
