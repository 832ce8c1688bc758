"""Whoever changes a row by hand is found out: each table, each column, on either database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Column

from docgen.domain import journal
from docgen.domain.anchor import Anchor, digest
from docgen.domain.errors import SealUnavailable
from docgen.domain.finding import Finding, Mismatch
from docgen.domain.journal import Entry, Event
from docgen.domain.language import Language
from docgen.usecases.decline import Decline
from docgen.usecases.void import Void
from tests.fakes import FakeJobs
from tests.usecases.by_hand import TECHNICAL, WATCHED, ByHand, Row, another, columns
from tests.usecases.evidence import ORDER_SYSTEM, Closed, busy, planned, visit_desk
from tests.usecases.world import LIFE, TECHNICIAN, World, attempt

_REFUSED = {
    ("documents", "envelope_id"),
    ("challenges", "chain"),
    ("challenges", "state"),
    ("envelopes", "id"),
    ("documents", "position"),
    ("journal", "sequence"),
    ("anchor_leaves", "sequence"),
    ("anchor_leaves", "position"),
}
"""Columns of which the database itself refuses some forgeries, by its keys."""


@pytest.fixture
def closed(anywhere: World) -> Closed:
    """Three days of work, over SQLite and over PostgreSQL."""
    return busy(anywhere)


@pytest.fixture
def by_hand(closed: Closed) -> Iterator[ByHand]:
    """Somebody at the same database, who has taken its guards off."""
    opened = ByHand(closed.world.database_url)
    yield opened
    opened.engine.dispose()


def _names(found: list[Finding], *rows: Row) -> bool:
    """Whether one of these rows is named."""
    named = {(each.table, each.row) for each in found}
    return any((row.table.name, row.name) in named for row in rows)


def _places(by_hand: ByHand, table: str) -> Iterator[tuple[Row, Column[Any]]]:
    """Every column of every row on SQLite; on PostgreSQL every column, of a row that has it.

    What the two keep otherwise is a column's business, and rows are many.
    """
    rows = by_hand.rows(table)
    assert rows
    if by_hand.engine.dialect.name == "sqlite":
        yield from product(rows, columns(table))
        return
    for number, column in enumerate(columns(table)):
        has = [row for row in rows if row.values[column.name] is not None] or rows
        yield has[number % len(has)], column


def test_what_nobody_touched_is_in_order(closed: Closed) -> None:
    """All of it is looked at, and nothing is found."""
    assert closed.check() == []
    checked = closed.checked
    assert (checked.envelopes, checked.anchors, checked.unstamped) == (3, 2, 0)
    assert checked.files == 2 * 3 + 1 + 1
    with closed.world.register.view() as unit:
        chains = [unit.journal.of(each) for each in unit.journal.envelope_ids()]
    assert checked.entries == sum(map(len, chains))


@pytest.mark.parametrize("table", WATCHED)
def test_a_change_of_any_column_of_any_row_is_named(
    closed: Closed, by_hand: ByHand, table: str
) -> None:
    """The smallest change there is, one column of one row at a time."""
    refused = set()
    for row, column in _places(by_hand, table):
        if (table, column.name) in TECHNICAL:
            continue
        forged = another(column, row.values[column.name])
        with by_hand.changed(row, **{column.name: forged}) as changed:
            if changed is None:
                refused.add((table, column.name))
                continue
            found = closed.changed()
            assert _names(found, row, changed), (column.name, row.name, forged, found)
    assert refused <= _REFUSED
    assert closed.changed() == []


@pytest.mark.parametrize("table", WATCHED)
def test_a_value_that_is_gone_is_named(closed: Closed, by_hand: ByHand, table: str) -> None:
    """Null where something stood, where the database allows null at all."""
    for row, column in _places(by_hand, table):
        technical = (table, column.name) in TECHNICAL and column.name != "sent_at"
        if technical or not column.nullable or row.values[column.name] is None:
            continue
        with by_hand.changed(row, **{column.name: None}) as changed:
            assert changed is not None
            assert _names(closed.changed(), row), (column.name, row.name)


@pytest.mark.parametrize("table", WATCHED)
def test_a_row_that_is_gone_is_named(closed: Closed, by_hand: ByHand, table: str) -> None:
    """Any row of any table, unless the database's own keys keep it.

    Only the newest token is not missed: without it the anchor is as if it were still owed.
    """
    tried = 0
    for row in by_hand.rows(table)[: -1 if table == "anchor_tokens" else None]:
        with by_hand.gone(row) as is_gone:
            if not is_gone:
                continue
            tried += 1
            found = closed.changed()
            assert _names(found, row) or _missed(found, row), (row.name, found)
    assert tried or table == "envelopes"


def _missed(found: list[Finding], row: Row) -> bool:
    """Named by what it belongs to: a tail of today by its state, a document by its number."""
    named = {(each.table, each.row) for each in found}
    values = row.values
    if row.table.name == "documents":
        return ("documents", values["number"]) in named
    if row.table.name == "journal":
        whole = {(table, values["envelope_id"]) for table in ("envelopes", "visits", "staff")}
        return bool(whole & named) or any(table == "challenges" for table, _ in named)
    return row.table.name == "anchors" and any(
        table in {"anchors", "anchor_leaves", "anchor_tokens"} for table, _ in named
    )


def test_what_a_technician_is_writing_is_nobodys_evidence(closed: Closed, by_hand: ByHand) -> None:
    """His words are his until a document is made of them; whose visit it is, is settled."""
    world, desk = closed.world, visit_desk(closed.world)
    visit_id = planned(world)
    caller = replace(ORDER_SYSTEM, employee_id="E-1")
    for version, surname in enumerate(("О", "Ос", "Оспанова"), start=1):
        desk.keep(
            visit_id,
            version=version,
            subscriber={"surname": surname},
            documents=(),
            caller=caller,
        )

    assert closed.changed() == []
    with world.register.view() as unit:
        assert len(unit.journal.of(visit_id)) == 2
    (row,) = (each for each in by_hand.rows("visits") if each.name == visit_id)
    for column, forged in (("region", "AST"), ("envelope_id", "x"), ("state", "planned")):
        with by_hand.changed(row, **{column: forged}):
            assert _names(closed.changed(), row), column


def test_a_chain_that_is_gone_with_all_it_tells_of_is_named(
    closed: Closed, by_hand: ByHand
) -> None:
    """An anchored envelope cannot vanish without a trace, not even with every row of its own."""
    leaf = closed.leaves(closed.anchors()[0])[0]
    mine = {"envelope_id": leaf.subject}
    for statement in (
        "DELETE FROM journal WHERE envelope_id = :envelope_id",
        "DELETE FROM document_versions WHERE document_id IN"
        " (SELECT id FROM documents WHERE envelope_id = :envelope_id)",
        "DELETE FROM documents WHERE envelope_id = :envelope_id",
        "DELETE FROM challenges WHERE chain = :envelope_id",
        "DELETE FROM envelopes WHERE id = :envelope_id",
    ):
        by_hand.run(statement, **mine)
    found = closed.changed()
    assert ("journal", f"{leaf.subject}/{leaf.sequence}") in {(f.table, f.row) for f in found}


def _rewritten(entries: list[Entry], place: int, **changes: Any) -> list[Entry]:
    """The chain as somebody makes it who knows how it is hashed."""
    made: list[Entry] = []
    for entry in entries:
        fact = journal.Fact(
            event=entry.event, at=entry.at, actor=entry.actor, details=entry.details
        )
        if len(made) == place:
            fact = replace(fact, **changes)
        last = made[-1] if made else None
        made.append(journal.chain(fact, envelope_id=entry.envelope_id, last=last))
    return made


def test_a_chain_written_anew_with_right_hashes_is_named(closed: Closed, by_hand: ByHand) -> None:
    """Every hash follows from the one before, but the anchor holds another head."""
    leaf = closed.leaves(closed.anchors()[0])[0]
    entries = list(closed.world.journal(leaf.subject))
    for entry in _rewritten(entries, 2, actor="client:somebody"):
        by_hand.run(
            "UPDATE journal SET actor = :actor, previous_hash = :previous, hash = :hash"
            " WHERE envelope_id = :id AND sequence = :number",
            actor=entry.actor, previous=entry.previous_hash, hash=entry.hash,
            id=entry.envelope_id, number=entry.sequence,
        )  # fmt: skip
    found = closed.changed()
    assert (Mismatch.CHANGED, "journal", f"{leaf.subject}/{leaf.sequence}") in {
        (each.fault, each.table, each.row) for each in found
    }


def test_an_entry_added_with_an_old_date_is_named(closed: Closed) -> None:
    """Appended today as the software appends, but dated before an anchor that lacks it."""
    leaf = closed.leaves(closed.anchors()[0])[0]
    last = closed.world.journal(leaf.subject)[-1]
    fact = journal.Fact(event=Event.CODE_WRONG, at=last.at, actor="subscriber")
    with closed.world.register.begin() as unit:
        unit.journal.append(leaf.subject, fact)
        unit.commit()
    closed.tomorrow()
    row = f"{leaf.subject}/{last.sequence + 1}"
    assert (Mismatch.BACKDATED, "journal", row) in {
        (f.fault, f.table, f.row) for f in closed.check()
    }


def test_an_anchor_written_anew_needs_an_authority_that_lies(
    closed: Closed, by_hand: ByHand
) -> None:
    """Leaves, root, hash and all that follow can be made to fit; the token cannot."""
    newest = closed.anchors()[-1]
    forged = replace(newest, until=newest.until + timedelta(minutes=1))
    hashed = replace(forged, hash=_hash_of(forged))
    by_hand.run(
        "UPDATE anchors SET until = :until, hash = :hash WHERE day = :day",
        until=_as_stored(by_hand, hashed.until), hash=hashed.hash, day=hashed.day.isoformat(),
    )  # fmt: skip
    assert (Mismatch.TOKEN_REFUSED, "anchor_tokens", newest.day.isoformat()) in {
        (each.fault, each.table, each.row) for each in closed.changed()
    }


def _hash_of(anchor: Anchor) -> str:
    return digest(anchor.statement())


def _as_stored(by_hand: ByHand, moment: Any) -> Any:
    if by_hand.engine.dialect.name == "postgresql":
        return moment
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def test_anchors_that_are_gone_from_the_end_are_missed(closed: Closed, by_hand: ByHand) -> None:
    """The entries they held are older than a day, and nothing vouches for them."""
    for table in ("anchor_tokens", "anchor_leaves", "anchors"):
        by_hand.run(f"DELETE FROM {table}")  # noqa: S608
    closed.world.clock.advance(timedelta(days=2))
    faults = {(each.fault, each.table) for each in closed.changed()}
    assert faults == {(Mismatch.NOT_ANCHORED, "anchors")}


def test_rows_that_nobody_wrote_are_named(closed: Closed, by_hand: ByHand) -> None:
    """A code that was never sent, a version that was never stamped, a leaf of no anchor."""
    forged: dict[str, dict[str, Any]] = {
        "challenges": {"id": "forged", "state": "replaced"},
        "document_versions": {"number": 3},
        "anchor_leaves": {"position": 99, "subject": "forged"},
        "anchor_tokens": {"day": "2031-01-01"},
    }
    for table, changes in forged.items():
        row = by_hand.rows(table)[0]
        with by_hand.added(table, **(row.values | changes)) as added:
            assert _names(closed.changed(), added), table


def test_guards_that_are_gone_are_told(closed: Closed) -> None:
    """Whoever takes a trigger off has something in mind."""
    assert closed.check() == []
    ByHand(closed.world.database_url).engine.dispose()
    found = closed.check()
    assert {(each.fault, each.table) for each in found} == {
        (Mismatch.UNGUARDED, table)
        for table in ("journal", "anchors", "anchor_leaves", "anchor_tokens", "document_versions")
    }


def test_every_way_an_envelope_ends_is_in_order(anywhere: World) -> None:
    """Declined, void, expired, waiting for the authority, with several codes: no false alarm."""
    closed = Closed(anywhere)
    clock = anywhere.clock
    declined, void, waiting = (anywhere.code_sent() for _ in range(3))
    Decline(register=anywhere.register, clock=clock)(declined.id, reason="жоқ", actor="subscriber")
    Void(register=anywhere.register, clock=clock)(void.id, reason="қате", actor="client:field")
    anywhere.sealer.failing = SealUnavailable("down")
    anywhere.jobs = FakeJobs()
    anywhere.confirm(waiting.id, attempt(anywhere.chance.given[2]))
    anywhere.jobs = None
    anywhere.sweep()
    several = anywhere.code_sent()
    clock.advance(timedelta(minutes=2))
    anywhere.send(several.id, language=Language.RU, asked_by=TECHNICIAN)
    closed.tomorrow()
    clock.advance(LIFE)
    anywhere.sweep()
    closed.tomorrow()
    assert anywhere.events(several.id)[-1] == "expired"
    assert closed.check() == []


def test_a_file_that_is_gone_or_other_is_named(closed: Closed) -> None:
    """Of every version: what was shown, what was sealed, what was archived."""
    blobs = closed.world.blobs
    for sha256 in list(blobs.contents):
        whole = blobs.contents.pop(sha256)
        used = [each for each in closed.check() if each.detail == sha256]
        blobs.contents[sha256] = whole + b" "
        spoilt = [each for each in closed.check() if each.detail == sha256]
        blobs.contents[sha256] = whole
        assert [each.fault for each in used] == [Mismatch.FILE_MISSING]
        assert [each.fault for each in spoilt] == [Mismatch.FILE_DAMAGED]
    assert closed.check() == []
    assert closed.check(files=False) == []
    assert closed.checked.files == 0


def test_of_very_many_only_the_first_are_named(closed: Closed, by_hand: ByHand) -> None:
    """All are counted."""
    by_hand.run("UPDATE journal SET actor = 'nobody'")
    found = closed.changed()
    assert closed.checked.findings - 5 == len(found) == closed.checked.entries
