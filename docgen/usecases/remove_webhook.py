"""Tell a program nothing any more."""

from dataclasses import dataclass

from docgen.domain.caller import Caller
from docgen.ports import Register
from docgen.usecases.change_webhook import webhook_of


@dataclass(frozen=True, kw_only=True)
class RemoveWebhook:
    """With what it was still owed."""

    register: Register

    def __call__(self, webhook_id: str, *, caller: Caller) -> None:
        """Forget it; raises WebhookNotFound."""
        with self.register.begin() as unit:
            webhook_of(unit, webhook_id, caller)
            unit.webhooks.remove(webhook_id)
            unit.commit()
