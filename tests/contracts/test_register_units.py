"""Units of work in either database."""

import traceback
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from docgen.adapters.db.register import SqlRegister
from docgen.domain.envelope import Envelope, State
from docgen.domain.errors import (
    EnvelopeNotFound,
    InvalidValue,
    Misconfigured,
    StaleEnvelope,
    Unavailable,
)
from docgen.ports import Register
from tests.builders import envelope, fact
from tests.contracts.races import at_once


def _absent(register: Register, envelope_id: str) -> bool:
    with register.view() as unit:
        try:
            unit.envelopes.get(envelope_id)
        except EnvelopeNotFound:
            return True
    return False


def test_a_unit_left_without_commit_is_undone(register: SqlRegister) -> None:
    """What was not committed was not done."""
    built = envelope()
    with register.begin() as unit:
        unit.envelopes.add(built)
    assert _absent(register, built.id)


def test_an_exception_undoes_the_unit(register: SqlRegister) -> None:
    """An exception passes through and takes everything written back."""
    built = envelope()

    def write_and_fail() -> None:
        with register.begin() as unit:
            unit.envelopes.add(built)
            unit.journal.append(built.id, fact())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert _absent(register, built.id)
    with register.view() as unit:
        assert not unit.journal.of(built.id)


def test_a_reading_unit_is_never_committed(register: SqlRegister) -> None:
    """Committing a view is a mistake of the caller and raises RuntimeError."""
    with register.view() as unit, pytest.raises(RuntimeError):
        unit.commit()


def test_a_reading_unit_cannot_write(register: SqlRegister) -> None:
    """The database itself refuses a write in a view, and the error does not quote it."""
    built = envelope()
    with pytest.raises((Unavailable, DBAPIError)) as refused, register.view() as unit:
        unit.envelopes.add(built)
    assert _absent(register, built.id)
    assert built.subscriber.phone.value not in "".join(traceback.format_exception(refused.value))


def test_a_connection_that_read_may_write_afterwards(register: SqlRegister) -> None:
    """A view leaves nothing behind on its pooled connection."""
    built = envelope()
    with register.view() as unit:
        unit.envelopes.in_state(State.DRAFT)
    with register.begin() as unit:
        unit.envelopes.add(built)
        unit.commit()
    assert not _absent(register, built.id)


def test_a_view_sees_one_state_and_blocks_nobody(register: SqlRegister, stored: Envelope) -> None:
    """A write committed during a view goes through and is not seen in it."""
    with register.view() as view:
        before = view.envelopes.get(stored.id)
        with register.begin() as unit:
            unit.envelopes.save(stored.void("meanwhile"))
            unit.journal.append(stored.id, fact())
            unit.commit()
        assert view.envelopes.get(stored.id) == before
        assert not view.journal.of(stored.id)


def _void_what_was_read(register: Register, read: Envelope) -> str:
    with register.begin() as unit:
        unit.envelopes.save(read.void("lost update"))
        unit.commit()
    return "saved"


def test_of_many_lost_updates_one_is_saved(database_url: str, stored: Envelope) -> None:
    """Of eight writers that read the same version, each over its own register, one saves."""
    registers = [SqlRegister(database_url) for _ in range(8)]
    results = at_once([partial(_void_what_was_read, each, stored) for each in registers])
    for each in registers:
        each.close()
    assert results.count("saved") == 1
    assert sum(isinstance(result, StaleEnvelope) for result in results) == 7


def _next_version(register: Register, envelope_id: str) -> None:
    with register.begin() as unit:
        unit.envelopes.save(unit.envelopes.get(envelope_id))
        unit.commit()


def test_a_writing_unit_locks_what_it_reads(register: SqlRegister, stored: Envelope) -> None:
    """Writers that read within their unit wait for one another, so none is stale."""
    assert at_once([partial(_next_version, register, stored.id)] * 8) == [None] * 8
    with register.view() as unit:
        assert unit.envelopes.get(stored.id).version == stored.version + 8


def _take_number(register: Register) -> int:
    with register.begin() as unit:
        number = unit.next_number("AA-26")()
        unit.commit()
    return number


def test_numbers_are_given_once(register: SqlRegister) -> None:
    """Parallel takers of a series get 1, 2, 3 and so on, each a different one."""
    numbers = at_once([partial(_take_number, register)] * 12)
    assert sorted(number for number in numbers if isinstance(number, int)) == list(range(1, 13))


def test_each_series_counts_for_itself(register: SqlRegister) -> None:
    """Another series starts at 1."""
    with register.begin() as unit:
        assert [unit.next_number(series)() for series in ("A", "A", "B")] == [1, 2, 1]


def test_a_lock_that_lasts_is_unavailable(database_url: str, stored: Envelope) -> None:
    """A writer that waits longer than its patience is told to try later."""
    patient = SqlRegister(database_url)
    hasty = SqlRegister(database_url, patience=timedelta(milliseconds=50))
    with patient.begin() as unit:
        unit.envelopes.get(stored.id)
        with pytest.raises(Unavailable), hasty.begin() as other:
            other.envelopes.get(stored.id)
    patient.close()
    hasty.close()


@pytest.mark.parametrize("url", ["mysql://host/register", "sqlite://", "sqlite:///:memory:"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    """Neither other servers nor a register in memory are accepted."""
    with pytest.raises(Misconfigured):
        SqlRegister(url)


def test_a_failed_unit_cannot_pretend_to_commit(postgres_url: str) -> None:
    """After a failed statement PostgreSQL would answer COMMIT with a silent rollback; we raise."""
    register = SqlRegister(postgres_url)
    twice = envelope()
    with register.begin() as unit:
        unit.envelopes.add(twice)
        unit.envelopes.add(twice)
        with pytest.raises(IntegrityError):
            unit.envelopes.in_state(State.DRAFT)
        with pytest.raises(DBAPIError, match="aborted"):
            unit.commit()
    register.close()


def test_what_the_database_cannot_hold_is_an_invalid_value(postgres_url: str) -> None:
    """PostgreSQL takes no NUL in text; the error says so without quoting the row."""
    register = SqlRegister(postgres_url)
    with pytest.raises(InvalidValue) as refused, register.begin() as unit:
        unit.envelopes.add(envelope(owner="nul\0"))
    register.close()
    assert "900101300007" not in "".join(traceback.format_exception(refused.value))


def test_a_new_sqlite_file_is_its_owners(tmp_path: Path) -> None:
    """The file that holds personal data is readable by its owner only."""
    register = SqlRegister(f"sqlite:///{tmp_path}/register.db")
    register.ping()
    register.close()
    assert (tmp_path / "register.db").stat().st_mode & 0o777 == 0o600
