"""Anchors and later versions in either database: append-only, nothing twice."""

from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.register import SqlRegister
from docgen.domain import merkle
from docgen.domain.anchor import Anchor, Leaf, LeafKind, Place, Token, anchor
from docgen.domain.envelope import Archived, State
from docgen.domain.errors import Conflict, DocumentNotFound, NotFound
from tests.builders import NOW, envelope, fact, sha256

DAY = date(2026, 3, 2)
_NEXT = DAY + timedelta(days=1)


def _leaf(number: int = 1) -> Leaf:
    hashed = sha256(str(number))
    return Leaf(kind=LeafKind.JOURNAL, subject=f"e{number}", sequence=2, hash=hashed)


def _anchored(register: SqlRegister, day: date = DAY, last: Anchor | None = None) -> Anchor:
    tree = merkle.Tree()
    leaves = [_leaf(day.day * 10 + n) for n in range(3)]
    for leaf in leaves:
        tree.add(leaf.tree_hash())
    made = anchor(day, until=NOW, tree=tree, last=last)
    with register.begin() as unit:
        unit.anchors.add_leaves(day, leaves[:2], first=0)
        unit.anchors.add_leaves(day, leaves[2:], first=2)
        unit.anchors.add(made)
        unit.commit()
    return made


def _token(day: date = DAY) -> Token:
    return Token(day=day, content=b"\x30\x00\xff", stamped_at=NOW)


def _version(number: int = 2, **changes: int) -> Archived:
    ends = NOW + timedelta(days=changes.get("days", 3650))
    return Archived(
        number=number, sha256=sha256(f"v{number}"), size=9, authority="Орталық",
        stamped_at=NOW, ends_at=ends,
    )  # fmt: skip


def test_an_anchor_comes_back_as_it_was_made(register: SqlRegister) -> None:
    """With its leaves in their places, and its token where there is one."""
    made = _anchored(register)
    with register.begin() as unit:
        unit.anchors.add_token(_token())
        unit.commit()
    with register.view() as unit:
        assert unit.anchors.last() == unit.anchors.get(DAY) == made
        assert made.holds()
        assert [leaf.subject for leaf in unit.anchors.leaves(DAY, after=0, limit=9)] == [
            "e21", "e22",
        ]  # fmt: skip
        assert unit.anchors.place_of(LeafKind.JOURNAL, "e22", sequence=2) == Place(
            day=DAY, position=2
        )
        assert unit.anchors.place_of(LeafKind.JOURNAL, "e22", sequence=3) is None
        assert unit.anchors.token(DAY) == _token()
        assert unit.anchors.token(_NEXT) is None


def test_the_newest_is_the_last_day(register: SqlRegister) -> None:
    """And those without a token are owed one."""
    first = _anchored(register)
    second = _anchored(register, _NEXT, first)
    with register.view() as unit:
        assert unit.anchors.last() == second
        assert list(unit.anchors.owed()) == [first, second]
    with register.begin() as unit:
        unit.anchors.add_token(_token())
        unit.commit()
    with register.view() as unit:
        assert list(unit.anchors.owed()) == [second]


def test_what_is_not_there_is_not_found(register: SqlRegister) -> None:
    """No day, no anchor, no document of that number."""
    with register.view() as unit:
        assert unit.anchors.last() is None
        with pytest.raises(NotFound):
            unit.anchors.get(DAY)
        with pytest.raises(DocumentNotFound):
            unit.envelopes.by_number("AA-26-999999")


def test_two_anchors_never_follow_the_same_one(register: SqlRegister) -> None:
    """Whoever comes second, on whichever day, is refused."""
    first = _anchored(register)
    for day in (DAY, _NEXT):
        made = anchor(day, until=NOW, tree=merkle.Tree(), last=None)
        with pytest.raises(Conflict), register.begin() as unit:
            unit.anchors.add(made)
    with register.view() as unit:
        assert unit.anchors.last() == first


def test_nothing_is_anchored_or_stamped_twice(register: SqlRegister) -> None:
    """A leaf of another day, a second token: refused."""
    _anchored(register)
    with pytest.raises(Conflict), register.begin() as unit:
        unit.anchors.add_leaves(_NEXT, [_leaf(20)], first=0)
    with register.begin() as unit:
        unit.anchors.add_token(_token())
        unit.commit()
    with pytest.raises(Conflict), register.begin() as unit:
        unit.anchors.add_token(_token())


