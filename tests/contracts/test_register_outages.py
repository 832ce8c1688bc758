"""Databases that do not answer, and those that do."""

import socket
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from docgen.adapters.db.register import SqlRegister, SqlUnit
from docgen.domain.envelope import Envelope
from docgen.domain.errors import Unavailable
from tests.services.postgres_server import PostgresServer

_END_ALL_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'qoltanba'"
    " AND pid <> pg_backend_pid()"
)


def _assert_unavailable_at_once(register: SqlRegister) -> None:
    started = time.monotonic()
    with pytest.raises(Unavailable):
        register.ping()
    assert time.monotonic() - started < 1


def test_ping_is_silent_while_the_database_answers(register: SqlRegister) -> None:
    """Ping raises nothing."""
    register.ping()


def test_ping_waits_for_no_writer(database_url: str, stored: Envelope) -> None:
    """While another writes, ping is silent at once."""
    writer = SqlRegister(database_url)
    asking = SqlRegister(database_url, patience=timedelta(milliseconds=50))
    with writer.begin() as unit:
        unit.envelopes.save(stored.void("in a long unit"))
        asking.ping()
    asking.close()
    writer.close()


def test_a_refused_port_is_told_at_once() -> None:
    """Where nobody listens, ping raises Unavailable in under a second."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        register = SqlRegister(f"postgresql://u@127.0.0.1:{unused.getsockname()[1]}/d")
        _assert_unavailable_at_once(register)


def test_a_stopped_server_is_told_at_once(own_postgres: PostgresServer) -> None:
    """A register that was connected notices in under a second that its server is gone."""
    register = SqlRegister(own_postgres.create("stopped"))
    register.ping()
    own_postgres.stop()
    _assert_unavailable_at_once(register)
    _assert_unavailable_at_once(register)
    register.close()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    """Ping and reading say so by the name of everything that does not answer."""
    (tmp_path / "register.db").write_bytes(b"no database" * 1000)
    register = SqlRegister(f"sqlite:///{tmp_path}/register.db")
    for use in (register.ping, lambda: register.view().__enter__()):
        with pytest.raises(Unavailable):
            use()


@pytest.mark.parametrize("kind", ["sqlite:///{}/none/register.db", "postgresql://u@/d?host={}"])
def test_a_database_that_is_down_is_unavailable(tmp_path: Path, kind: str) -> None:
    """Ping, reading, writing and holding all raise Unavailable."""
    register = SqlRegister(kind.format(tmp_path))
    uses: list[Callable[[], object]] = [
        register.ping,
        lambda: register.begin().__enter__(),
        lambda: register.view().__enter__(),
        lambda: register.hold("envelope").__enter__(),
    ]
    for use in uses:
        with pytest.raises(Unavailable):
            use()


def test_a_lost_connection_is_replaced(postgres_url: str) -> None:
    """A server that has ended our connections, as at its restart, is asked over new ones."""
    register, other = SqlRegister(postgres_url), SqlRegister(postgres_url)
    with register.begin() as unit:
        assert unit.next_number("AA-26")() == 1
    with other._engine.connect() as connection:
        assert connection.scalars(_END_ALL_OTHERS).all() == [True]
    with register.begin() as unit:
        assert unit.next_number("AA-26")() == 1
    register.close()
    other.close()


def test_a_hold_is_had_over_a_new_connection_where_the_old_one_is_lost(postgres_url: str) -> None:
    """However many lay unused when their server ended them, the first who asks is not refused."""
    register, other = SqlRegister(postgres_url), SqlRegister(postgres_url)
    with register.hold("E1") as first, register.hold("E2") as second:
        assert (first, second) == (True, True)
    with other._engine.connect() as connection:
        assert connection.scalars(_END_ALL_OTHERS).all() == [True, True]
    with register.hold("E1") as ours:
        assert ours
    register.close()
    other.close()


def test_a_hold_that_was_lost_is_free_for_others(postgres_url: str) -> None:
    """Whoever had it when its connection ended finishes, and has nothing left to give back."""
    register, other = SqlRegister(postgres_url), SqlRegister(postgres_url)
    with register.hold("E1"):
        with other._engine.connect() as connection:
            assert connection.scalars(_END_ALL_OTHERS).all() == [True]
        with other.hold("E1") as theirs:
            assert theirs
    with register.hold("E1") as ours:
        assert ours
    register.close()
    other.close()


def _ask_nonsense(register: SqlRegister) -> None:
    with register.view() as unit:
        assert isinstance(unit, SqlUnit)
        unit._connection.execute(text("SELECT nonsense"))


def test_a_mistake_of_ours_is_no_outage(postgres_url: str) -> None:
    """A statement that makes no sense keeps its own name: trying later would not help."""
    register = SqlRegister(postgres_url)
    with pytest.raises(ProgrammingError):
        _ask_nonsense(register)
    register.close()
