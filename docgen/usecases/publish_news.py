"""Turn news of envelopes into deliveries owed to whoever wants to hear them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docgen.domain.envelope import Envelope
from docgen.domain.errors import EnvelopeNotFound
from docgen.domain.journal import Entry
from docgen.domain.webhook import TOPICS, Delivery, Webhook, delivery_of
from docgen.ports import Clock, Register, UnitOfWork

_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class PublishNews:
    """Every entry is told once to every webhook that wants its topic, whoever dies when."""

    register: Register
    clock: Clock

    def __call__(self) -> int:
        """How many entries were worked off; 0 when nothing is new."""
        with self.register.view() as unit:
            entries = unit.news.next(limit=_AT_ONCE)
            owed = [each for entry in entries for each in self._owed(unit, entry)]
        if not entries:
            return 0
        with self.register.begin() as unit:
            for delivery in owed:
                unit.deliveries.add(delivery)
            unit.news.told(entries)
            unit.commit()
        return len(entries)

    def _owed(self, unit: UnitOfWork, entry: Entry) -> Iterator[Delivery]:
        topic = TOPICS.get(entry.event)
        if topic is None:
            return
        try:
            envelope = unit.envelopes.get(entry.envelope_id)
        except EnvelopeNotFound:
            # The entry is of something else, or the envelope was erased.
            return
        for webhook in hearers(unit, envelope):
            if webhook.wants(topic):
                yield delivery_of(webhook, envelope, entry, now=self.clock.now())


def hearers(unit: UnitOfWork, envelope: Envelope) -> Sequence[Webhook]:
    """Webhooks that may hear of the envelope."""
    return [each for each in unit.webhooks.of(envelope.owner) if each.hears_of(envelope)]
