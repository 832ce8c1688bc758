"""Change a webhook: where, what, whether at all, and by which secret."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from docgen.domain.caller import Caller
from docgen.domain.errors import WebhookNotFound
from docgen.domain.webhook import Topic, Webhook, WebhookPolicy, WebhookState
from docgen.ports import Clock, Register, UnitOfWork
from docgen.ports_of_webhooks import WebhookSender


@dataclass(frozen=True, kw_only=True)
class WebhookChange:
    """What is to be different; None stays as it is."""

    url: str | None = None
    topics: frozenset[Topic] | None = None
    description: str | None = None
    state: WebhookState | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeWebhook:
    """Of the caller's owner only."""

    register: Register
    sender: WebhookSender
    clock: Clock
    policy: WebhookPolicy = field(default_factory=WebhookPolicy)

    def __call__(self, webhook_id: str, change: WebhookChange, *, caller: Caller) -> Webhook:
        """The webhook as it is now; raises WebhookNotFound or ValuesRejected."""
        if change.url is not None:
            self.sender.require_allowed(change.url)

        def changed(webhook: Webhook) -> Webhook:
            given = {
                name: value
                for name in ("url", "topics", "description")
                if (value := getattr(change, name)) is not None
            }
            webhook = replace(webhook, **given)
            if change.state is WebhookState.ACTIVE:
                return webhook.enabled()
            if change.state is WebhookState.DISABLED:
                return webhook.disabled("by hand")
            return webhook

        return self._saved(webhook_id, caller, changed)

    def rotate(self, webhook_id: str, rotation_id: str, *, caller: Caller) -> int:
        """The generation of the new secret; the same rotation again makes no second one.

        For a day the one before signs, too. Raises WebhookNotFound or LimitReached.
        """
        now = self.clock.now()
        rotated = self._saved(
            webhook_id, caller, lambda each: each.rotated(rotation_id, now=now, policy=self.policy)
        )
        return rotated.made[rotation_id]

    def _saved(
        self, webhook_id: str, caller: Caller, changed: Callable[[Webhook], Webhook]
    ) -> Webhook:
        with self.register.begin() as unit:
            made = changed(webhook_of(unit, webhook_id, caller))
            unit.webhooks.save(made)
            unit.commit()
        return made


def webhook_of(unit: UnitOfWork, webhook_id: str, caller: Caller) -> Webhook:
    """The webhook, if it is the caller's; raises WebhookNotFound."""
    webhook = unit.webhooks.get(webhook_id)
    ours = webhook.owner == caller.owner and webhook.is_test is caller.is_test
    if not ours or caller.region not in {None, webhook.region}:
        raise WebhookNotFound(webhook_id)
    return webhook
