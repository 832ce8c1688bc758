"""What webhooks are owed and were told, in SQL."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from docgen.adapters.db.webhook_rows import WebhookDeliveryRow
from docgen.domain.errors import NotFound
from docgen.domain.webhook import Delivery, DeliveryState, Topic, Try

_LOOKED_AT = 20
"""How many times the wanted number of due deliveries is looked through for other webhooks'."""


class SqlDeliveries:
    """Implements ports.Deliveries."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, delivery: Delivery) -> bool:
        """Owe it; False where this message is known for this webhook."""
        build = postgresql.insert if self._is_postgresql else sqlite.insert
        made = self._session.connection().execute(
            build(WebhookDeliveryRow).values(**_columns(delivery)).on_conflict_do_nothing()
        )
        return made.rowcount == 1

    def save(self, delivery: Delivery) -> None:
        """Store what came of a try; without effect where its webhook is gone."""
        self._session.connection().execute(
            update(WebhookDeliveryRow).where(*_named(delivery)).values(**_columns(delivery))
        )

    def get(self, webhook_id: str, message_id: str) -> Delivery:
        """The delivery; raises NotFound."""
        row = self._session.scalars(
            select(WebhookDeliveryRow)
            .where(
                WebhookDeliveryRow.webhook_id == webhook_id,
                WebhookDeliveryRow.message_id == message_id,
            )
            .execution_options(populate_existing=True)
        ).one_or_none()
        if row is None:
            raise NotFound(message_id)
        return _delivery_of(row)

    def claim(self, now: datetime, *, until: datetime, each: int, limit: int) -> Sequence[Delivery]:
        """Take what is due; a webhook with many owed leaves room for the others."""
        due = self._session.scalars(
            select(WebhookDeliveryRow)
            .where(
                WebhookDeliveryRow.state == DeliveryState.OWED.value,
                WebhookDeliveryRow.next_at <= now,
            )
            .order_by(WebhookDeliveryRow.next_at, WebhookDeliveryRow.message_id)
            .limit(limit * _LOOKED_AT)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        taken: list[Delivery] = []
        of_each: Counter[str] = Counter()
        for row in due:
            if len(taken) < limit and of_each[row.webhook_id] < each:
                of_each[row.webhook_id] += 1
                taken.append(_delivery_of(row))
        for delivery in taken:
            self._session.connection().execute(
                update(WebhookDeliveryRow).where(*_named(delivery)).values(next_at=until)
            )
        return taken

    def of(
        self, webhook_id: str, *, state: DeliveryState | None, after: str | None, limit: int
    ) -> Sequence[Delivery]:
        """By message id from the newest down."""
        query = select(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == webhook_id)
        if state is not None:
            query = query.where(WebhookDeliveryRow.state == state.value)
        if after is not None:
            query = query.where(WebhookDeliveryRow.message_id < after)
        rows = self._session.scalars(
            query.order_by(WebhookDeliveryRow.message_id.desc())
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return [_delivery_of(row) for row in rows]

    def purge(self, before: datetime) -> int:
        """Forget those that are over and happened before."""
        removed = self._session.connection().execute(
            delete(WebhookDeliveryRow).where(
                WebhookDeliveryRow.happened_at < before,
                WebhookDeliveryRow.state != DeliveryState.OWED.value,
            )
        )
        return int(removed.rowcount)

    @property
    def _is_postgresql(self) -> bool:
        return self._session.get_bind().dialect.name == "postgresql"


def _named(delivery: Delivery) -> tuple[Any, ...]:
    return (
        WebhookDeliveryRow.webhook_id == delivery.webhook_id,
        WebhookDeliveryRow.message_id == delivery.message_id,
    )


def _columns(delivery: Delivery) -> dict[str, Any]:
    tries = [asdict(each) | {"at": each.at.isoformat()} for each in delivery.tries]
    return asdict(delivery) | {
        "topic": delivery.topic.value,
        "state": delivery.state.value,
        "tries": tries,
    }


def _delivery_of(row: WebhookDeliveryRow) -> Delivery:
    names = WebhookDeliveryRow.__table__.columns.keys()
    columns = {name: getattr(row, name) for name in names}
    tries = tuple(Try(**each | {"at": datetime.fromisoformat(each["at"])}) for each in row.tries)
    return Delivery(
        **columns | {"topic": Topic(row.topic), "state": DeliveryState(row.state), "tries": tries}
    )
