"""Entries that nobody was told of yet, in SQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    or_,
    select,
    tuple_,
)

from docgen.adapters.db.copy_rows import CopyRow
from docgen.adapters.db.journal import entry_of
from docgen.adapters.db.prepared import Prepared, PreparedQuery, together
from docgen.adapters.db.reading import all_rows
from docgen.adapters.db.rows import DocumentRow, EnvelopeRow, JournalRow
from docgen.adapters.db.webhook_rows import NewsRow, WebhookDeliveryRow
from docgen.domain.copy import CopyState
from docgen.domain.journal import Entry
from docgen.domain.subscriber import Phone
from docgen.domain.webhook import DeliveryState, Outline, Untold

_LOOK: PreparedQuery[Any] = PreparedQuery(
    select(
        exists().select_from(NewsRow).label("news"),
        exists()
        .where(
            WebhookDeliveryRow.state == DeliveryState.OWED.value,
            WebhookDeliveryRow.next_at <= bindparam("now"),
        )
        .label("deliveries"),
        exists()
        .where(CopyRow.state == CopyState.OWED.value, CopyRow.next_at <= bindparam("now"))
        .label("copies"),
    )
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


_OUTLINE = (
    EnvelopeRow.id,
    EnvelopeRow.owner,
    EnvelopeRow.region,
    EnvelopeRow.phone,
    EnvelopeRow.order_number,
    EnvelopeRow.account_number,
)
_NAMED = (DocumentRow.envelope_id, DocumentRow.id, DocumentRow.number, DocumentRow.form)


@cache
def _told(count: int) -> Prepared:
    """The text of a list is written once for each length: rounds are short."""
    names: list[tuple[BindParameter[str], BindParameter[int]]] = [
        (bindparam(f"envelope_{n}"), bindparam(f"sequence_{n}")) for n in range(count)
    ]
    named = or_(
        *(and_(NewsRow.envelope_id == one, NewsRow.sequence == other) for one, other in names)
    )
    return Prepared(delete(NewsRow).where(named))


@cache
def _outlines(count: int) -> PreparedQuery[Any]:
    wanted = select(*_OUTLINE).where(EnvelopeRow.id.in_(_ids(count)))
    return PreparedQuery(cast("Select[Any, Any]", wanted))


@cache
def _documents(count: int) -> PreparedQuery[Any]:
    of_them = DocumentRow.envelope_id.in_(_ids(count))
    wanted = select(*_NAMED).where(of_them).order_by(DocumentRow.position)
    return PreparedQuery(cast("Select[Any, Any]", wanted))


def _ids(count: int) -> list[BindParameter[str]]:
    return [bindparam(f"id_{n}") for n in range(count)]


class SqlNews:
    """Implements ports.News."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def look(self, now: datetime) -> Untold:
        """Whether there are any, and deliveries and copies due: all at one look."""
        (row,) = all_rows(self._connection, _LOOK, {"now": now})
        return Untold(news=row.news, deliveries=row.deliveries, copies=row.copies)

    def next(self, *, limit: int) -> Sequence[Entry]:
        """The oldest of them."""
        rows = all_rows(self._connection, _NEXT, {"most": limit})
        return [entry_of(row) for row in rows]

    def told(self, entries: Sequence[Entry]) -> None:
        """They need not be told any more."""
        if not entries:
            return
        given: dict[str, Any] = {}
        for n, entry in enumerate(entries):
            given |= {f"envelope_{n}": entry.envelope_id, f"sequence_{n}": entry.sequence}
        _told(len(entries)).tell(self._connection, given)

    def outlines(self, envelope_ids: Collection[str]) -> Mapping[str, Outline]:
        """Of those that there are, by id."""
        if not envelope_ids:
            return {}
        given = {f"id_{n}": each for n, each in enumerate(envelope_ids)}
        count = len(given)
        of_documents, outlines = together(
            self._connection, (_documents(count), given), (_outlines(count), given)
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
