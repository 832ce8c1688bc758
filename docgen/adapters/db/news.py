"""Entries that nobody was told of yet, in SQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, and_, bindparam, delete, exists, select, tuple_

from docgen.adapters.db.copy_rows import CopyRow
from docgen.adapters.db.journal import entry_of
from docgen.adapters.db.prepared import Prepared, PreparedByIds, PreparedQuery, together
from docgen.adapters.db.reading import all_rows
from docgen.adapters.db.rows import DocumentRow, EnvelopeRow, JournalRow
from docgen.adapters.db.webhook_rows import NewsRow, WebhookDeliveryRow, WebhookRow
from docgen.adapters.db.webhooks import webhook_of
from docgen.domain.copy import CopyState
from docgen.domain.journal import Entry
from docgen.domain.subscriber import Phone
from docgen.domain.webhook import DeliveryState, Outline, Untold

_IS_NEWS = exists().select_from(NewsRow)
_IS_DELIVERY_DUE = exists().where(
    WebhookDeliveryRow.state == DeliveryState.OWED.value,
    WebhookDeliveryRow.next_at <= bindparam("now"),
)
_IS_COPY_DUE = exists().where(
    CopyRow.state == CopyState.OWED.value, CopyRow.next_at <= bindparam("now")
)
_DUE: PreparedQuery[Any] = PreparedQuery(
    select(_IS_DELIVERY_DUE.label("deliveries"), _IS_COPY_DUE.label("copies"))
)
_TO_BE_TOLD = PreparedQuery(
    select(WebhookRow)
    .where(_IS_NEWS | _IS_DELIVERY_DUE)
    .order_by(WebhookRow.created_at, WebhookRow.id)
)
_NEXT = PreparedQuery(
    select(JournalRow)
    .join(
        NewsRow,
        and_(
            NewsRow.envelope_id == JournalRow.envelope_id, NewsRow.sequence == JournalRow.sequence
        ),
    )
    .order_by(NewsRow.id)
    .limit(bindparam("most", type_=Integer))
)
_OUTLINES: PreparedByIds[Any] = PreparedByIds(
    lambda ids: select(
        EnvelopeRow.id,
        EnvelopeRow.owner,
        EnvelopeRow.region,
        EnvelopeRow.phone,
        EnvelopeRow.order_number,
        EnvelopeRow.account_number,
    ).where(EnvelopeRow.id.in_(ids))
)
_DOCUMENTS: PreparedByIds[Any] = PreparedByIds(
    lambda ids: (
        select(DocumentRow.envelope_id, DocumentRow.id, DocumentRow.number, DocumentRow.form)
        .where(DocumentRow.envelope_id.in_(ids))
        .order_by(DocumentRow.position)
    )
)
_TOLD = Prepared(
    delete(NewsRow).where(
        NewsRow.envelope_id == bindparam("its_envelope"),
        NewsRow.sequence == bindparam("its_sequence"),
    )
)


class SqlNews:
    """Implements ports_of_webhooks.News."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def look(self, now: datetime, *, limit: int) -> Untold:
        """The oldest of them, what else is due, and the webhooks: all at one look."""
        news, (due,), webhooks = together(
            self._connection,
            (_NEXT, {"most": limit}),
            (_DUE, {"now": now}),
            (_TO_BE_TOLD, {"now": now}),
        )
        return Untold(
            news=[entry_of(row) for row in news],
            deliveries=due.deliveries,
            copies=due.copies,
            webhooks=[webhook_of(row) for row in webhooks],
        )

    def told(self, entries: Sequence[Entry]) -> None:
        """They need not be told any more."""
        for entry in entries:
            its = {"its_envelope": entry.envelope_id, "its_sequence": entry.sequence}
            _TOLD.tell(self._connection, its)

    def outlines(self, envelope_ids: Collection[str]) -> Mapping[str, Outline]:
        """Of those that there are, by id."""
        if not envelope_ids:
            return {}
        of_documents, outlines = together(
            self._connection, _DOCUMENTS.asked(envelope_ids), _OUTLINES.asked(envelope_ids)
        )
        documents = defaultdict(list)
        for row in of_documents:
            told = {"id": row.id, "number": row.number, "form": row.form}
            documents[row.envelope_id].append(told)
        return {
            row.id: Outline(
                id=row.id,
                owner=row.owner,
                region=row.region,
                is_test=Phone(row.phone).is_test,
                order_number=row.order_number,
                account_number=row.account_number,
                documents=tuple(documents[row.id]),
            )
            for row in outlines
        }

    def between(
        self, owner: str, begin: datetime, end: datetime, *, after: str, limit: int
    ) -> Sequence[Entry]:
        """By envelope and place, after the one of that message id."""
        _, _, place = after.partition("_")
        envelope_id, _, sequence = place.partition("_")
        rows = all_rows(
            self._connection,
            select(JournalRow)
            .join(EnvelopeRow, EnvelopeRow.id == JournalRow.envelope_id)
            .where(
                EnvelopeRow.owner == owner,
                JournalRow.at >= begin,
                JournalRow.at < end,
                tuple_(JournalRow.envelope_id, JournalRow.sequence)
                > tuple_(envelope_id, int(sequence or 0)),
            )
            .order_by(JournalRow.envelope_id, JournalRow.sequence)
            .limit(limit),
        )
        return [entry_of(row) for row in rows]
