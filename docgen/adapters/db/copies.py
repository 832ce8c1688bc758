"""Copies to subscribers in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, insert, select, update

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
_DUE = PreparedQuery(
    select(CopyRow)
    .where(CopyRow.state == CopyState.OWED.value, CopyRow.next_at <= bindparam("now"))
    .order_by(CopyRow.next_at, CopyRow.envelope_id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)


class SqlCopies:
    """Implements ports_of_copies.Copies."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, copy: Copy) -> None:
        """Owe it; the commit at the latest raises Conflict where such a copy was owed before."""
        _ADD.tell(self._connection, _columns(copy))

    def claim(self, now: datetime, *, until: datetime, limit: int) -> Sequence[Copy]:
        """Take what is due, the longest waiting first."""
        due = all_rows(self._connection, _DUE, {"now": now, "most": limit})
        taken = [_copy_of(row) for row in due]
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
