"""The journal in either database: append-only, chained."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from docgen.adapters.db.register import SqlRegister
from docgen.domain import journal
from docgen.domain.errors import StaleEnvelope
from docgen.domain.journal import Entry, Event
from docgen.ports import Register
from tests.builders import fact
from tests.contracts.races import at_once


def _append(register: Register, envelope_id: str, actor: str = "employee-7") -> Entry:
    with register.begin() as unit:
        entry = unit.journal.append(envelope_id, fact(actor=actor))
        unit.commit()
    return entry


def test_entries_come_back_as_they_were_hashed(register: SqlRegister) -> None:
    """Appended entries are read in order, equal to what was returned, and their chain holds."""
    details = {"number": "AA-26-000001", "себеп": "Қате «тапсырыс»\n", "": "\u2028"}
    with register.begin() as unit:
        first = unit.journal.append("e1", fact())
        second = unit.journal.append("e1", fact(Event.RENDERED, details=details))
        third = unit.journal.append("e1", fact(Event.CODE_SENT))
        unit.commit()
    with register.view() as unit:
        entries = unit.journal.of("e1")
    assert list(entries) == [first, second, third]
    journal.check(entries)


def test_each_envelope_has_its_own_chain(register: SqlRegister) -> None:
    """Another envelope's first entry starts at the beginning."""
    _append(register, "e1")
    assert _append(register, "e2").previous_hash == journal.GENESIS


def test_every_envelope_with_entries_is_listed_once(register: SqlRegister) -> None:
    """Envelopes are listed by their entries alone, whether or not they exist."""
    for envelope_id in ("e2", "e1", "e2"):
        _append(register, envelope_id)
    with register.view() as unit:
        assert list(unit.journal.envelope_ids()) == ["e1", "e2"]


def test_the_last_entry_is_known_and_another_may_follow_it(register: SqlRegister) -> None:
    """Read in one unit, followed in the next; nobody has one where nothing was written."""
    _append(register, "e1")
    newest = _append(register, "e1")
    with register.view() as unit:
        last, none = unit.journal.last("e1"), unit.journal.last("e2")
        assert (last(), none()) == (newest, None)

    with register.begin() as unit:
        unit.journal.follow(newest)
        third = unit.journal.append("e1", fact())
        fourth = unit.journal.append("e1", fact())
        unit.commit()
    with register.view() as unit:
        journal.check(unit.journal.of("e1"))
        assert unit.journal.of("e1")[2:] == [third, fourth]


def test_what_was_followed_meanwhile_is_followed_by_nothing_else(register: SqlRegister) -> None:
    """Whoever knew an older end is told so, and nothing of his lasts."""
    first = _append(register, "e1")
    second = _append(register, "e1")

    def follow() -> None:
        with register.begin() as unit:
            unit.journal.follow(first)
            unit.journal.append("e1", fact())
            unit.journal.append("e2", fact())
            unit.commit()

    with pytest.raises(StaleEnvelope):
        follow()
    with register.view() as unit:
        assert (unit.journal.of("e1"), unit.journal.of("e2")) == ([first, second], [])


def test_the_chain_survives_parallel_writers(database_url: str) -> None:
    """Writers that lose a race are told so; what is written is one unbroken chain."""
    registers = [SqlRegister(database_url) for _ in range(8)]
    actions = [partial(_append, each, "e1", f"writer-{n}") for n, each in enumerate(registers)]
    results = at_once(actions * 2)
    with registers[0].view() as unit:
        entries = unit.journal.of("e1")
    for each in registers:
        each.close()
    journal.check(entries)
    assert len(entries) == sum(isinstance(result, Entry) for result in results) > 0
    assert all(isinstance(result, Entry | StaleEnvelope) for result in results)


def test_an_entry_that_comes_second_is_stale(postgres_url: str) -> None:
    """Two units that both read the chain before writing cannot both take the next place."""
    register = SqlRegister(postgres_url)
    with ThreadPoolExecutor() as pool, register.begin() as first:
        first.journal.append("e1", fact())
        assert len(first.journal.of("e1")) == 1
        second = pool.submit(_append, register, "e1")
        _await_a_waiting_lock(postgres_url)
        first.commit()
        with pytest.raises(StaleEnvelope):
            second.result()
    register.close()


def _await_a_waiting_lock(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with engine.connect() as connection:
        assert any(connection.scalar(waiting) for _ in range(10_000))
    engine.dispose()


_ON_BOTH = [
    "UPDATE journal SET actor = 'somebody else'",
    "UPDATE journal SET actor = actor",
    "DELETE FROM journal",
    "DELETE FROM journal WHERE sequence = 1",
]


def _try(database_url: str, statement: str) -> None:
    engine = create_engine(database_url)
    try:
        with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


@pytest.mark.parametrize("statement", _ON_BOTH)
def test_the_database_refuses_to_change_entries(
    register: SqlRegister, database_url: str, statement: str
) -> None:
    """An update or delete is refused by the database, whoever connects."""
    entry = _append(register, "e1")
    _try(database_url, statement)
    with register.view() as unit:
        assert list(unit.journal.of("e1")) == [entry]


def test_postgresql_refuses_to_truncate(postgres_url: str) -> None:
    """TRUNCATE is no way around the triggers."""
    _try(postgres_url, "TRUNCATE journal")


def test_sqlite_refuses_to_replace(sqlite_url: str) -> None:
    """INSERT OR REPLACE, which deletes silently, is no way around the triggers."""
    register = SqlRegister(sqlite_url)
    entry = _append(register, "e1")
    _try(
        sqlite_url,
        "INSERT OR REPLACE INTO journal SELECT envelope_id, sequence, event, at, 'x', details,"
        " previous_hash, hash FROM journal",
    )
    with register.view() as unit:
        assert list(unit.journal.of("e1")) == [entry]
    register.close()
