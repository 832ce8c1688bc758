"""This program's version, as far as it decides what a document looks like."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parents[1]
_WITHOUT_BEARING: Final = (
    # what tells editors of a template's faults
    "inspect_*.py", "objection.py",
    # what looks at a document that is made
    "reading.py",
    # whose turn it is, and where
    "engine_client.py", "engine_start.py", "engine/clients.py", "engine/directory.py",
    "engine/frames.py", "engine/job.py", "engine/log.py", "engine/network.py", "engine/pages.py",
    "engine/program.py", "engine/quarantine.py", "engine/supervisor.py", "engine/turns.py",
    "engine/zygotes.py",
)  # fmt: skip
"""All else counts, so that a new file does until it is named here."""


@cache
def program(sources: Path = SOURCES) -> str:
    """The digest of all that makes documents."""
    left_out = {path for pattern in _WITHOUT_BEARING for path in sources.glob(pattern)}
    digest = hashlib.sha256()
    for source in sorted(set(sources.rglob("*.py")) - left_out):
        digest.update(source.relative_to(sources).as_posix().encode() + b"\0")
        digest.update(source.read_bytes())
    return digest.hexdigest()
