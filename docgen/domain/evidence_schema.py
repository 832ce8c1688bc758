"""The published JSON Schema of the evidence, for programs that are not ours."""

import json
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "evidence-1.schema.json"


@cache
def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `qoltanba-evidence/1`; it refuses what it does not name."""
    read: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return read
