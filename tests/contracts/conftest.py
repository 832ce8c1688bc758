"""The adapters that each contract is tried on."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.adapters.db.register import SqlRegister
from docgen.adapters.otp.redis_codes import Pepper, RedisCodes
from docgen.domain.envelope import Envelope, State
from tests.builders import envelope
from tests.services.postgres_server import PostgresServer

SUBJECT_KEY = b"s" * 32
PEPPER = Pepper("k1", b"1" * 32)
_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of either kind."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def register(database_url: str) -> Iterator[SqlRegister]:
    """A register over it."""
    built = SqlRegister(database_url)
    yield built
    built.close()


@pytest.fixture
def wired(postgres_url: str) -> Iterator[SqlRegister]:
    """Over PostgreSQL, with one envelope, to which rows of the outbox may belong."""
    built = SqlRegister(postgres_url)
    with built.begin() as unit:
        unit.envelopes.add(envelope(id="e1"))
        unit.commit()
    yield built
    built.close()


@pytest.fixture
def other(postgres_url: str) -> Iterator[SqlRegister]:
    """Somebody else at the same database."""
    made = SqlRegister(postgres_url)
    yield made
    made.close()


@pytest.fixture
def registers(database_url: str) -> Iterator[list[SqlRegister]]:
    """Eight registers over one database, as eight processes have them."""
    built = [SqlRegister(database_url) for _ in range(8)]
    yield built
    for each in built:
        each.close()


@pytest.fixture
def stored(register: SqlRegister) -> Envelope:
    """An envelope with a code sent, as the register gives it back."""
    sent = envelope(State.CODE_SENT)
    with register.begin() as unit:
        unit.envelopes.add(sent)
        unit.commit()
    with register.view() as unit:
        return unit.envelopes.get(sent.id)


@pytest.fixture
def own_postgres(short_directory: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL for one test, to be treated badly."""
    directory = short_directory / f"postgres-{next(_numbers)}"
    directory.mkdir()
    server = PostgresServer(directory)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def codes(redis_url: str) -> Iterator[RedisCodes]:
    """A store of codes over an empty Redis."""
    built = RedisCodes(redis_url, subject_key=SUBJECT_KEY, pepper=PEPPER)
    yield built
    built.close()
