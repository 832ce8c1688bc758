"""Batches of packs in the register: taken once, each line finished once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.domain.errors import Conflict, PackBatchNotFound
from docgen.domain.pack_batch import BatchLine, LineState, PackBatch, batch_number

_NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
_ID = batch_number(["a1", "b2", "c3"], owner="collection", year=2026)
_BATCH = PackBatch(id=_ID, owner="collection", client="office", lines=3, created_at=_NOW, kept=True)
_LINES = [
    BatchLine(batch_id=_ID, place=place, case=f"D-{place}", given={"account_number": f"{place}"})
    for place in (1, 2, 3)
]
_READY = replace(
    _LINES[1], state=LineState.READY, pack_id="NP-2026-1", outcome={"total": "1.00"},
    finished_at=_NOW,
)  # fmt: skip


@pytest.fixture
def taken(register: SqlRegister) -> SqlRegister:
    """A register with the batch."""
    with register.begin() as unit:
        unit.pack_batches.add(_BATCH, _LINES)
        unit.commit()
    return register


def _finish(register: SqlRegister, line: BatchLine) -> bool:
    with register.begin() as unit:
        stored = unit.pack_batches.finish(line)
        unit.commit()
    return stored


def test_what_is_added_comes_back(taken: SqlRegister) -> None:
    """The batch, its lines in their order, and the list of its owner."""
    with taken.view() as unit:
        assert unit.pack_batches.get(_ID) == _BATCH
        assert unit.pack_batches.lines(_ID) == _LINES
        assert unit.pack_batches.line(_ID, 2) == _LINES[1]
        assert unit.pack_batches.of("collection", limit=5) == [_BATCH]
        assert unit.pack_batches.of("branch", limit=5) == []


def test_a_batch_is_taken_once(taken: SqlRegister) -> None:
    """Whoever comes second is told, and its lines are not added again."""
    with taken.begin() as unit, pytest.raises(Conflict):
        unit.pack_batches.add(_BATCH, _LINES)


def test_a_line_is_finished_once(taken: SqlRegister) -> None:
    """What is final stays; a failure gives way to whatever comes after it."""
    failed = replace(_LINES[1], state=LineState.FAILED, outcome={"code": "unavailable"})

    assert _finish(taken, failed)
    assert _finish(taken, _READY)
    assert not _finish(taken, failed)
    with taken.view() as unit:
        assert unit.pack_batches.line(_ID, 2) == _READY


def test_what_is_open_and_how_many_of_each(taken: SqlRegister) -> None:
    """What waits comes before what failed."""
    _finish(taken, replace(_LINES[0], state=LineState.FAILED, finished_at=_NOW))
    _finish(taken, _READY)

    with taken.view() as unit:
        assert unit.pack_batches.open(_ID) == [3, 1]
        assert unit.pack_batches.counts(_ID) == {
            LineState.WAITING: 1, LineState.READY: 1, LineState.FAILED: 1,
        }  # fmt: skip


def test_what_workers_owe(taken: SqlRegister) -> None:
    """The last that wait, of batches whose papers are here and that nobody has stopped."""
    _finish(taken, replace(_LINES[0], state=LineState.FAILED, finished_at=_NOW))
    _finish(taken, _READY)

    with taken.begin() as unit:
        assert unit.pack_batches.owed(limit=5) == [(_ID, 3)]
        unit.pack_batches.reopen(_ID)
        assert unit.pack_batches.owed(limit=5) == [(_ID, 3), (_ID, 1)]
        unit.pack_batches.stop(_ID, stopped=True)
        assert unit.pack_batches.owed(limit=5) == []


def test_the_last_lines_tell_the_pace(taken: SqlRegister) -> None:
    """The newest of them first."""
    later = _NOW + timedelta(seconds=20)
    _finish(taken, _READY)
    _finish(taken, replace(_LINES[0], state=LineState.BLOCKED, finished_at=later))

    with taken.view() as unit:
        assert unit.pack_batches.recent(_ID, limit=5) == [later, _NOW]
        assert unit.pack_batches.recent(_ID, limit=1) == [later]


def test_a_batch_is_stopped_and_goes_on(taken: SqlRegister) -> None:
    """By its number; another number is of nothing."""
    with taken.begin() as unit:
        unit.pack_batches.stop(_ID, stopped=True)
        assert unit.pack_batches.get(_ID).stopped
        unit.pack_batches.stop(_ID, stopped=False)
        assert not unit.pack_batches.get(_ID).stopped
        with pytest.raises(PackBatchNotFound):
            unit.pack_batches.stop("NB-2026-0", stopped=True)
        with pytest.raises(PackBatchNotFound):
            unit.pack_batches.line(_ID, 4)


def test_lines_that_wait_or_failed_are_standing(taken: SqlRegister) -> None:
    """With what hindered them; none of a batch that somebody has stopped."""
    failed = replace(_LINES[2], state=LineState.FAILED, outcome={"code": "render_failed"})
    waits = replace(_LINES[0], outcome={"code": "seal_unavailable"})
    for line in (_READY, failed, waits):
        _finish(taken, line)

    with taken.begin() as unit:
        standing = unit.pack_batches.standing()
        unit.pack_batches.stop(_ID, stopped=True)
        assert unit.pack_batches.standing() == []

    assert standing == [(_BATCH, waits), (_BATCH, failed)]
