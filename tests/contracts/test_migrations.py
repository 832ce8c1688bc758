"""Migrations of either database."""

import re
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from docgen.adapters.db import migrate
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.db.rows import Base
from docgen.domain.errors import Unavailable
from tests.builders import fact
from tests.contracts.races import at_once

_VERSIONS = Path(migrate.__file__).parent / "migrations" / "versions"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/register.db"
    return str(request.getfixturevalue("empty_postgres_url"))


def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_migrations_and_rows_agree(database_url: str) -> None:
    """A migrated database is what the rows describe: autogenerate finds nothing to do."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        difference = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert difference == []


def test_migrations_run_up_down_and_up_again(empty_url: str) -> None:
    """Every migration can be undone, and done again."""
    migrate.upgrade(empty_url)
    tables = _tables(empty_url)
    migrate.downgrade(empty_url, "base")
    assert _tables(empty_url) == {"alembic_version"}
    migrate.upgrade(empty_url)
    assert _tables(empty_url) == tables == {*Base.metadata.tables, "alembic_version"}


def test_each_migration_can_be_undone_alone(empty_url: str) -> None:
    """Going down one by one reaches each revision."""
    migrate.upgrade(empty_url)
    for revision in ("0003", "0002", "0001"):
        migrate.downgrade(empty_url, revision)
        assert migrate.current(empty_url) == revision


def test_a_database_tells_whether_it_is_current(empty_url: str) -> None:
    """Before the migrations it is not, after them it is."""
    assert not migrate.is_current(empty_url)
    migrate.upgrade(empty_url)
    assert migrate.is_current(empty_url)
    assert migrate.current(empty_url) == migrate.head()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    """A current database keeps its rows."""
    register = SqlRegister(database_url)
    with register.begin() as unit:
        entry = unit.journal.append("e1", fact())
        unit.commit()
    migrate.upgrade(database_url)
    with register.view() as unit:
        assert list(unit.journal.of("e1")) == [entry]
    register.close()


def test_parallel_runners_take_turns(empty_url: str) -> None:
    """Four runners at once all succeed, since one does the work and the others find it done."""
    assert at_once([partial(migrate.upgrade, empty_url)] * 4) == [None] * 4
    assert migrate.is_current(empty_url)


@pytest.mark.parametrize("kind", ["sqlite:///{}/none/register.db", "postgresql://u@/d?host={}"])
def test_a_database_that_is_down_is_unavailable(tmp_path: Path, kind: str) -> None:
    """Migrating it raises the error everything else raises."""
    with pytest.raises(Unavailable):
        migrate.upgrade(kind.format(tmp_path))


def test_a_migrated_sqlite_file_writes_ahead(sqlite_url: str) -> None:
    """Whoever opens the file finds it in WAL mode."""
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()


def test_migrations_are_numbered_without_gaps() -> None:
    """File names begin with 0001, 0002 and so on, and say what they make."""
    names = sorted(file.name for file in _VERSIONS.glob("*.py"))
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.py", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert migrate.head() == names[-1][:4]
