"""Batches of packs in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.pack_batch_rows import PackBatchLineRow, PackBatchRow
from docgen.adapters.db.prepared import PreparedQuery
from docgen.adapters.db.reading import all_rows, one_row
from docgen.domain.errors import Conflict, PackBatchNotFound
from docgen.domain.pack_batch import OPEN, BatchLine, LineState, PackBatch

_OPEN = [state.value for state in OPEN]
_OWED: PreparedQuery[Any] = PreparedQuery(
    select(PackBatchLineRow.batch_id, PackBatchLineRow.place)
    .join(PackBatchRow, PackBatchRow.id == PackBatchLineRow.batch_id)
    .where(
        PackBatchRow.kept,
        ~PackBatchRow.stopped,
        PackBatchLineRow.state == LineState.WAITING.value,
    )
    .order_by(PackBatchRow.created_at, PackBatchLineRow.place.desc())
    .limit(bindparam("most", type_=Integer))
)


class SqlPackBatches:
    """Implements ports_of_packs.PackBatches."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, batch: PackBatch, lines: Sequence[BatchLine]) -> None:
        """Store a new one with all its lines; raises Conflict for a number that is taken."""
        columns = {
            "id": batch.id, "owner": batch.owner, "client": batch.client, "lines": batch.lines,
            "created_at": batch.created_at, "region": batch.region, "actor": batch.actor,
            "kept": batch.kept, "stopped": batch.stopped,
        }  # fmt: skip
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(PackBatchRow).values(**columns))
                self._connection.execute(
                    insert(PackBatchLineRow), [_columns(each) for each in lines]
                )
        except IntegrityError:
            raise Conflict("there is a batch of that number") from None

    def get(self, batch_id: str) -> PackBatch:
        """The batch; raises PackBatchNotFound."""
        row = one_row(self._connection, select(PackBatchRow).where(PackBatchRow.id == batch_id))
        if row is None:
            raise PackBatchNotFound(batch_id)
        return _batch(row)

    def of(self, owner: str, *, limit: int) -> Sequence[PackBatch]:
        """The owner's newest."""
        wanted = select(PackBatchRow).where(PackBatchRow.owner == owner)
        ordered = wanted.order_by(PackBatchRow.created_at.desc(), PackBatchRow.id).limit(limit)
        return [_batch(row) for row in all_rows(self._connection, ordered)]

    def stop(self, batch_id: str, *, stopped: bool) -> None:
        """Stop it, or let it go on; raises PackBatchNotFound."""
        self.get(batch_id)
        wanted = update(PackBatchRow).where(PackBatchRow.id == batch_id)
        self._connection.execute(wanted.values(stopped=stopped))

    def reopen(self, batch_id: str) -> None:
        """What failed waits again."""
        its = (PackBatchLineRow.batch_id == batch_id) & (
            PackBatchLineRow.state == LineState.FAILED.value
        )
        again = update(PackBatchLineRow).where(its)
        self._connection.execute(again.values(state=LineState.WAITING.value))

    def owed(self, *, limit: int) -> Sequence[tuple[str, int]]:
        """Batch and place of the last lines that wait for workers, and are not stopped."""
        rows = all_rows(self._connection, _OWED, {"most": limit})
        return [(row.batch_id, row.place) for row in rows]

    def standing(self) -> Sequence[tuple[PackBatch, BatchLine]]:
        """Of all batches that nobody has stopped, the lines that wait or have failed."""
        batches = select(PackBatchRow).where(~PackBatchRow.stopped)
        by_id = {row.id: _batch(row) for row in all_rows(self._connection, batches)}
        line = PackBatchLineRow
        open_ones = select(line).where(line.batch_id.in_(list(by_id)), line.state.in_(_OPEN))
        ordered = open_ones.order_by(line.batch_id, line.place)
        rows = all_rows(self._connection, ordered)
        return [(by_id[row.batch_id], _line(row)) for row in rows]

    def lines(self, batch_id: str) -> Sequence[BatchLine]:
        """All lines, in order."""
        wanted = select(PackBatchLineRow).where(PackBatchLineRow.batch_id == batch_id)
        return [_line(row) for row in all_rows(self._connection, wanted.order_by("place"))]

    def line(self, batch_id: str, place: int) -> BatchLine:
        """One of them; raises PackBatchNotFound."""
        row = one_row(
            self._connection,
            select(PackBatchLineRow).where(
                PackBatchLineRow.batch_id == batch_id, PackBatchLineRow.place == place
            ),
        )
        if row is None:
            raise PackBatchNotFound(batch_id)
        return _line(row)

    def open(self, batch_id: str) -> Sequence[int]:
        """Places of what waits, then of what failed, in order."""
        rows = self._connection.execute(
            select(PackBatchLineRow.state, PackBatchLineRow.place)
            .where(PackBatchLineRow.batch_id == batch_id, PackBatchLineRow.state.in_(_OPEN))
            .order_by(PackBatchLineRow.state.desc(), PackBatchLineRow.place)
        )
        return [place for _, place in rows]

    def counts(self, batch_id: str) -> Mapping[LineState, int]:
        """How many lines there are in each state."""
        rows = self._connection.execute(
            select(PackBatchLineRow.state, func.count())
            .where(PackBatchLineRow.batch_id == batch_id)
            .group_by(PackBatchLineRow.state)
        )
        return {LineState(state): count for state, count in rows}

    def recent(self, batch_id: str, *, limit: int) -> Sequence[datetime]:
        """When the last lines were finished."""
        finished = PackBatchLineRow.finished_at
        wanted = select(finished).where(PackBatchLineRow.batch_id == batch_id)
        newest = wanted.where(finished.is_not(None)).order_by(finished.desc()).limit(limit)
        return [each for each in self._connection.scalars(newest) if each is not None]

    def finish(self, line: BatchLine) -> bool:
        """Store what became of it; False where something final was stored before."""
        its = (
            (PackBatchLineRow.batch_id == line.batch_id)
            & (PackBatchLineRow.place == line.place)
            & PackBatchLineRow.state.in_(_OPEN)
        )
        stored = self._connection.execute(
            update(PackBatchLineRow)
            .where(its)
            .values(
                state=line.state.value,
                pack_id=line.pack_id,
                outcome=dict(line.outcome),
                finished_at=line.finished_at,
            )
            .returning(PackBatchLineRow.place)
        ).one_or_none()
        return stored is not None


def _columns(line: BatchLine) -> dict[str, object]:
    return {
        "batch_id": line.batch_id, "place": line.place, "case_name": line.case,
        "given": dict(line.given), "state": line.state.value, "pack_id": line.pack_id,
        "outcome": dict(line.outcome), "finished_at": line.finished_at,
    }  # fmt: skip


def _batch(row: PackBatchRow) -> PackBatch:
    return PackBatch(
        id=row.id, owner=row.owner, client=row.client, lines=row.lines, created_at=row.created_at,
        region=row.region, actor=row.actor, kept=row.kept, stopped=row.stopped,
    )  # fmt: skip


def _line(row: PackBatchLineRow) -> BatchLine:
    return BatchLine(
        batch_id=row.batch_id,
        place=row.place,
        case=row.case_name,
        given=row.given,
        state=LineState(row.state),
        pack_id=row.pack_id,
        outcome=row.outcome,
        finished_at=row.finished_at,
    )
