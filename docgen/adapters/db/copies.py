"""Copies to subscribers in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, insert, select, union_all, update

from docgen.adapters.db.copy_rows import CopyRow
from docgen.adapters.db.prepared import Prepared, PreparedQuery
from docgen.adapters.db.reading import all_rows
from docgen.domain.copy import Copy, CopyState, CopyWay

# Filled in when they are executed: to build a statement anew takes longer than to execute it.
_ADD = Prepared(insert(CopyRow))
_SAVE = Prepared(
    update(CopyRow).where(
        CopyRow.envelope_id == bindparam("its_envelope"), CopyRow.way == bindparam("its_way")
    )
)


def _due(way: CopyWay) -> Select[Any]:
    """The longest waiting of them; a subquery, since only there a part of a union locks rows."""
    due = (
        select(CopyRow)
        .where(
            CopyRow.state == CopyState.OWED.value,
            CopyRow.next_at <= bindparam("now"),
            CopyRow.way == way.value,
        )
        .order_by(CopyRow.next_at, CopyRow.envelope_id)
        .limit(bindparam(way.value, type_=Integer))
        .with_for_update(skip_locked=True)
        .subquery()
    )
    return select(due)


_DUE: PreparedQuery[Any] = PreparedQuery(union_all(*map(_due, CopyWay)))


class SqlCopies:
    """Implements ports_of_copies.Copies."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, copy: Copy) -> None:
        """Owe it; the commit at the latest raises Conflict where such a copy was owed before."""
        _ADD.tell(self._connection, _columns(copy))

    def claim(
        self, now: datetime, *, until: datetime, most: Mapping[CopyWay, int]
    ) -> Sequence[Copy]:
        """Take what is due, the longest waiting first; none of one way waits for another's."""
        limits = {way.value: most.get(way, 0) for way in CopyWay}
        due = all_rows(self._connection, _DUE, {"now": now, **limits})
        taken = [replace(_copy_of(row), next_at=until) for row in due]
        for copy in taken:
            self._change(copy, next_at=until)
        return taken

    def save(self, copy: Copy) -> None:
        """Store what came of a try."""
        self._change(copy, **_columns(copy))

    def of(self, envelope_id: str) -> Sequence[Copy]:
        """All copies of an envelope."""
        rows = all_rows(
            self._connection,
            select(CopyRow).where(CopyRow.envelope_id == envelope_id).order_by(CopyRow.way),
        )
        return [_copy_of(row) for row in rows]

    def owed(self) -> Sequence[Copy]:
        """All that are owed still, those of the oldest envelopes first."""
        rows = all_rows(
            self._connection,
            select(CopyRow)
            .where(CopyRow.state == CopyState.OWED.value)
            .order_by(CopyRow.envelope_id, CopyRow.way),
        )
        return [_copy_of(row) for row in rows]

    def _change(self, copy: Copy, **columns: Any) -> None:
        its = {"its_envelope": copy.envelope_id, "its_way": copy.way.value}
        _SAVE.tell(self._connection, columns | its)


def _columns(copy: Copy) -> dict[str, Any]:
    return vars(copy) | {"way": copy.way.value, "state": copy.state.value}


def _copy_of(row: CopyRow) -> Copy:
    return Copy(
        envelope_id=row.envelope_id,
        way=CopyWay(row.way),
        state=CopyState(row.state),
        next_at=row.next_at,
        tries=row.tries,
    )
