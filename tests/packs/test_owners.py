"""Whose packs commands make and see: those of the people who sign in, and of nobody beside them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from docgen.adapters.db.register import SqlRegister
from docgen.bootstrap.owners import owner_of, owners_of
from docgen.cli import main
from docgen.domain.pack_record import Pack
from docgen.domain.pack_states import Outcome, PackState
from docgen.settings import Settings
from tests.packs.cases import COMPLETE, complete

_NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
_AT_A_NOTARY = Pack(
    id="NP-2026-1",
    owner="operator",
    client="office",
    input_sha256="a7" * 32,
    case_sha256="b1" * 32,
    checked_sha256="b2" * 32,
    state=PackState.SUBMITTED,
    account_number=complete()["account_number"],
    debtor="Әлібекова Гүлнұр Сәкенқызы",
    as_of=date(2026, 11, 27),
    total=Decimal("36498.20"),
    month_from=date(2026, 3, 1),
    month_to=date(2026, 8, 1),
    outcomes=(
        Outcome(state=PackState.SUBMITTED, on=date(2026, 11, 28), at=_NOW, by="employee:E-7"),
    ),
    due_on=date(2026, 12, 8),
    created_at=_NOW,
    changed_at=_NOW,
)


@pytest.fixture(autouse=True)
def _away_from_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> None:
    """A production's settings but for its register."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCGEN_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("DOCGEN_DATABASE_URL", sqlite_url)


@pytest.fixture
def known(sqlite_url: str) -> Callable[..., None]:
    """Puts a pack that is with a notary into the register."""

    def put(**changes: Any) -> None:
        register = SqlRegister(sqlite_url)
        with register.begin() as unit:
            unit.packs.add(replace(_AT_A_NOTARY, **changes))
            unit.commit()
        register.close()

    return put


def _pack(*words: str) -> Result:
    return CliRunner().invoke(main, ["pack", *words])


@pytest.mark.parametrize("owner", ["operator", "collection"])
def test_a_debt_of_the_office_at_a_notary_is_known_to_commands(
    known: Callable[..., None], owner: str
) -> None:
    """One of the staff's, and one that the command line has made before it had their owner."""
    known(owner=owner)

    checked = _pack("check", str(COMPLETE))

    assert checked.exit_code == 1
    assert "N26" in checked.stdout


def test_a_debt_of_the_staff_is_known_under_any_other_owner(known: Callable[..., None]) -> None:
    """Whoever names another one has no second inscription either."""
    known()

    assert "N26" in _pack("check", str(COMPLETE), "--owner", "collection").stdout


def test_owners_that_share_no_debtors_do_not_stand_in_each_others_way(
    known: Callable[..., None],
) -> None:
    """Another's pack of the same account number is no inscription for this debt."""
    known(owner="stranger")

    assert _pack("check", str(COMPLETE)).exit_code == 0


@pytest.mark.parametrize("owner", ["operator", "collection"])
def test_deadlines_of_the_office_are_listed(known: Callable[..., None], owner: str) -> None:
    """Without a word about owners; strangers' are not among them."""
    known(owner=owner)
    known(id="NP-2026-2", owner="stranger")

    listed = _pack("due", "--days", "3650").stdout

    assert "NP-2026-1" in listed
    assert "NP-2026-2" not in listed


def test_a_named_owner_has_deadlines_of_its_own(known: Callable[..., None]) -> None:
    """Only those."""
    known()
    known(id="NP-2026-2", owner="branch")

    listed = _pack("due", "--days", "3650", "--owner", "branch").stdout

    assert "NP-2026-2" in listed
    assert "NP-2026-1" not in listed


@pytest.mark.parametrize(
    ("set_to", "owner"),
    [
        ({}, "operator"),
        ({"DOCGEN_PROFILE": "demo"}, "demo"),
        ({"DOCGEN_STAFF__OWNER": "kt"}, "kt"),
    ],
)
def test_commands_have_the_owner_of_the_staff(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], owner: str
) -> None:
    """In production, in the demo, and as it is set; what the command line once had counts on."""
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)

    assert owner_of(Settings()) == owner
    assert owners_of(Settings()) == (owner, "collection")
