"""What the core needs from outside to tell other programs; a page of ports beside the first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from docgen.domain.journal import Entry
from docgen.domain.webhook import Delivery, DeliveryState, Outline, Untold, Webhook


class News(Protocol):
    """Entries of journals that nobody has been told of yet; each is written with its entry.

    Of an event that has no topic there is no news.
    """

    def look(self, now: datetime, *, limit: int) -> Untold:
        """The oldest of them, what else is due, and the webhooks: all at one look."""

    def told(self, entries: Sequence[Entry]) -> None:
        """They need not be told any more."""

    def outlines(self, envelope_ids: Collection[str]) -> Mapping[str, Outline]:
        """Of those that there are, by id."""

    def between(
        self, owner: str, begin: datetime, end: datetime, *, after: str, limit: int
    ) -> Sequence[Entry]:
        """Of an owner's envelopes, told or not, by envelope and place after that message id."""


class Webhooks(Protocol):
    """Addresses of programs that are told what happened."""

    def add(self, webhook: Webhook) -> None:
        """Store a new one; raises Conflict for an id in use."""

    def save(self, webhook: Webhook) -> None:
        """Store what changed; raises WebhookNotFound."""

    def get(self, webhook_id: str) -> Webhook:
        """The webhook, locked in a writing unit; raises WebhookNotFound."""

    def forgive(self, webhook_id: str) -> None:
        """It takes what it is told: if it is there and was failing, it fails no more. Locks it."""

    def look(self, webhook_ids: Collection[str]) -> Sequence[Webhook]:
        """Those that there are, locked by nobody."""

    def of(self, owner: str) -> Sequence[Webhook]:
        """All of an owner, the oldest first."""

    def failing(self) -> Sequence[Webhook]:
        """Everybody's that are told still, though nothing has arrived since some time."""

    def lock(self, owner: str) -> None:
        """Keep others from adding one of that owner, if they ask so too, until the unit ends."""

    def remove(self, webhook_id: str) -> None:
        """Forget it and its deliveries."""


class Deliveries(Protocol):
    """What each webhook was told, or is to be."""

    def add(self, delivery: Delivery) -> bool:
        """Owe it; False, and nothing changed, where this message is known for this webhook."""

    def owe(self, deliveries: Sequence[Delivery]) -> None:
        """Owe all of them whose messages are not known for their webhooks."""

    def save(self, *deliveries: Delivery) -> None:
        """Store what came of tries; without effect where a webhook is gone."""

    def get(self, webhook_id: str, message_id: str) -> Delivery:
        """The delivery; raises NotFound."""

    def claim(
        self,
        now: datetime,
        *,
        until: datetime,
        each: int,
        limit: int,
        busy: Mapping[str, int] | None = None,
    ) -> Sequence[Delivery]:
        """Take what is due, of each webhook so many, and keep it from others until then.

        Of one that is `busy` with so many, so many fewer; it takes from nobody else's part.
        """

    def of(
        self, webhook_id: str, *, state: DeliveryState | None, after: str | None, limit: int
    ) -> Sequence[Delivery]:
        """The newest first; with the message id `after`, what happened before that message."""

    def purge(self, before: datetime) -> int:
        """Forget those that are over and happened before; how many."""


@dataclass(frozen=True, kw_only=True)
class WebhookAnswer:
    """What a receiver said, in short."""

    status: int
    beginning: str
    """Of its body: at most 500 characters."""


class WebhookSender(Protocol):
    """The way to somebody's program, which may be anywhere but in our own network."""

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Post once, following nothing; raises WebhookUnreachable without an answer in time."""

    def require_allowed(self, url: str) -> None:
        """Raise ValuesRejected for an address that could never be told anything."""
