"""Show webhooks, and what each was told."""

from collections.abc import Sequence
from dataclasses import dataclass

from docgen.domain.caller import Caller
from docgen.domain.webhook import Delivery, DeliveryState, Webhook
from docgen.ports import Register
from docgen.usecases.change_webhook import webhook_of


@dataclass(frozen=True, kw_only=True)
class ShowWebhooks:
    """Of the caller's owner only."""

    register: Register

    def all(self, *, caller: Caller) -> Sequence[Webhook]:
        """The oldest first."""
        with self.register.view() as unit:
            found = unit.webhooks.of(caller.owner)
        return [
            each
            for each in found
            if caller.region in {None, each.region} and each.is_test is caller.is_test
        ]

    def one(self, webhook_id: str, *, caller: Caller) -> Webhook:
        """The webhook; raises WebhookNotFound."""
        with self.register.view() as unit:
            return webhook_of(unit, webhook_id, caller)

    def deliveries(
        self,
        webhook_id: str,
        *,
        caller: Caller,
        state: DeliveryState | None,
        after: str | None,
        limit: int,
    ) -> Sequence[Delivery]:
        """What it was told, the newest first; raises WebhookNotFound."""
        with self.register.view() as unit:
            webhook_of(unit, webhook_id, caller)
            return unit.deliveries.of(webhook_id, state=state, after=after, limit=limit)
