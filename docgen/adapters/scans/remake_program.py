"""A program of its own: makes one picture or scan anew, under limits, and ends.

Run as `python -P -m docgen.adapters.scans.remake_program SECONDS MEMORY KIND`, KIND being
`picture` or `scan`, the file on stdin. On stdout comes a line of JSON, `{"refused", "params"}` or
what was made, and then its bytes. What goes beyond a limit ends without that line.
"""

import sys
from dataclasses import asdict
from typing import Any, Final

from docgen.adapters.scans.remaking import Refused, picture, scan
from docgen.confined.answers import answer
from docgen.confined.limits import narrow

KINDS: Final = {"picture": picture, "scan": scan}


def main() -> None:
    """Make what we are given anew."""
    seconds, memory, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    narrow(cpu_seconds=seconds, wall_seconds=2 * seconds, memory=memory)
    content = b""
    try:
        made = KINDS[kind](sys.stdin.buffer.read())
        told: dict[str, Any] = asdict(made)
        content = told.pop("content")
    except Refused as refused:
        told = {"refused": refused.code, "params": refused.params}
    answer(told, content)


if __name__ == "__main__":
    main()
