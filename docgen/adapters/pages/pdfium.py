"""Page images, each drawn in a process of its own: whatever a file does there, we live on."""

import logging

from docgen.adapters.pages import draw_program
from docgen.confined.programs import OneByOne
from docgen.domain.errors import DocumentNotFound, UnreadableDocument

_log = logging.getLogger(__name__)


class PdfiumPages:
    """Page images as WebP of few colours; the same page always gives the same bytes.

    The limits are those of `OneByOne`, for one page.
    """

    def __init__(
        self,
        *,
        seconds: int = 10,
        memory: int = 1024 * 1024 * 1024,
        at_once: int = 2,
        patience: float = 5.0,
    ) -> None:
        self._program = OneByOne(
            draw_program, seconds=seconds, memory=memory, at_once=at_once, patience=patience
        )

    def image(self, pdf: bytes, page: int, *, width: int) -> bytes:
        """WebP of a page (from 1), so many pixels wide.

        Raises DocumentNotFound for a page that is not there; UnreadableDocument for what is no
        PDF, would be too long a picture, or cannot be drawn within the limits; Busy where too
        many wait already.
        """
        return self._made(pdf, page, width)

    def text(self, pdf: bytes, page: int) -> str:
        """The words of a page (from 1), line by line; raises as `image` does."""
        return self._made(pdf, page, draw_program.SPOKEN).decode()

    def pages(self, pdf: bytes) -> int:
        """How many pages it has; raises UnreadableDocument and Busy as `image` does."""
        return int(self._made(pdf, 1, draw_program.COUNTED))

    def _made(self, pdf: bytes, page: int, width: int) -> bytes:
        done = self._program.run(str(page), str(width), content=pdf)
        if done.returncode == draw_program.NOT_FOUND:
            raise DocumentNotFound(f"no page {page}")
        if done.returncode == draw_program.UNREADABLE:
            raise UnreadableDocument("not a readable PDF, or no page for a screen")
        if done.returncode != 0:
            _log.warning("a page of %d bytes of PDF was given up: %d", len(pdf), done.returncode)
            raise UnreadableDocument("too hard to draw within the limits")
        return done.stdout
