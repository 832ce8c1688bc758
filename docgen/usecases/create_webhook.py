"""Let somebody's program be told what happens."""

from dataclasses import dataclass

from docgen.domain.caller import Caller
from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.webhook import Topic, Webhook
from docgen.ports import Clock, Register
from docgen.ports_of_webhooks import WebhookSender

MOST_OF_AN_OWNER = 20


@dataclass(frozen=True, kw_only=True)
class CreateWebhook:
    """An address of the caller's owner; it hears what happens from now on."""

    register: Register
    sender: WebhookSender
    clock: Clock

    def __call__(
        self,
        webhook_id: str,
        *,
        caller: Caller,
        url: str,
        topics: frozenset[Topic],
        description: str,
    ) -> Webhook:
        """The webhook; with the same id the one there is. Raises ValuesRejected."""
        self.sender.require_allowed(url)
        made = Webhook(
            id=webhook_id,
            owner=caller.owner,
            region=caller.region,
            client=caller.client,
            url=url,
            topics=topics,
            description=description,
            created_at=self.clock.now(),
        )
        with self.register.begin() as unit:
            unit.webhooks.lock(caller.owner)
            known = {
                each.id: each
                for each in unit.webhooks.of(caller.owner)
                if each.is_test is caller.is_test
            }
            if webhook_id in known:
                return known[webhook_id]
            if len(known) >= MOST_OF_AN_OWNER:
                limit = (("limit", str(MOST_OF_AN_OWNER)),)
                raise ValuesRejected((FieldError("", "too_many_webhooks", limit),))
            unit.webhooks.add(made)
            unit.commit()
        return made
