"""Tell receivers what they are owed."""

import base64
import hashlib
import hmac
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import TypeVar

from docgen.domain.errors import DocgenError, WebhookNotFound, WebhookUnreachable
from docgen.domain.webhook import (
    GONE,
    Delivery,
    DeliveryState,
    Try,
    Webhook,
    WebhookPolicy,
    WebhookState,
    notice_of,
)
from docgen.ports import Chance, Clock, Register, UnitOfWork
from docgen.ports_of_webhooks import WebhookSender
from docgen.usecases.share_places import Places

AT_ONCE = 32
OF_EACH = 8
"""A receiver that is slow leaves most threads to the others, and makes none of them wait."""

SecretOf = Callable[[str, int], bytes]
"""The secret of a webhook's generation; the same for ever, and kept nowhere."""

Owed = tuple[Webhook, Delivery]
Claimed = Sequence[Owed]
"""What is to be told, and to whom."""

R = TypeVar("R")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Tried:
    """A delivery after a try; without one where its webhook is told nothing any more."""

    delivery: Delivery
    attempt: Try | None


@dataclass
class _Turn:
    """What is told together by one thread or several."""

    left: deque[Owed]
    """Nobody has begun with it."""
    is_over: bool = False
    """What is told from now on is noted by whoever tells it: nobody waits for it any more."""


