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
