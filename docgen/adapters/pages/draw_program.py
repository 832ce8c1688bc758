"""A program of its own: draws or reads one page, under limits, and ends.

Run as `python -P -m docgen.adapters.pages.draw_program SECONDS MEMORY PAGE WIDTH`, the PDF on
stdin; the picture comes on stdout, or for the width SPOKEN the words in UTF-8. It ends with 0,
NOT_FOUND or UNREADABLE, or by the limit.
"""

import sys
from typing import Final

from docgen.adapters.pages.drawing import draw, speak
from docgen.confined.limits import narrow
from docgen.domain.errors import DocumentNotFound, UnreadableDocument

NOT_FOUND: Final = 3
UNREADABLE: Final = 4
SPOKEN: Final = 0


def main() -> None:
    """Draw what we are given."""
    seconds, memory, page, width = map(int, sys.argv[1:])
    narrow(cpu_seconds=seconds, wall_seconds=2 * seconds, memory=memory)
    try:
        pdf = sys.stdin.buffer.read()
        made = speak(pdf, page).encode() if width == SPOKEN else draw(pdf, page, width=width)
    except DocumentNotFound:
        sys.exit(NOT_FOUND)
    except UnreadableDocument:
        sys.exit(UNREADABLE)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
