"""What webhooks are owed and were told, in SQL."""

from collections.abc import Mapping, Sequence
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
from sqlalchemy.sql.dml import ReturningUpdate

from docgen.adapters.db.prepared import Prepared, PreparedByIds, PreparedQuery
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


def _claiming(*whose: ColumnElement[bool]) -> ReturningUpdate[Any]:
    """Of the webhooks of which that is true, or of all."""
    owed = WebhookDeliveryRow
    due = (
        select(owed.webhook_id, owed.message_id, owed.next_at)
        .where(owed.state == DeliveryState.OWED.value, owed.next_at <= bindparam("now"), *whose)
        .order_by(owed.next_at, owed.message_id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    oldest = (due.c.next_at, due.c.message_id)
    placed = select(
        due,
        func.row_number().over(partition_by=due.c.webhook_id, order_by=oldest).label("place"),
    ).subquery("placed")
    taken = (
        select(placed.c.webhook_id, placed.c.message_id)
        .where(placed.c.place <= bindparam("each", type_=Integer))
        .order_by(placed.c.next_at, placed.c.message_id)
        .limit(bindparam("limit", type_=Integer))
    )
    return update(owed).where(tuple_(owed.webhook_id, owed.message_id).in_(taken)).returning(owed)


_CLAIM = PreparedQuery(_claiming())
_CLAIM_OF = PreparedQuery(_claiming(WebhookDeliveryRow.webhook_id == bindparam("its_webhook")))
_CLAIM_OF_OTHERS: PreparedByIds[Any] = PreparedByIds(
    lambda ids: _claiming(WebhookDeliveryRow.webhook_id.not_in(ids))
)
_PLACE = (func.length(WebhookDeliveryRow.message_id), WebhookDeliveryRow.message_id)
"""Of what happened in one moment: ids of one journal end in numbers, of which 11 is after 4."""


class SqlDeliveries:
    """Implements ports_of_webhooks.Deliveries."""

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

    def claim(
        self,
        now: datetime,
        *,
        until: datetime,
        each: int,
        limit: int,
        busy: Mapping[str, int] | None = None,
    ) -> Sequence[Delivery]:
        """Take what is due; a webhook with many owed leaves room for the others."""
        given = {"now": now, "each": each, "limit": limit, "most": limit * _LOOKED_AT}
        given |= {"next_at": until}
        if busy:
            taken = self._claimed_besides(busy, given)
        else:
            taken = list(all_rows(self._connection, _CLAIM, given))
        return sorted(
            map(_delivery_of, taken), key=lambda each: (each.happened_at, each.message_id)
        )

    def _claimed_besides(self, busy: Mapping[str, int], given: Mapping[str, Any]) -> list[Any]:
        """Of others first: however much is due to the busy ones, it hides nothing of theirs."""
        others, ids = _CLAIM_OF_OTHERS.asked(busy)
        taken = list(all_rows(self._connection, others, {**given, **ids}))
        for webhook_id, on_their_way in busy.items():
            free = min(given["each"] - on_their_way, given["limit"] - len(taken))
            if free > 0:
                its = {"its_webhook": webhook_id, "each": free, "limit": free, "most": free}
                taken += all_rows(self._connection, _CLAIM_OF, {**given, **its})
        return taken

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
