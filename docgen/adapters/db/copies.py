"""Copies to subscribers in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from docgen.adapters.db.copy_rows import CopyRow
from docgen.domain.copy import Copy, CopyState, CopyWay


class SqlCopies:
    """Implements ports_of_copies.Copies."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, copy: Copy) -> None:
        """Owe it; raises Conflict where such a copy of the envelope was owed before."""
        self._session.execute(insert(CopyRow).values(**_columns(copy)))

    def claim(self, now: datetime, *, until: datetime, limit: int) -> Sequence[Copy]:
        """Take what is due, the longest waiting first."""
        due = self._session.scalars(
            select(CopyRow)
            .where(CopyRow.state == CopyState.OWED.value, CopyRow.next_at <= now)
            .order_by(CopyRow.next_at, CopyRow.envelope_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        taken = [_copy_of(row) for row in due]
        for copy in taken:
            self._change(copy, next_at=until)
        return taken

    def save(self, copy: Copy) -> None:
        """Store what came of a try."""
        self._change(copy, **_columns(copy))

    def of(self, envelope_id: str) -> Sequence[Copy]:
        """All copies of an envelope."""
        rows = self._session.scalars(
            select(CopyRow)
            .where(CopyRow.envelope_id == envelope_id)
            .order_by(CopyRow.way)
            .execution_options(populate_existing=True)
        )
        return [_copy_of(row) for row in rows]

    def _change(self, copy: Copy, **columns: Any) -> None:
        self._session.connection().execute(
            update(CopyRow)
            .where(CopyRow.envelope_id == copy.envelope_id, CopyRow.way == copy.way.value)
            .values(**columns)
        )


def _columns(copy: Copy) -> dict[str, Any]:
    return asdict(copy) | {"way": copy.way.value, "state": copy.state.value}


def _copy_of(row: CopyRow) -> Copy:
    return Copy(
        envelope_id=row.envelope_id,
        way=CopyWay(row.way),
        state=CopyState(row.state),
        next_at=row.next_at,
        tries=row.tries,
    )