def test_only_heads_that_no_anchor_holds_are_unanchored(register: SqlRegister) -> None:
    """Of each chain its last entry; dated from a moment on, where one is given."""
    with register.begin() as unit:
        for chain, entries in {"e1": 3, "e2": 1}.items():
            for number in range(entries):
                unit.journal.append(chain, fact(at=NOW + timedelta(days=number)))
        unit.commit()
    with register.view() as unit:
        heads = list(unit.anchors.unanchored(None))
        late = list(unit.anchors.unanchored(NOW + timedelta(days=1)))
    assert sorted((leaf.subject, leaf.sequence) for leaf in heads) == [("e1", 3), ("e2", 1)]
    assert [leaf.subject for leaf in late] == ["e1"]
    with register.begin() as unit:
        unit.anchors.add_leaves(DAY, heads, first=0)
        unit.commit()
    with register.view() as unit:
        assert list(unit.anchors.unanchored(None)) == []


def test_versions_are_read_with_their_document(register: SqlRegister) -> None:
    """In the order of their numbers; the envelope itself is not written."""
    sealed = envelope(State.SEALED)
    document = sealed.documents[0]
    with register.begin() as unit:
        unit.envelopes.add(sealed)
        unit.versions.add(document.id, _version(3))
        unit.versions.add(document.id, _version(2))
        unit.commit()
    with register.view() as unit:
        kept = unit.envelopes.by_number(document.number)
    assert kept.documents[0].archived == (_version(2), _version(3))
    with pytest.raises(Conflict), register.begin() as unit:
        unit.versions.add(document.id, _version(3))


def test_files_whose_newest_certificates_end_are_found(register: SqlRegister) -> None:
    """Page by page; a renewed one only when its newest time stamp ends."""
    with register.begin() as unit:
        stored = [envelope(State.SEALED) for _ in range(3)]
        for each in stored:
            unit.envelopes.add(each)
        unit.versions.add(stored[0].documents[0].id, _version(2, days=1))
        unit.versions.add(stored[0].documents[0].id, _version(3, days=100))
        unit.commit()
    ids = [each.documents[0].id for each in stored]
    with register.view() as unit:
        soon = unit.versions.ending(NOW + timedelta(days=50), after="", limit=9)
        later = unit.versions.ending(NOW + timedelta(days=100), after="", limit=9)
        page = unit.versions.ending(NOW + timedelta(days=100), after=ids[0], limit=1)
    assert [document for _, document in soon] == sorted(ids[1:])
    assert [document for _, document in later] == sorted(ids)
    assert [document for _, document in page] == sorted(ids)[1:2]
    assert (stored[0].id, ids[0]) in later


_TABLES = ("anchors", "anchor_leaves", "anchor_tokens", "document_versions")


def _filled(register: SqlRegister) -> None:
    _anchored(register)
    with register.begin() as unit:
        unit.anchors.add_token(_token())
        unit.versions.add("d1", _version())
        unit.commit()


@pytest.mark.parametrize("table", _TABLES)
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_them(
    register: SqlRegister, database_url: str, table: str, verb: str
) -> None:
    """Whoever connects: an update, even of a value to itself, or a delete."""
    _filled(register)
    column = "document_id" if table == "document_versions" else "day"
    _refused(database_url, verb.format(table, column, column))


@pytest.mark.parametrize("table", _TABLES)
def test_postgresql_refuses_to_truncate(postgres_url: str, table: str) -> None:
    """TRUNCATE is no way around the triggers."""
    _refused(postgres_url, f"TRUNCATE {table}")


@pytest.mark.parametrize("table", _TABLES)
def test_sqlite_refuses_to_replace(sqlite_url: str, table: str) -> None:
    """INSERT OR REPLACE, which deletes silently, is no way around them."""
    register = SqlRegister(sqlite_url)
    _filled(register)
    register.close()
    _refused(sqlite_url, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608


def _refused(database_url: str, statement: str) -> None:
    engine = create_engine(database_url)
    try:
        with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def test_guards_that_sleep_are_told(register: SqlRegister, database_url: str) -> None:
    """Dropped on SQLite, disabled on PostgreSQL."""
    with register.view() as unit:
        assert list(unit.audit.unguarded()) == []
    is_sqlite = database_url.startswith("sqlite")
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "DROP TRIGGER anchors_no_delete"
                if is_sqlite
                else "ALTER TABLE anchors DISABLE TRIGGER anchors_append_only"
            )
        )
    engine.dispose()
    with register.view() as unit:
        assert list(unit.audit.unguarded()) == ["anchors"]
