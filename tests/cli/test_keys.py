"""`docgen keys`: a key is replaced without a gap."""

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
        return CliRunner().invoke(main, ["keys", *words])

    return command


def test_a_key_is_rotated_and_the_list_says_whom_it_follows(run: object) -> None:
    """The successor is printed once; the old key is listed with its end."""
    assert callable(run)
    old = run("create", "portal", "--origin", "https://portal.example.kz").output.split("_")[1]

    made = run("rotate", old, "--overlap", "12h")
    new, secret = made.output.strip().split("_", 2)[1:]

    listed = run("list").output
    rows = {line.split("\t")[0]: line.split("\t") for line in listed.splitlines()}
    assert made.exit_code == 0
    assert set(rows) == {old, new}
    assert secret not in listed
    assert f"follows {old}" in rows[new]
    assert "https://portal.example.kz" in rows[new]
    assert "follows -" in rows[old]
    assert "expires -" not in rows[old]


@pytest.mark.parametrize("overlap", ["-1d", "7", "7w", "99999d", ""])
def test_an_overlap_nobody_understands_rotates_nothing(run: object, overlap: str) -> None:
    """The key stays as it was."""
    assert callable(run)
    old = run("create", "portal").output.split("_")[1]
    before = run("list").output

    assert run("rotate", old, f"--overlap={overlap}").exit_code != 0
    assert run("list").output == before


def test_addresses_are_listed_kept_by_rotation_and_changed(run: object) -> None:
    """Those given at first go over to the successor; `move` replaces them, or takes all away."""
    assert callable(run)
    made = run("create", "portal", "--address", "10.0.0.0/8", "--address", "192.0.2.7")
    old = made.output.split("_")[1]
    new = run("rotate", old).output.split("_")[1]

    def told(key_id: str) -> str:
        rows = {row.split("\t")[0]: row for row in run("list").output.splitlines()}
        return str(rows[key_id].split("\t")[-1])

    assert told(old) == told(new) == "at 10.0.0.0/8 192.0.2.7/32"
    assert run("move", new, "--address", "2001:db8::/32").exit_code == 0
    assert told(new) == "at 2001:db8::/32"
    assert run("move", new, "--anywhere").exit_code == 0
    assert told(new) == "at any address"


@pytest.mark.parametrize(
    "words", [(), ("--anywhere", "--address", "10.0.0.0/8"), ("--address", "10.0.0.1/8")]
)
def test_a_move_to_nowhere_in_particular_changes_nothing(
    run: object, words: tuple[str, ...]
) -> None:
    """Neither forgotten addresses nor slips of the pen open a key to all."""
    assert callable(run)
    key = run("create", "portal", "--address", "10.0.0.0/8").output.split("_")[1]
    before = run("list").output

    assert run("move", key, *words).exit_code != 0
    assert run("list").output == before


def test_a_key_for_no_network_is_not_made(run: object) -> None:
    """The refusal says how networks are written."""
    assert callable(run)
    made = run("create", "portal", "--address", "portal.example")

    assert made.exit_code != 0
    assert "10.0.0.0/8" in made.output
    assert run("list").output == ""
