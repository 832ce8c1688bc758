"""Tell a webhook again what happened in a stretch of time, or one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docgen.domain.caller import Caller
from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.journal import Entry
from docgen.domain.webhook import Delivery, Webhook, WebhookState, message_id
from docgen.ports import Clock, Register, UnitOfWork
from docgen.usecases.change_webhook import webhook_of
from docgen.usecases.publish_news import owed_for

_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Redeliver:
    """Under the same ids and with the same bytes: a receiver knows what it has had already."""

    register: Register
    clock: Clock

    def one(self, webhook_id: str, message: str, *, caller: Caller) -> int:
        """Owe that message anew; raises WebhookNotFound, or NotFound for what it never was told."""
        with self.register.begin() as unit:
            self._require_active(webhook_of(unit, webhook_id, caller))
            known = unit.deliveries.get(webhook_id, message)
            unit.deliveries.save(known.asked_anew(self.clock.now()))
            unit.commit()
        return 1

    def between(self, webhook_id: str, begin: datetime, end: datetime, *, caller: Caller) -> int:
        """Owe anew all that it wants to hear of what happened then, missed or not; how many.

        Raises WebhookNotFound or ValuesRejected.
        """
        if begin >= end:
            raise ValuesRejected((FieldError("/before", "not_after_begin"),))
        owed, after = 0, ""
        while True:
            with self.register.view() as unit:
                webhook = webhook_of(unit, webhook_id, caller)
                self._require_active(webhook)
                entries = unit.news.between(webhook.owner, begin, end, after=after, limit=_AT_ONCE)
                wanted = self._wanted(unit, webhook, entries)
            self._owe(wanted)
            owed += len(wanted)
            if len(entries) < _AT_ONCE:
                return owed
            after = message_id(entries[-1])

    def _require_active(self, webhook: Webhook) -> None:
        if webhook.state is WebhookState.DISABLED:
            raise ValuesRejected((FieldError("/state", "webhook_disabled"),))

    def _wanted(
        self, unit: UnitOfWork, webhook: Webhook, entries: Sequence[Entry]
    ) -> list[Delivery]:
        return list(owed_for(unit, entries, lambda _: (webhook,), now=self.clock.now()))

    def _owe(self, deliveries: Sequence[Delivery]) -> None:
        with self.register.begin() as unit:
            for delivery in deliveries:
                if not unit.deliveries.add(delivery):
                    known = unit.deliveries.get(delivery.webhook_id, delivery.message_id)
                    unit.deliveries.save(known.asked_anew(self.clock.now()))
            unit.commit()
