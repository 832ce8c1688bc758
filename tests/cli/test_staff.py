"""`docgen staff`: accounts made, listed, locked and given a new password."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from docgen.cli import main


@pytest.fixture
def run(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """Runs the command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCGEN_DATABASE_URL", sqlite_url)

    def command(*words: str) -> Result:
        return CliRunner().invoke(main, ["staff", *words])

    return command


def test_an_account_is_made_listed_locked_and_reset(run: object) -> None:
    """Each password is printed once, and no list tells it."""
    assert callable(run)
    made = run(
        "create", "Ержан", "--name", "Сейтқали Ержан", "--role", "technician", "--region", "ALA"
    )
    password = made.output.strip()

    assert (made.exit_code, len(password)) == (0, 22)
    listed = run("list").output
    assert listed.split("\t")[:5] == ["ержан", "ержан", "operator", "ALA", "technician"]
    assert password not in listed
    assert run("lock", "ЕРЖАН").exit_code == 0
    assert "locked" in run("list").output
    new = run("reset", "ержан").output.strip()
    assert new not in {"", password}
    assert "locked" not in run("list").output


def test_a_wrong_setting_is_named_without_a_traceback(
    run: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As other commands name it, and without what it was set to."""
    assert callable(run)
    monkeypatch.setenv("DOCGEN_PROFILE", "prodction")

    said = run("create", "x", "--name", "X", "--role", "office")

    assert said.exit_code == 1
    assert said.stderr.startswith("error: misconfigured: DOCGEN_PROFILE: ")
    assert "prodction" not in said.output


def test_a_technician_without_a_region_is_refused(run: object) -> None:
    """He would see every region; and nobody is locked whom nobody knows."""
    assert callable(run)

    assert run("create", "x", "--name", "X", "--role", "technician").exit_code != 0
    assert run("lock", "nobody").exit_code != 0
    assert run("list").output == ""
