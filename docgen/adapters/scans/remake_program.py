"""A program of its own: makes one picture or scan anew, under limits, and ends.

Run as `python -P -m docgen.adapters.scans.remake_program KIND SECONDS MEMORY`, KIND being
`picture` or `scan`, the file on stdin. On stdout comes a line of JSON, `{"refused", "params"}` or
what was made, and then its bytes. What goes beyond a limit ends without that line.
"""

import json
import resource
import signal
import sys
from dataclasses import asdict
from typing import Any, Final

from docgen.adapters.scans.remaking import Refused, picture, scan

KINDS: Final = {"picture": picture, "scan": scan}


def narrow(seconds: int, memory: int) -> None:
    """Give up, for good, whatever this does not need."""
    signal.setitimer(signal.ITIMER_REAL, 2 * seconds)
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, allowed = resource.getrlimit(kind)
        narrowed = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(kind, (narrowed, narrowed))


def main() -> None:
    """Make what we are given anew."""
    kind, seconds, memory = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    narrow(seconds, memory)
    content = b""
    try:
        made = KINDS[kind](sys.stdin.buffer.read())
        told: dict[str, Any] = asdict(made)
        content = told.pop("content")
    except Refused as refused:
        told = {"refused": refused.code, "params": refused.params}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
