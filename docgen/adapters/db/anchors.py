"""Anchors of days in SQL."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, insert, literal, select, text
from sqlalchemy.orm import aliased

from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.reading import all_rows, one_row
from docgen.adapters.db.rows import (
    AnchorLeafRow,
    AnchorRow,
    AnchorTokenRow,
    DocumentRow,
    DocumentVersionRow,
    JournalRow,
)
from docgen.domain.anchor import Anchor, Leaf, LeafKind, Place, Token
from docgen.domain.errors import NotFound

_LAST = PreparedQuery(select(AnchorRow).order_by(AnchorRow.day.desc()).limit(1))
_OWED = PreparedQuery(
    select(AnchorRow)
    .where(~exists().where(AnchorTokenRow.day == AnchorRow.day))
    .order_by(AnchorRow.day)
)


class SqlAnchors:
    """Implements ports.Anchors; triggers in the database refuse to change what is written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, anchor: Anchor) -> None:
        """Store it; raises Conflict where the day has one, or another follows the same one."""
        columns = {
            "day": anchor.day.isoformat(),
            "until": anchor.until,
            "leaves": anchor.leaves,
            "root": anchor.root,
            "previous_hash": anchor.previous_hash,
            "hash": anchor.hash,
        }
        self._connection.execute(insert(AnchorRow).values(**columns))

    def add_leaves(self, day: date, leaves: Sequence[Leaf], *, first: int) -> None:
        """Store leaves from position `first` on; raises Conflict for one that is anchored."""
        columns = [
            {
                "day": day.isoformat(),
                "position": position,
                "kind": leaf.kind.value,
                "subject": leaf.subject,
                "sequence": leaf.sequence,
                "hash": leaf.hash,
            }
            for position, leaf in enumerate(leaves, start=first)
        ]
        if columns:
            self._connection.execute(insert(AnchorLeafRow), columns)

    def add_token(self, token: Token) -> None:
        """Store the authority's word; raises Conflict where the anchor has one."""
        columns = {
            "day": token.day.isoformat(),
            "content": token.content,
            "stamped_at": token.stamped_at,
        }
        self._connection.execute(insert(AnchorTokenRow).values(**columns))

    def last(self) -> Anchor | None:
        """The newest, if there is any."""
        return next(map(anchor_of, all_rows(self._connection, _LAST)), None)

    def get(self, day: date) -> Anchor:
        """The anchor of that day; raises NotFound."""
        row = one_row(self._connection, select(AnchorRow).where(AnchorRow.day == day.isoformat()))
        if row is None:
            raise NotFound(f"no anchor of {day}")
        return anchor_of(row)

    def leaves(self, day: date, *, after: int, limit: int) -> Sequence[Leaf]:
        """Its leaves beyond that position, in order; positions begin at 0."""
        wanted = (
            select(AnchorLeafRow)
            .where(AnchorLeafRow.day == day.isoformat(), AnchorLeafRow.position > after)
            .order_by(AnchorLeafRow.position)
            .limit(limit)
        )
        return [leaf_of(row) for row in all_rows(self._connection, wanted)]

    def place_of(self, kind: LeafKind, subject: str, *, sequence: int) -> Place | None:
        """Where that leaf is anchored, if it is."""
        row = one_row(
            self._connection,
            select(AnchorLeafRow).where(
                AnchorLeafRow.kind == kind.value,
                AnchorLeafRow.subject == subject,
                AnchorLeafRow.sequence == sequence,
            ),
        )
        if row is None:
            return None
        return Place(day=date.fromisoformat(row.day), position=row.position)

    def token(self, day: date) -> Token | None:
        """The authority's word on that day's anchor, if it is there."""
        row = one_row(
            self._connection, select(AnchorTokenRow).where(AnchorTokenRow.day == day.isoformat())
        )
        return None if row is None else token_of(row)

    def owed(self) -> Sequence[Anchor]:
        """Anchors without a token, the oldest first."""
        return [anchor_of(row) for row in all_rows(self._connection, _OWED)]

    def unanchored(self, since: datetime | None) -> Iterator[Leaf]:
        """What no anchor holds yet, read as it is asked for.

        Heads of chains are looked for among entries dated from `since` on.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(_WITHOUT_HASTE)
        yield from self._rows(LeafKind.JOURNAL, _heads(since))
        yield from self._rows(LeafKind.DOCUMENT, _SEALED)
        yield from self._rows(LeafKind.DOCUMENT, _LATER)
        for row in all_rows(self._connection, _TOKENS):
            yield token_of(row).leaf()

    def _rows(self, kind: LeafKind, wanted: Any) -> Iterator[Leaf]:
        streamed = wanted.execution_options(yield_per=_AT_ONCE)
        for subject, sequence, sha256 in self._connection.execute(streamed):
            yield Leaf(kind=kind, subject=subject, sequence=sequence, hash=sha256)


_AT_ONCE = 1000
_WITHOUT_HASTE = text("SET LOCAL statement_timeout = 0")


def _anchored(kind: LeafKind, subject: Any, sequence: Any) -> ColumnElement[bool]:
    return exists().where(
        AnchorLeafRow.kind == kind.value,
        AnchorLeafRow.subject == subject,
        AnchorLeafRow.sequence == sequence,
    )


def _heads(since: datetime | None) -> Select[str, int, str]:
    entry, later = aliased(JournalRow), aliased(JournalRow)
    has_later = exists().where(
        later.envelope_id == entry.envelope_id, later.sequence == entry.sequence + 1
    )
    wanted = select(entry.envelope_id, entry.sequence, entry.hash).where(
        ~has_later, ~_anchored(LeafKind.JOURNAL, entry.envelope_id, entry.sequence)
    )
    return wanted if since is None else wanted.where(entry.at >= since)


_SEALED = select(DocumentRow.id, literal(1), DocumentRow.sealed_sha256).where(
    DocumentRow.sealed_sha256.is_not(None),
    ~_anchored(LeafKind.DOCUMENT, DocumentRow.id, literal(1)),
)
_LATER = select(
    DocumentVersionRow.document_id, DocumentVersionRow.number, DocumentVersionRow.sha256
).where(~_anchored(LeafKind.DOCUMENT, DocumentVersionRow.document_id, DocumentVersionRow.number))
_TOKENS = select(AnchorTokenRow).where(~_anchored(LeafKind.TOKEN, AnchorTokenRow.day, literal(1)))


def anchor_of(row: AnchorRow) -> Anchor:
    """The anchor of a row; raises ValueError for a day that is none."""
    return Anchor(
        day=date.fromisoformat(row.day),
        until=row.until,
        leaves=row.leaves,
        root=row.root,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def leaf_of(row: AnchorLeafRow) -> Leaf:
    """The leaf of a row; raises ValueError for a kind that is none."""
    return Leaf(kind=LeafKind(row.kind), subject=row.subject, sequence=row.sequence, hash=row.hash)


def token_of(row: AnchorTokenRow) -> Token:
    """The token of a row; raises ValueError for a day that is none."""
    return Token(
        day=date.fromisoformat(row.day), content=bytes(row.content), stamped_at=row.stamped_at
    )
