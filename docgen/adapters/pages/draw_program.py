"""A program of its own: draws or reads one page, under limits, and ends.

Run as `python -P -m docgen.adapters.pages.draw_program PAGE WIDTH SECONDS MEMORY`, the PDF on
stdin; the picture comes on stdout, for the width SPOKEN the words in UTF-8, for COUNTED how many
pages there are. It ends with 0, NOT_FOUND or UNREADABLE, or by the limit.
"""

import resource
import signal
import sys
from typing import Final

from docgen.adapters.pages.drawing import count, draw, speak
from docgen.domain.errors import DocumentNotFound, UnreadableDocument

NOT_FOUND: Final = 3
UNREADABLE: Final = 4
SPOKEN: Final = 0
COUNTED: Final = -1


def narrow(seconds: int, memory: int) -> None:
    """Give up, for good, whatever drawing a page does not need."""
    signal.setitimer(signal.ITIMER_REAL, 2 * seconds)
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, allowed = resource.getrlimit(kind)
        narrowed = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(kind, (narrowed, narrowed))


def _made(pdf: bytes, page: int, width: int) -> bytes:
    if width == COUNTED:
        return str(count(pdf)).encode()
    return speak(pdf, page).encode() if width == SPOKEN else draw(pdf, page, width=width)


def main() -> None:
    """Draw what we are given."""
    page, width, seconds, memory = map(int, sys.argv[1:])
    narrow(seconds, memory)
    try:
        pdf = sys.stdin.buffer.read()
        made = _made(pdf, page, width)
    except DocumentNotFound:
        sys.exit(NOT_FOUND)
    except UnreadableDocument:
        sys.exit(UNREADABLE)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
