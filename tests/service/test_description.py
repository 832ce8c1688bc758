"""The description is true: schemathesis, which believes every word of it, finds nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.installation import ROOT, Installation

PROGRAM = Path(sys.executable).with_name("schemathesis")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", ("--phases", "examples")),
        ("Authorization: Bearer {key}", ("--max-examples", "10")),
        ("X-Api-Key: {key}", ("--phases", "examples")),
    ],
    ids=["no-key", "bearer", "api-key"],
)
def test_schemathesis_finds_nothing(
    on_sqlite: Installation, tmp_path: Path, header: str, words: tuple[str, ...]
) -> None:
    """Always with the same requests, so that it never finds by chance; its file says the rest."""
    key = on_sqlite.new_key("schemathesis")
    shown = ("--header", header.format(key=key)) if header else ()
    begun = len(_lines(on_sqlite.web_log))
    done = subprocess.run(
        [PROGRAM, "--config-file", ROOT / "schemathesis.toml", "run",
         f"http://127.0.0.1:{on_sqlite.port}/openapi.json", *shown, *words,
         "--generation-deterministic", "--no-color"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
    faults = [line for line in _lines(on_sqlite.web_log)[begun:] if '"level": "error"' in line]
    assert faults == []


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8").splitlines()
