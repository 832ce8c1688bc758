"""What such a process answers on stdout: a line of JSON, and then the bytes of what it made."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any


class GivenUp(Exception):
    """It ended without an answer: a limit, or whatever the file did to it."""


def answer(told: Mapping[str, Any], content: bytes = b"") -> None:
    """Say it, as the last thing that such a process does."""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + content)


def heard(done: "subprocess.CompletedProcess[bytes]") -> tuple[dict[str, Any], bytes]:
    """What it told, and the bytes; raises GivenUp."""
    line, _, content = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line:
        raise GivenUp
    told: dict[str, Any] = json.loads(line)
    return told, content
