"""Migrations of either database."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from docgen.adapters.db import migrate
from docgen.adapters.db.register import SqlRegister
from docgen.adapters.db.rows import Base
from docgen.domain.envelope import EnvelopeFilter
from docgen.domain.errors import Unavailable
from docgen.domain.webhook import Webhook, WebhookPolicy
from tests.builders import envelope, fact
from tests.contracts.races import at_once

_VERSIONS = Path(migrate.__file__).parent / "migrations" / "versions"
_REVISIONS = sorted(file.name[:4] for file in _VERSIONS.glob("*.py"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/register.db"
    return str(request.getfixturevalue("empty_postgres_url"))


def _shape(url: str) -> dict[str, object]:
    """Everything in the database that a migration makes, by table."""
    engine = create_engine(url)
    try:
        found = inspect(engine)
        return {
            table: {
                "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"])
                            for c in found.get_columns(table)],
                "primary key": found.get_pk_constraint(table),
                "foreign keys": found.get_foreign_keys(table),
                "unique": sorted(found.get_unique_constraints(table), key=str),
                "indexes": sorted(str(_plain(index)) for index in found.get_indexes(table)),
            }
            for table in found.get_table_names()
        }  # fmt: skip
    finally:
        engine.dispose()


def _plain(index: Mapping[str, Any]) -> dict[str, Any]:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return {**index, "dialect_options": options}


def _difference(url: str) -> list[Any]:
    """What autogenerate would do to make the database what the rows describe."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_server_default": True})
            return list(compare_metadata(context, Base.metadata))
    finally:
        engine.dispose()


def _step_up(url: str) -> None:
    with migrate._alone(url) as connection:
        command.upgrade(migrate._config(connection), "+1")


def test_migrations_and_rows_agree(database_url: str) -> None:
    """A migrated database is what the rows describe: autogenerate finds nothing to do."""
    assert _difference(database_url) == []


def test_primary_keys_are_those_of_the_rows(database_url: str) -> None:
    """Autogenerate does not look at them, so we do."""
    engine = create_engine(database_url)
    found = {
        name: (inspect(engine).get_pk_constraint(name), table.primary_key)
        for name, table in Base.metadata.tables.items()
    }
    engine.dispose()
    for stored, described in found.values():
        assert stored["constrained_columns"] == [column.name for column in described]
        assert stored["name"] == described.name


def test_migrations_run_up_down_and_up_again(empty_url: str) -> None:
    """Every migration can be undone, and done again with the same result."""
    migrate.upgrade(empty_url)
    shape = _shape(empty_url)
    migrate.downgrade(empty_url, "base")
    assert set(_shape(empty_url)) == {"alembic_version"}
    migrate.upgrade(empty_url)
    assert _shape(empty_url) == shape
    assert set(shape) == {*Base.metadata.tables, "alembic_version"}
    assert _difference(empty_url) == []


def test_each_migration_undoes_what_it_did(empty_url: str) -> None:
    """Going down one by one meets the very shapes that were met going up."""
    shapes = {}
    for revision in _REVISIONS:
        _step_up(empty_url)
        shapes[revision] = _shape(empty_url)
    for revision in reversed(_REVISIONS[:-1]):
        migrate.downgrade(empty_url, revision)
        assert migrate.current(empty_url) == revision
        assert _shape(empty_url) == shapes[revision]


def test_envelopes_live_through_later_migrations(database_url: str) -> None:
    """Those stored by an earlier version are listed by this one."""
    register = SqlRegister(database_url)
    stored = envelope()
    with register.begin() as unit:
        unit.envelopes.add(stored)
        unit.commit()
    migrate.downgrade(database_url, "0004")
    migrate.upgrade(database_url)
    with register.view() as unit:
        wanted = EnvelopeFilter(owner=stored.owner)
        found = unit.envelopes.find(wanted, after=None, limit=2)()
    register.close()
    assert [each.id for each in found] == [stored.id]


def test_a_secret_that_was_just_replaced_signs_on_after_a_migration(database_url: str) -> None:
    """Of webhooks that an earlier version has rotated, the moment is known."""
    register = SqlRegister(database_url)
    now = datetime(2026, 11, 28, 9, 15, 4, 120000, tzinfo=UTC)
    policy = WebhookPolicy()
    plain = Webhook(
        id="W1", owner="operator", region=None, client="portal", url="https://shop.example/",
        topics=frozenset(), description="", created_at=now,
    )  # fmt: skip
    with register.begin() as unit:
        unit.webhooks.add(plain)
        unit.webhooks.add(replace(plain, id="W2").rotated("r-1", now=now, policy=policy))
        unit.commit()
    migrate.downgrade(database_url, "0027")
    migrate.upgrade(database_url)
    with register.view() as unit:
        found = [unit.webhooks.get(each) for each in ("W1", "W2")]
    register.close()
    assert [each.rotated_at for each in found] == [None, now]
    assert [each.generations(now, overlap=policy.overlap) for each in found] == [(1,), (2, 1)]


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
