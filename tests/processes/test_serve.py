"""`docgen serve`, before it becomes gunicorn."""

import subprocess
import sys
from pathlib import Path

from tests.visit.terminal import docgen

_HOLD = """
import os, sys
from pathlib import Path
from docgen.serve import shared_folder
print(shared_folder(Path(sys.argv[1])), flush=True)
os.execvp("cat", ["cat"])
"""


def _holder(place: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that holds a folder and has become another program since."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_without_a_seal_nobody_is_served(tmp_path: Path, sqlite_url: str) -> None:
    """What people confirm must be sealed: nothing listens, and one line says why."""
    said = docgen(
        tmp_path,
        "serve",
        DOCGEN_REDIS_URL="redis://127.0.0.1:1",
        DOCGEN_CODES__PEPPER="0b" * 32,
        DOCGEN_CODES__SUBJECT_KEY="0c" * 32,
        DOCGEN_DATABASE_URL=sqlite_url,
        DOCGEN_TRUST_ROOTS=str(tmp_path),
        DOCGEN_SEAL__PATIENCE="0.5",
    )

    assert said.returncode == 1
    assert "error: seal_unavailable: the sealing process does not answer" in said.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["register.db"]


def test_what_a_killed_service_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """Nobody else can tidy up after a SIGKILL; those who live keep theirs."""
    (killed, left), (living, kept) = _holder(tmp_path), _holder(tmp_path)
    (left / "counter_1.db").write_bytes(b"1")
    killed.kill()
    killed.communicate()

    third, new = _holder(tmp_path)

    assert sorted(tmp_path.iterdir()) == sorted([kept, new])
    assert new.stat().st_mode & 0o777 == 0o700
    for process in (living, third):
        process.communicate()
