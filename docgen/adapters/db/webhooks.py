"""Webhooks in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from docgen.adapters.db.webhook_rows import WebhookDeliveryRow, WebhookRow
from docgen.domain.errors import Conflict, WebhookNotFound
from docgen.domain.webhook import Topic, Webhook, WebhookState


class SqlWebhooks:
    """Implements ports.Webhooks."""

    def __init__(self, session: Session, *, locking: bool) -> None:
        self._session = session
        self._locking = locking

    def add(self, webhook: Webhook) -> None:
        """Store a new one; raises Conflict for an id in use."""
        try:
            with self._session.begin_nested():
                self._session.execute(insert(WebhookRow).values(**_columns(webhook)))
        except IntegrityError:
            raise Conflict("a webhook of that id exists") from None

    def save(self, webhook: Webhook) -> None:
        """Store what changed; raises WebhookNotFound."""
        updated = self._session.connection().execute(
            update(WebhookRow).where(WebhookRow.id == webhook.id).values(**_columns(webhook))
        )
        if updated.rowcount != 1:
            raise WebhookNotFound(webhook.id)

    def get(self, webhook_id: str) -> Webhook:
        """The webhook, locked in a writing unit; raises WebhookNotFound."""
        query = select(WebhookRow).where(WebhookRow.id == webhook_id)
        if self._locking:
            query = query.with_for_update()
        row = self._session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if row is None:
            raise WebhookNotFound(webhook_id)
        return _webhook_of(row)

    def of(self, owner: str) -> Sequence[Webhook]:
        """All of an owner, the oldest first."""
        rows = self._session.scalars(
            select(WebhookRow)
            .where(WebhookRow.owner == owner)
            .order_by(WebhookRow.created_at, WebhookRow.id)
            .execution_options(populate_existing=True)
        )
        return [_webhook_of(row) for row in rows]

    def remove(self, webhook_id: str) -> None:
        """Forget it and its deliveries."""
        connection = self._session.connection()
        connection.execute(
            delete(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == webhook_id)
        )
        connection.execute(delete(WebhookRow).where(WebhookRow.id == webhook_id))


def _columns(webhook: Webhook) -> dict[str, Any]:
    topics = sorted(topic.value for topic in webhook.topics)
    return asdict(webhook) | {"topics": topics, "state": webhook.state.value}


def _webhook_of(row: WebhookRow) -> Webhook:
    names = WebhookRow.__table__.columns.keys()
    columns = {name: getattr(row, name) for name in names}
    topics = frozenset(Topic(topic) for topic in row.topics)
    return Webhook(**columns | {"topics": topics, "state": WebhookState(row.state)})
