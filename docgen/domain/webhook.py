"""Telling other programs what happened: who wants to hear what, and how far each telling has come.

Standard Webhooks 1.0: a stable id, a time, a signature over both and the body; the same bytes at
every try.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from docgen.domain.canonical import canonical_json, instant
from docgen.domain.errors import LimitReached
from docgen.domain.for_tests import is_test_client
from docgen.domain.journal import Entry, Event
from docgen.domain.sending_limits import Limit


class Topic(StrEnum):
    """What can be heard of; each is said once for every entry of a journal that means it."""

    ENVELOPE_CREATED = "envelope.created"
    ENVELOPE_READY = "envelope.ready"
    ENVELOPE_CODE_SENT = "envelope.code_sent"
    ENVELOPE_CONFIRMED = "envelope.confirmed"
    ENVELOPE_SEALED = "envelope.sealed"
    ENVELOPE_DECLINED = "envelope.declined"
    ENVELOPE_EXPIRED = "envelope.expired"
    ENVELOPE_VOID = "envelope.void"
    CODE_SENT = "code.sent"
    CODE_FAILED = "code.failed"
    CODE_DELIVERED = "code.delivered"
    CODE_UNDELIVERED = "code.undelivered"
    SEAL_WAITING = "seal.waiting"
    WEBHOOK_DISABLED = "webhook.disabled"
    """To an owner's other webhooks: one of them is not told anything any more."""


TOPICS: Mapping[Event, Topic] = {
    Event.CREATED: Topic.ENVELOPE_CREATED,
    Event.RENDERED: Topic.ENVELOPE_READY,
    Event.CODE_ISSUED: Topic.ENVELOPE_CODE_SENT,
    Event.CODE_SENT: Topic.CODE_SENT,
    Event.CODE_NOT_SENT: Topic.CODE_FAILED,
    Event.CODE_DELIVERED: Topic.CODE_DELIVERED,
    Event.CODE_UNDELIVERED: Topic.CODE_UNDELIVERED,
    Event.CONFIRMED: Topic.ENVELOPE_CONFIRMED,
    Event.SIGNED_BY_HAND: Topic.ENVELOPE_CONFIRMED,
    Event.SEAL_WAITS: Topic.SEAL_WAITING,
    Event.SEALED: Topic.ENVELOPE_SEALED,
    Event.DECLINED: Topic.ENVELOPE_DECLINED,
    Event.EXPIRED: Topic.ENVELOPE_EXPIRED,
    Event.VOIDED: Topic.ENVELOPE_VOID,
}


class WebhookState(StrEnum):
    """Whether it is told anything."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class Outline:
    """Of an envelope: what decides who hears of it, and what he is told. It never changes."""

    id: str
    owner: str
    region: str | None
    is_test: bool
    order_number: str
    account_number: str
    documents: tuple[Mapping[str, str], ...]
    """In their order: `id`, `number` and `form` of each."""


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """That a secret was made anew: by which request, and when."""

    id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An address of somebody's program, and what it wants to hear."""

    id: str
    owner: str
    region: str | None
    """Where set, it hears of envelopes of that region only."""
    client: str
    url: str
    topics: frozenset[Topic]
    """Empty: everything."""
    description: str
    created_at: datetime
    state: WebhookState = WebhookState.ACTIVE
    generation: int = 1
    """Of its secret; the secret itself is kept nowhere."""
    rotations: tuple[Rotation, ...] = ()
    """The newest last; no more of them than secrets may have to sign on."""
    failing_since: datetime | None = None
    disabled_because: str | None = None

    @property
    def is_test(self) -> bool:
        """Whether it hears of tests, and of nothing else: as the key did that made it."""
        return is_test_client(self.client)

    def wants(self, topic: Topic) -> bool:
        """Whether it is to be told of that."""
        return self.state is WebhookState.ACTIVE and (not self.topics or topic in self.topics)

    def hears_of(self, envelope: Outline) -> bool:
        """Whether the envelope is its owner's, of its region, and a test if it hears of tests."""
        ours = envelope.owner == self.owner and envelope.is_test is self.is_test
        return ours and self.region in {None, envelope.region}

    def hears_of_the_end_of(self, other: "Webhook") -> bool:
        """Whether another webhook is one of its owner that whoever made this one may see."""
        alike = other.owner == self.owner and other.is_test is self.is_test
        return alike and other.id != self.id and self.region in {None, other.region}

    @property
    def rotated_at(self) -> datetime | None:
        """When its secret was made anew the last time."""
        return self.rotations[-1].at if self.rotations else None

    def generations(self, now: datetime, *, overlap: timedelta) -> tuple[int, ...]:
        """Of the secrets to sign with: the newest, and each that was not replaced long ago."""
        replaced = [self.made[each.id] - 1 for each in self.rotations if now < each.at + overlap]
        return (self.generation, *reversed(replaced))

    @property
    def made(self) -> Mapping[str, int]:
        """The generation that each rotation has made, as far as they are remembered."""
        first = self.generation - len(self.rotations) + 1
        return {each.id: made for made, each in enumerate(self.rotations, first)}

    def rotated(self, rotation_id: str, *, now: datetime, policy: "WebhookPolicy") -> Self:
        """With a new secret, and by the same rotation with no second one.

        Raises LimitReached rather than let a secret fall silent before its time.
        """
        if rotation_id in self.made:
            return self
        signing_on = [each for each in self.rotations if now < each.at + policy.overlap]
        if len(signing_on) >= policy.signing_on:
            raise LimitReached(Limit.ROTATIONS, signing_on[0].at + policy.overlap - now)
        rotations = (*self.rotations, Rotation(id=rotation_id, at=now))[-policy.signing_on :]
        return replace(self, generation=self.generation + 1, rotations=rotations)

    def enabled(self) -> Self:
        """Told again from now on."""
        return replace(self, state=WebhookState.ACTIVE, failing_since=None, disabled_because=None)

    def disabled(self, because: str) -> Self:
        """Told nothing any more."""
        return replace(self, state=WebhookState.DISABLED, disabled_because=because)