def _places() -> Places:
    return Places(of_each=OF_EACH, in_all=AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class DeliverWebhooks:
    """At least once, the same bytes under the same id, until a 2xx or until it is given up."""

    register: Register
    sender: WebhookSender
    secret_of: SecretOf
    clock: Clock
    chance: Chance
    policy: WebhookPolicy = field(default_factory=WebhookPolicy)
    threads: Executor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, "webhook"))
    """They stay for the next round: to start one costs as much as half a post.

    As many as there are places, so that nothing waits for one while its lease runs. Whoever shuts
    them down and waits has everything finished and noted that was begun.
    """
    quick: float = 0.05
    """Seconds; what takes longer, for all that is due, is done by several of them at once."""
    patience: float = 0.25
    """Seconds more for all of it; whoever has not answered by then holds up nobody else."""
    freed: threading.Event = field(default_factory=threading.Event)
    """Set whenever a place is given back by whoever nobody has waited for."""
    _places: Places = field(default_factory=_places, init=False)
    _told: deque[_Tried] = field(default_factory=deque, init=False)
    """Not noted yet."""
    _noting: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __call__(self) -> int:
        """How many deliveries were tried: each has had its answer, or its time."""
        with self.register.begin() as unit:
            due = self.claim(unit)
            if due:
                unit.commit()
        wait(self._begun(due))
        return len(due)

    def claim(self, unit: UnitOfWork, known: Sequence[Webhook] = ()) -> Claimed:
        """What is due and has a place, kept from others; to be told as soon as that is committed.

        Webhooks that are `known` are not looked at once more.
        """
        free = self._places.free
        if not free:
            return []
        now = self.clock.now()
        due = unit.deliveries.claim(
            now, until=now + self.policy.lease, each=OF_EACH, limit=free, busy=self._places.taken
        )
        webhooks = {webhook.id: webhook for webhook in known}
        others = {delivery.webhook_id for delivery in due} - webhooks.keys()
        if others:
            webhooks |= {webhook.id: webhook for webhook in unit.webhooks.look(others)}
        return [(webhooks[d.webhook_id], d) for d in due if d.webhook_id in webhooks]

    def tell(self, due: Claimed) -> None:
        """One after another where all answer quickly, else all at once; written down together.

        Whoever takes longer is not waited for: what he answers is written down when it comes. What
        could not be written down is tried again when its lease is over.
        """
        self._begun(due)

    def are_more(self) -> bool:
        """Whether more may be due to somebody than he has places for; `freed` says when it may."""
        return self._places.are_short

    def _begun(self, due: Claimed) -> Sequence[Future[None]]:
        """All that is told in a while is told and noted; of the rest, what is still going."""
        if not due:
            return ()
        busy = self._places.taken
        self._places.take(webhook.id for webhook, _ in due)
        # Whoever still owes us an answer is not waited for again.
        slow = deque(each for each in due if each[0].id in busy)
        going = self._sent_off(_Turn(slow, is_over=True))
        others = deque(each for each in due if each[0].id not in busy)
        if others:
            going += self._waited_for(_Turn(others))
        return going

    def _waited_for(self, turn: _Turn) -> list[Future[None]]:
        first = self.threads.submit(self._go_through, turn)
        going = [first]
        try:
            first.result(self.quick)
        except TimeoutError:
            # Whoever lets us wait holds up nobody: each of those left has a thread.
            going += self._sent_off(turn)
            wait(going, self.patience)
        turn.is_over = True
        self._note_told()
        return going

    def _sent_off(self, turn: _Turn) -> list[Future[None]]:
        return [self.threads.submit(self._go_through, turn) for _ in tuple(turn.left)]

    def _go_through(self, turn: _Turn) -> None:
        """Whatever nobody else has begun with."""
        for webhook, delivery in _taken(turn.left):
            self._told.extend(self._guarded(webhook, delivery))
            # Looked at after it was added: either we note it, or whoever ends the round does.
            is_late = turn.is_over
            if is_late:
                self._note_late()
            self._places.give_back(webhook.id)
            if is_late:
                self.freed.set()

    def _guarded(self, webhook: Webhook, delivery: Delivery) -> Sequence[_Tried]:
        try:
            return (self._deliver(webhook, delivery),)
        except Exception:
            log.exception("delivery %s failed", delivery.message_id)
            return ()

    def _note_late(self) -> None:
        try:
            self._note_told()
        except Exception:
            log.exception("what was told late is not noted")

    def _note_told(self) -> None:
        """All that was told by now: what comes meanwhile is noted together by the next."""
        with self._noting:
            tried = list(_taken(self._told))
            if not tried:
                return
            try:
                self._note(tried)
            except DocgenError as failure:
                log.warning("%d deliveries wait: %s", len(tried), failure.code)

    def _deliver(self, webhook: Webhook, delivery: Delivery) -> _Tried:
        if webhook.state is WebhookState.DISABLED:
            return _Tried(replace(delivery, state=DeliveryState.GIVEN_UP), None)
        attempt = self._attempt(webhook, delivery)
        tried = delivery.tried(attempt, policy=self.policy, chance=self.chance.roll())
        return _Tried(tried, attempt)

    def _attempt(self, webhook: Webhook, delivery: Delivery) -> Try:
        begun = self.clock.now()
        try:
            answer = self.sender.post(
                webhook.url,
                headers=self._headers(webhook, delivery, begun),
                body=delivery.body.encode(),
            )
        except WebhookUnreachable as failure:
            return Try(at=begun, status=None, error=failure.reason, took_ms=self._since(begun))
        return Try(
            at=begun,
            status=answer.status,
            error=None,
            took_ms=self._since(begun),
            answer=answer.beginning,
        )

    def _headers(self, webhook: Webhook, delivery: Delivery, now: datetime) -> dict[str, str]:
        secrets = (
            self.secret_of(webhook.id, generation)
            for generation in webhook.generations(now, overlap=self.policy.overlap)
        )
        stamp = str(int(now.timestamp()))
        return {
            "webhook-id": delivery.message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": " ".join(signature(delivery, stamp, each) for each in secrets),
        }

    def _since(self, begun: datetime) -> int:
        return int((self.clock.now() - begun).total_seconds() * 1000)

    def _note(self, tried: Sequence[_Tried]) -> None:
        """What came of them; a webhook that is gone meanwhile has nothing left to be told."""
        with self.register.begin() as unit:
            # Webhooks are locked before their deliveries, as everywhere.
            for webhook_id in sorted({each.delivery.webhook_id for each in tried}):
                own = [each for each in tried if each.delivery.webhook_id == webhook_id]
                attempts = [each.attempt for each in own if each.attempt is not None]
                self._judge(unit, webhook_id, attempts)
                unit.deliveries.save(*(each.delivery for each in own))
            unit.commit()

    def _judge(self, unit: UnitOfWork, webhook_id: str, attempts: Sequence[Try]) -> None:
        if attempts and all(attempt.succeeded for attempt in attempts):
            unit.webhooks.forgive(webhook_id)
            return
        with suppress(WebhookNotFound):
            webhook = unit.webhooks.get(webhook_id)
            changed = reduce(self._judged, attempts, webhook)
            if changed == webhook:
                return
            unit.webhooks.save(changed)
            if changed.state is WebhookState.DISABLED:
                self._tell_others(unit, changed)

    def _judged(self, webhook: Webhook, attempt: Try) -> Webhook:
        """What a try says of the webhook as a whole."""
        if webhook.state is WebhookState.DISABLED:
            return webhook
        if attempt.succeeded:
            return replace(webhook, failing_since=None)
        if attempt.status == GONE:
            return webhook.disabled("gone")
        since = webhook.failing_since or attempt.at
        if attempt.at - since >= self.policy.patience:
            return webhook.disabled("failing")
        return replace(webhook, failing_since=since)

    def _tell_others(self, unit: UnitOfWork, disabled: Webhook) -> None:
        log.warning("webhook %s is disabled: %s", disabled.id, disabled.disabled_because)
        for other in unit.webhooks.of(disabled.owner):
            notice = notice_of(disabled, other, now=self.clock.now())
            if other.hears_of_the_end_of(disabled) and other.wants(notice.topic):
                unit.deliveries.add(notice)


def _taken(left: deque[R]) -> Iterator[R]:
    """One after another, while others take from it too."""
    with suppress(IndexError):
        while True:
            yield left.popleft()


def signature(delivery: Delivery, stamp: str, secret: bytes) -> str:
    """`v1,` and the HMAC-SHA-256 over id, time and body in base 64 (Standard Webhooks)."""
    signed = f"{delivery.message_id}.{stamp}.{delivery.body}".encode()
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}"
