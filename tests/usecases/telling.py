"""A world whose news goes to a receiver."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook as Verifying

from docgen.adapters.clock import SystemClock
from docgen.bootstrap.webhooks import secrets_of
from docgen.domain.caller import Caller, Scope
from docgen.domain.language import Language
from docgen.domain.webhook import (
    Delivery,
    Topic,
    Webhook,
    WebhookPolicy,
)
from docgen.usecases.change_webhook import ChangeWebhook
from docgen.usecases.create_webhook import CreateWebhook
from docgen.usecases.deliver_webhooks import DeliverWebhooks
from docgen.usecases.publish_news import PublishNews
from docgen.usecases.redeliver import Redeliver
from docgen.usecases.show_webhooks import ShowWebhooks
from tests.api.portal import loopback_posting
from tests.services.receiver import Received, Receiver, receiver
from tests.usecases.world import TECHNICIAN, World

POLICY = WebhookPolicy()
CALLER = Caller(
    key_id="k", client="portal", owner="operator", region=None,
    scopes=frozenset({Scope.WEBHOOKS_MANAGE}),
)  # fmt: skip


@dataclass
class Desk:
    """A world whose news goes to a receiver."""

    world: World
    receiver: Receiver
    secret_of: Any = field(default_factory=lambda: secrets_of(b"k" * 32))

    def webhook(self, *topics: Topic, caller: Caller = CALLER, url: str | None = None) -> Webhook:
        """A new one."""
        create = CreateWebhook(
            register=self.world.register, sender=loopback_posting(), clock=self.world.clock
        )
        return create(
            self.world.chance.identifier(), caller=caller, url=url or self.receiver.url,
            topics=frozenset(topics), description="",
        )  # fmt: skip

    @property
    def deliver(self) -> DeliverWebhooks:
        """The use case."""
        return DeliverWebhooks(
            register=self.world.register, sender=loopback_posting(), secret_of=self.secret_of,
            clock=self.world.clock, chance=self.world.chance, policy=POLICY,
        )  # fmt: skip

    @property
    def publish(self) -> PublishNews:
        """The use case."""
        return PublishNews(register=self.world.register, clock=self.world.clock)

    @property
    def change(self) -> ChangeWebhook:
        """The use case."""
        return ChangeWebhook(
            register=self.world.register, sender=loopback_posting(), clock=self.world.clock
        )

    @property
    def redeliver(self) -> Redeliver:
        """The use case."""
        return Redeliver(register=self.world.register, clock=self.world.clock)

    def told(self) -> list[str]:
        """All that is due is told; types of what the receiver has, in the order it came."""
        while self.publish():
            pass
        while self.deliver():
            pass
        return [json.loads(each.body)["type"] for each in self.receiver.received]

    def deliveries(self, webhook: Webhook) -> list[Delivery]:
        """What it was told, the newest first."""
        show = ShowWebhooks(register=self.world.register)
        found = show.deliveries(webhook.id, caller=CALLER, state=None, after=None, limit=1000)
        return list(found)

    def seen(self, webhook: Webhook) -> Webhook:
        """As it is now."""
        return ShowWebhooks(register=self.world.register).one(webhook.id, caller=CALLER)

    def verify(self, webhook: Webhook, request: Received, generation: int = 1) -> Any:
        """What a receiver reads by the library of the standard."""
        secret = base64.b64encode(self.secret_of(webhook.id, generation)).decode()
        return Verifying(f"whsec_{secret}").verify(request.body, request.headers)


@contextmanager
def telling(world: World) -> Iterator[Desk]:
    """The clock is right, since receivers look at the time."""
    world.clock.moment = SystemClock().now()
    with receiver() as listening:
        yield Desk(world, listening)


def visit(desk: Desk) -> str:
    """An envelope whose code is on its way."""
    envelope = desk.world.created()
    desk.world.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    return envelope.id
