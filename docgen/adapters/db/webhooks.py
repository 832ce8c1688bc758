"""Webhooks in SQL."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, func, insert, null, select, update
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.prepared import Prepared, PreparedByIds, PreparedQuery
from docgen.adapters.db.reading import all_rows, one_row
from docgen.adapters.db.webhook_rows import WebhookDeliveryRow, WebhookRow
from docgen.domain.errors import Conflict, WebhookNotFound
from docgen.domain.webhook import Rotation, Topic, Webhook, WebhookState

_BY_ID = select(WebhookRow).where(WebhookRow.id == bindparam("its_id"))
# Excludes its change and its removal, but not that it is owed something: whoever owes to several
# and whoever notes what became of several must not wait for one another.
_ONE, _ONE_LOCKED = PreparedQuery(_BY_ID), PreparedQuery(_BY_ID.with_for_update(key_share=True))
_LOCK: PreparedQuery[str] = PreparedQuery(
    select(WebhookRow.id)
    .where(WebhookRow.id == bindparam("its_id"))
    .with_for_update(key_share=True)
)
_FORGIVE = Prepared(
    update(WebhookRow)
    .where(
        WebhookRow.id == bindparam("its_id"),
        WebhookRow.state == WebhookState.ACTIVE.value,
        WebhookRow.failing_since.is_not(None),
    )
    .values(failing_since=null())
)
_SEVERAL: PreparedByIds[WebhookRow] = PreparedByIds(
    lambda ids: select(WebhookRow).where(WebhookRow.id.in_(ids))
)
_OF_OWNER = PreparedQuery(
    select(WebhookRow)
    .where(WebhookRow.owner == bindparam("its_owner"))
    .order_by(WebhookRow.created_at, WebhookRow.id)
)
_ALONE: PreparedQuery[None] = PreparedQuery(
    select(
        func.pg_advisory_xact_lock(
            func.hashtext("webhooks"), func.hashtext(bindparam("its_owner", type_=Text))
        ).label("alone")
    )
)
"""Two numbers: those of one number hold envelopes (`holds`)."""


class SqlWebhooks:
    """Implements ports_of_webhooks.Webhooks."""

    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._locking = locking

    def add(self, webhook: Webhook) -> None:
        """Store a new one; raises Conflict for an id in use."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(WebhookRow).values(**_columns(webhook)))
        except IntegrityError:
            raise Conflict("a webhook of that id exists") from None

    def save(self, webhook: Webhook) -> None:
        """Store what changed; raises WebhookNotFound."""
        updated = self._connection.execute(
            update(WebhookRow).where(WebhookRow.id == webhook.id).values(**_columns(webhook))
        )
        if updated.rowcount != 1:
            raise WebhookNotFound(webhook.id)

    def get(self, webhook_id: str) -> Webhook:
        """The webhook, locked in a writing unit; raises WebhookNotFound."""
        wanted = _ONE_LOCKED if self._locking else _ONE
        row = one_row(self._connection, wanted, {"its_id": webhook_id})
        if row is None:
            raise WebhookNotFound(webhook_id)
        return webhook_of(row)

    def forgive(self, webhook_id: str) -> None:
        """It takes what it is told: if it is there and was failing, it fails no more. Locks it."""
        for statement in (_LOCK, _FORGIVE):
            statement.tell(self._connection, {"its_id": webhook_id})

    def look(self, webhook_ids: Collection[str]) -> Sequence[Webhook]:
        """Those that there are, locked by nobody."""
        return [webhook_of(row) for row in _SEVERAL.all(self._connection, webhook_ids)]

    def of(self, owner: str) -> Sequence[Webhook]:
        """All of an owner, the oldest first."""
        rows = all_rows(self._connection, _OF_OWNER, {"its_owner": owner})
        return [webhook_of(row) for row in rows]

    def failing(self) -> Sequence[Webhook]:
        """Everybody's that are told still, though nothing has arrived since some time."""
        rows = all_rows(
            self._connection,
            select(WebhookRow)
            .where(
                WebhookRow.state == WebhookState.ACTIVE.value,
                WebhookRow.failing_since.is_not(None),
            )
            .order_by(WebhookRow.failing_since, WebhookRow.id),
        )
        return [webhook_of(row) for row in rows]

    def lock(self, owner: str) -> None:
        """Keep others from adding one of that owner; SQLite lets only one write anyhow."""
        if self._connection.dialect.name == "postgresql":
            _ALONE.tell(self._connection, {"its_owner": owner})

    def remove(self, webhook_id: str) -> None:
        """Forget it and its deliveries."""
        connection = self._connection
        connection.execute(
            delete(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == webhook_id)
        )
        connection.execute(delete(WebhookRow).where(WebhookRow.id == webhook_id))


def _columns(webhook: Webhook) -> dict[str, Any]:
    return asdict(webhook) | {
        "topics": sorted(topic.value for topic in webhook.topics),
        "state": webhook.state.value,
        "rotations": [{"id": each.id, "at": each.at.isoformat()} for each in webhook.rotations],
        "rotated_at": webhook.rotated_at,
    }


def webhook_of(row: WebhookRow) -> Webhook:
    """The webhook of a row."""
    names = WebhookRow.__table__.columns.keys()
    columns = {name: getattr(row, name) for name in names if name != "rotated_at"}
    read = {
        "topics": frozenset(Topic(topic) for topic in row.topics),
        "state": WebhookState(row.state),
        "rotations": tuple(
            Rotation(id=each["id"], at=datetime.fromisoformat(each["at"])) for each in row.rotations
        ),
    }
    return Webhook(**columns | read)
