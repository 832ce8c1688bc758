"""The product as its user starts it: commands in a folder of their own."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from docgen.bootstrap.verification import verification
from docgen.domain.verdict import Report
from docgen.settings import Settings
from tests.services.rendering import ROUTES

PROGRAM = Path(sys.executable).parent / "docgen"
SECONDS = 120


def environment() -> dict[str, str]:
    """The surroundings without any setting of ours, but with what is proved of templates."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("DOCGEN_")}
    return others | {"DOCGEN_RENDERING__ROUTES": str(ROUTES)}


def docgen(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [PROGRAM, *words],
        cwd=folder,
        env=environment() | settings,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def started(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start one command and leave it running."""
    return subprocess.Popen(
        [PROGRAM, *words],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def verdict(folder: Path, pdf: bytes) -> Report:
    """What verification says of a file under the folder's own roots."""
    return verification(Settings(), folder / "var" / "trust")(pdf)


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of the folder's register; none before it is there."""
    file = folder / "var" / "register.db"
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as database:
        try:
            return database.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []
