"""Tell receivers what they are owed."""

import base64
import hashlib
import hmac
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

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
from docgen.ports import Chance, Clock, Register, UnitOfWork, WebhookSender

_AT_ONCE = 16
_OF_EACH = 4
"""A receiver that is slow leaves most threads to the others."""

SecretOf = Callable[[str, int], bytes]
"""The secret of a webhook's generation; the same for ever, and kept nowhere."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class DeliverWebhooks:
    """At least once, the same bytes under the same id, until a 2xx or until it is given up."""

    register: Register
    sender: WebhookSender
    secret_of: SecretOf
    clock: Clock
    chance: Chance
    policy: WebhookPolicy = field(default_factory=WebhookPolicy)

    def __call__(self) -> int:
        """How many deliveries were tried."""
        now = self.clock.now()
        with self.register.begin() as unit:
            due = unit.deliveries.claim(
                now, until=now + self.policy.lease, each=_OF_EACH, limit=_AT_ONCE
            )
            unit.commit()
        if due:
            with ThreadPoolExecutor(max_workers=len(due), thread_name_prefix="webhook") as threads:
                list(threads.map(self._guarded, due))
        return len(due)

    def _guarded(self, delivery: Delivery) -> None:
        """What could not be written down is tried again when its lease is over."""
        try:
            self._deliver(delivery)
        except DocgenError as failure:
            log.warning("delivery %s waits: %s", delivery.message_id, failure.code)
        except Exception:
            log.exception("delivery %s failed", delivery.message_id)

    def _deliver(self, delivery: Delivery) -> None:
        with self.register.view() as unit:
            try:
                webhook = unit.webhooks.get(delivery.webhook_id)
            except WebhookNotFound:
                return
        if webhook.state is WebhookState.DISABLED:
            given_up = replace(delivery, state=DeliveryState.GIVEN_UP)
            self._save(given_up)
            return
        attempt = self._attempt(webhook, delivery)
        self._note(delivery.tried(attempt, policy=self.policy, chance=self.chance.roll()), attempt)

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

    def _save(self, delivery: Delivery) -> None:
        with self.register.begin() as unit:
            unit.deliveries.save(delivery)
            unit.commit()

    def _note(self, delivery: Delivery, attempt: Try) -> None:
        with self.register.begin() as unit:
            try:
                webhook = unit.webhooks.get(delivery.webhook_id)
            except WebhookNotFound:
                return
            unit.deliveries.save(delivery)
            changed = self._judged(webhook, attempt)
            if changed != webhook:
                unit.webhooks.save(changed)
                if changed.state is WebhookState.DISABLED:
                    self._tell_others(unit, changed)
            unit.commit()

    def _judged(self, webhook: Webhook, attempt: Try) -> Webhook:
        """What a try says of the webhook as a whole."""
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
            alike = other.is_test is disabled.is_test and other.id != disabled.id
            if alike and other.wants(notice.topic):
                unit.deliveries.add(notice)


def signature(delivery: Delivery, stamp: str, secret: bytes) -> str:
    """`v1,` and the HMAC-SHA-256 over id, time and body in base 64 (Standard Webhooks)."""
    signed = f"{delivery.message_id}.{stamp}.{delivery.body}".encode()
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}"