@dataclass(frozen=True, kw_only=True)
class Untold:
    """What there is to be told by now."""

    news: Sequence[Entry]
    """The oldest."""
    deliveries: bool
    """Whether any are due."""
    copies: bool
    """The same."""
    webhooks: Sequence[Webhook]
    """All there are, the oldest first; none where neither is any news nor a delivery due."""


@dataclass(frozen=True, kw_only=True)
class WebhookPolicy:
    """How often, how long, and when to give up."""

    waits: tuple[timedelta, ...] = (
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=14),
        timedelta(hours=20),
        timedelta(hours=24),
    )
    """Between the tries of one message, as Standard Webhooks recommends; then it is given up."""
    jitter: int = 10
    """Hundredths by which a wait may be longer, so that tries do not come all at once."""
    patience: timedelta = timedelta(days=5)
    """For so long everything may fail before a webhook is disabled."""
    overlap: timedelta = timedelta(hours=24)
    """For so long after a rotation the secret before it signs on."""
    signing_on: int = 4
    """So many secrets that were replaced may sign on at a time: each makes the header longer."""
    kept: timedelta = timedelta(days=30)
    """For so long the log of deliveries is kept."""
    lease: timedelta = timedelta(seconds=60)
    """Whoever took a delivery and has not told its end by then has died."""


class DeliveryState(StrEnum):
    """How far the telling of one message to one webhook has come."""

    OWED = "owed"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, kw_only=True)
class Try:
    """One try, and what came of it."""

    at: datetime
    status: int | None
    """Of the answer; None where there was none."""
    error: str | None
    took_ms: int
    answer: str = ""
    """Its beginning, for whoever looks for what is wrong."""

    @property
    def succeeded(self) -> bool:
        """Any 2xx."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


GONE = 410
_TRIES_KEPT = 12


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One message to one webhook; `body` is the same bytes at every try."""

    webhook_id: str
    message_id: str
    """Of the event, not of the try: by it receivers tell a repetition."""
    topic: Topic
    body: str
    happened_at: datetime
    state: DeliveryState = DeliveryState.OWED
    next_at: datetime
    failures: int = 0
    """Since it was owed, or asked for anew."""
    tries: tuple[Try, ...] = ()

    def tried(self, attempt: Try, *, policy: WebhookPolicy, chance: int) -> Self:
        """After a try: delivered, owed again later, or given up; `chance` is in 0..9999."""
        tries = (*self.tries, attempt)[-_TRIES_KEPT:]
        if attempt.succeeded:
            return replace(self, state=DeliveryState.DELIVERED, tries=tries)
        if attempt.status == GONE or self.failures >= len(policy.waits):
            return replace(
                self, state=DeliveryState.GIVEN_UP, tries=tries, failures=self.failures + 1
            )
        wait = policy.waits[self.failures]
        longer = wait * (policy.jitter * chance) / (100 * 10_000)
        return replace(
            self, tries=tries, failures=self.failures + 1, next_at=attempt.at + wait + longer
        )

    def asked_anew(self, now: datetime) -> Self:
        """To be told again from the beginning."""
        return replace(self, state=DeliveryState.OWED, next_at=now, failures=0)


def message_id(entry: Entry) -> str:
    """The id of what an entry says: the same for ever, since the entry is."""
    return f"evt_{entry.envelope_id}_{entry.sequence}"


def delivery_of(webhook: Webhook, envelope: Outline, entry: Entry, *, now: datetime) -> Delivery:
    """The telling of an entry, made of what never changes, so that it is always the same bytes."""
    topic = TOPICS[entry.event]
    return Delivery(
        webhook_id=webhook.id,
        message_id=message_id(entry),
        topic=topic,
        body=_body(topic, entry.at, _data(envelope, entry)),
        happened_at=entry.at,
        next_at=now,
    )


def notice_of(disabled: Webhook, to: Webhook, *, now: datetime) -> Delivery:
    """Word of a disabled webhook to another one of its owner.

    Its address comes without the query, which may hold a secret between it and us.
    """
    because = disabled.disabled_because or ""
    url, _, _ = disabled.url.partition("?")
    data = {"webhook_id": disabled.id, "url": url, "because": because}
    return Delivery(
        webhook_id=to.id,
        message_id=f"evt_{disabled.id}_{int(now.timestamp())}",
        topic=Topic.WEBHOOK_DISABLED,
        body=_body(Topic.WEBHOOK_DISABLED, now, data),
        happened_at=now,
        next_at=now,
    )


def _body(topic: Topic, at: datetime, data: Mapping[str, Any]) -> str:
    told = {"type": topic.value, "timestamp": instant(at), "data": dict(data)}
    return canonical_json(told).decode()


def _data(envelope: Outline, entry: Entry) -> dict[str, Any]:
    """Ids by which a program finds its own things; nothing of the person."""
    told: dict[str, Any] = {
        "envelope_id": envelope.id,
        "sequence": entry.sequence,
        "order_number": envelope.order_number,
        "account_number": envelope.account_number,
        "documents": list(map(dict, envelope.documents)),
    }
    if envelope.is_test:
        told["test"] = True
    for name in ("challenge", "delivered_at", "error", "supersedes", "superseded_by"):
        if name in entry.details:
            told[name] = entry.details[name]
    return told
