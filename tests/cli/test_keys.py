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
    rows = _rows(listed)
    assert made.exit_code == 0
    assert set(rows) == {old, new}
    assert secret not in listed
    assert rows[new]["FOLLOWS"] == old
    assert rows[new]["ORIGINS"] == "https://portal.example.kz"
    assert rows[old]["FOLLOWS"] == "-"
    assert rows[old]["EXPIRES"] != "-"


def test_a_second_rotation_names_the_successor(run: object) -> None:
    """Whoever asks twice learns which key to rotate instead, also once the old one is over."""
    assert callable(run)
    old = run("create", "portal").output.split("_")[1]
    new = run("rotate", old, "--overlap", "0d").output.split("_")[1]

    refused = run("rotate", old)

    assert refused.exit_code == 1
    assert f"the key {old} has a successor already, {new}; rotate that one" in refused.stderr


def test_a_key_that_is_over_has_no_successor(run: object) -> None:
    """It is said what to do instead."""
    assert callable(run)
    old = run("create", "portal").output.split("_")[1]
    run("revoke", old)

    refused = run("rotate", old)

    assert refused.exit_code == 1
    assert f"the key {old} is over; make a new one by `docgen keys create`" in refused.stderr


def _rows(listed: str) -> dict[str, dict[str, str]]:
    """Keys by their ids, each by the head's columns."""
    head, *lines = (line.split("\t") for line in listed.splitlines())
    return {line[0]: dict(zip(head, line, strict=True)) for line in lines}


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
        return _rows(run("list").output)[key_id]["ADDRESSES"]

    assert told(old) == told(new) == "10.0.0.0/8 192.0.2.7/32"
    assert run("move", new, "--address", "2001:db8::/32").exit_code == 0
    assert told(new) == "2001:db8::/32"
    assert run("move", new, "--anywhere").exit_code == 0
    assert told(new) == "anywhere"


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
    assert _rows(run("list").output) == {}
