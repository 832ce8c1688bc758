"""A program of its own: draws or reads one page, under limits, and ends.

Run as `python -P -m docgen.adapters.pages.draw_program SECONDS MEMORY PAGE WIDTH`, the PDF on
stdin; the picture comes on stdout, for the width SPOKEN the words in UTF-8, for COUNTED how many
pages there are. It ends with 0, NOT_FOUND or UNREADABLE, or by the limit.
"""

import sys
from typing import Final

from docgen.adapters.pages.drawing import count, draw, speak
from docgen.confined.limits import narrow
from docgen.domain.errors import DocumentNotFound, UnreadableDocument

NOT_FOUND: Final = 3
UNREADABLE: Final = 4
SPOKEN: Final = 0
COUNTED: Final = -1


def _made(pdf: bytes, page: int, width: int) -> bytes:
    if width == COUNTED:
        return str(count(pdf)).encode()
    return speak(pdf, page).encode() if width == SPOKEN else draw(pdf, page, width=width)


def main() -> None:
    """Draw what we are given."""
    seconds, memory, page, width = map(int, sys.argv[1:])
    narrow(cpu_seconds=seconds, wall_seconds=2 * seconds, memory=memory)
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
