"""What webhooks are owed and were told, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from docgen.adapters.db.prepared import Prepared, PreparedQuery
from docgen.adapters.db.reading import all_rows, one_row
from docgen.adapters.db.webhook_rows import WebhookDeliveryRow
from docgen.domain.errors import NotFound
from docgen.domain.webhook import Delivery, DeliveryState, Topic, Try

_LOOKED_AT = 20
"""How many times the wanted number of due deliveries is looked through for other webhooks'."""


# Filled in when they are executed: to build a statement anew takes longer than to execute it.
_ADD = {
    "postgresql": Prepared(postgresql.insert(WebhookDeliveryRow).on_conflict_do_nothing()),
    "sqlite": Prepared(sqlite.insert(WebhookDeliveryRow).on_conflict_do_nothing()),
}
_CHANGE = Prepared(
    update(WebhookDeliveryRow).where(
        WebhookDeliveryRow.webhook_id == bindparam("its_webhook"),
        WebhookDeliveryRow.message_id == bindparam("its_message"),
    )
)
_PURGE = Prepared(
    delete(WebhookDeliveryRow).where(
        WebhookDeliveryRow.happened_at < bindparam("before"),
        WebhookDeliveryRow.state != DeliveryState.OWED.value,
    )
)
_DUE = (
    select(WebhookDeliveryRow.webhook_id, WebhookDeliveryRow.message_id, WebhookDeliveryRow.next_at)
    .where(
        WebhookDeliveryRow.state == DeliveryState.OWED.value,
        WebhookDeliveryRow.next_at <= bindparam("now"),
    )
    .order_by(WebhookDeliveryRow.next_at, WebhookDeliveryRow.message_id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_OLDEST = (_DUE.c.next_at, _DUE.c.message_id)
_PLACED = select(
    _DUE,
    func.row_number().over(partition_by=_DUE.c.webhook_id, order_by=_OLDEST).label("place"),
).subquery("placed")
_TAKEN = (
    select(_PLACED.c.webhook_id, _PLACED.c.message_id)
    .where(_PLACED.c.place <= bindparam("each", type_=Integer))
    .order_by(_PLACED.c.next_at, _PLACED.c.message_id)
    .limit(bindparam("limit", type_=Integer))
)
_CLAIM = PreparedQuery(
    update(WebhookDeliveryRow)
    .where(tuple_(WebhookDeliveryRow.webhook_id, WebhookDeliveryRow.message_id).in_(_TAKEN))
    .returning(WebhookDeliveryRow)
)
_PLACE = (func.length(WebhookDeliveryRow.message_id), WebhookDeliveryRow.message_id)
"""Of what happened in one moment: ids of one journal end in numbers, of which 11 is after 4."""


class SqlDeliveries:
    """Implements ports.Deliveries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, delivery: Delivery) -> bool:
        """Owe it; False where this message is known for this webhook."""
        add = _ADD[self._connection.dialect.name]
        return add.run(self._connection, _columns(delivery)) == 1

    def owe(self, deliveries: Sequence[Delivery]) -> None:
        """All of them; those that are known stay as they are."""
        add = _ADD[self._connection.dialect.name]
        for delivery in deliveries:
            add.tell(self._connection, _columns(delivery))

    def save(self, *deliveries: Delivery) -> None:
        """Store what came of tries; without effect where a webhook is gone."""
        for delivery in deliveries:
            _CHANGE.tell(self._connection, _changing(delivery) | _its(delivery))

    def get(self, webhook_id: str, message_id: str) -> Delivery:
        """The delivery; raises NotFound."""
        row = one_row(
            self._connection,
            select(WebhookDeliveryRow).where(
                WebhookDeliveryRow.webhook_id == webhook_id,
                WebhookDeliveryRow.message_id == message_id,
            ),
        )
        if row is None:
            raise NotFound(message_id)
        return _delivery_of(row)

    def claim(self, now: datetime, *, until: datetime, each: int, limit: int) -> Sequence[Delivery]:
        """Take what is due; a webhook with many owed leaves room for the others."""
        given = {"now": now, "each": each, "limit": limit, "most": limit * _LOOKED_AT}
        taken = all_rows(self._connection, _CLAIM, given | {"next_at": until})
        return sorted(
            map(_delivery_of, taken), key=lambda each: (each.happened_at, each.message_id)
        )

    def of(
        self, webhook_id: str, *, state: DeliveryState | None, after: str | None, limit: int
    ) -> Sequence[Delivery]:
        """By when it happened from the newest down."""
        query = select(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == webhook_id)
        if state is not None:
            query = query.where(WebhookDeliveryRow.state == state.value)
        if after is not None:
            query = query.where(_happened_before(webhook_id, after))
        newest_first = [each.desc() for each in (WebhookDeliveryRow.happened_at, *_PLACE)]
        rows = all_rows(self._connection, query.order_by(*newest_first).limit(limit))
        return [_delivery_of(row) for row in rows]

    def purge(self, before: datetime) -> int:
        """Forget those that are over and happened before."""
        return _PURGE.run(self._connection, {"before": before})


def _happened_before(webhook_id: str, message_id: str) -> ColumnElement[bool]:
    """Nothing did before a message that is forgotten: what is older was forgotten before."""
    happened_at = WebhookDeliveryRow.happened_at
    named = aliased(WebhookDeliveryRow)
    moment = (
        select(named.happened_at)
        .where(named.webhook_id == webhook_id, named.message_id == message_id)
        .scalar_subquery()
    )
    is_placed_before = tuple_(*_PLACE) < tuple_(len(message_id), message_id)
    return (happened_at < moment) | ((happened_at == moment) & is_placed_before)


def _its(delivery: Delivery) -> dict[str, str]:
    return {"its_webhook": delivery.webhook_id, "its_message": delivery.message_id}


def _columns(delivery: Delivery) -> dict[str, Any]:
    return {
        "webhook_id": delivery.webhook_id,
        "message_id": delivery.message_id,
        "topic": delivery.topic.value,
        "body": delivery.body,
        "happened_at": delivery.happened_at,
    } | _changing(delivery)


def _changing(delivery: Delivery) -> dict[str, Any]:
    """The columns that a try may change."""
    return {
        "state": delivery.state.value,
        "next_at": delivery.next_at,
        "failures": delivery.failures,
        "tries": [vars(each) | {"at": each.at.isoformat()} for each in delivery.tries],
    }


def _delivery_of(row: WebhookDeliveryRow) -> Delivery:
    return Delivery(
        webhook_id=row.webhook_id,
        message_id=row.message_id,
        topic=Topic(row.topic),
        body=row.body,
        happened_at=row.happened_at,
        state=DeliveryState(row.state),
        next_at=row.next_at,
        failures=row.failures,
        tries=tuple(Try(**each | {"at": datetime.fromisoformat(each["at"])}) for each in row.tries),
    )
