"""Page images, each drawn in a process of its own: whatever a file does there, we live on."""

import logging
import os
import subprocess
import sys
import threading
from typing import Final

from docgen.adapters.pages import draw_program
from docgen.domain.errors import Busy, DocumentNotFound, UnreadableDocument

_log = logging.getLogger(__name__)

_GRACE_SECONDS: Final = 2.0


class PdfiumPages:
    """Page images as WebP of few colours; the same page always gives the same bytes.

    A page may take `seconds` of processor time, twice that by the clock, and so many bytes of
    address space. `at_once` are drawn at the same time; others wait with `patience`, in seconds.
    """

    def __init__(
        self,
        *,
        seconds: int = 10,
        memory: int = 1024 * 1024 * 1024,
        at_once: int = 2,
        patience: float = 5.0,
    ) -> None:
        self._seconds, self._memory, self._patience = seconds, memory, patience
        self._places = threading.BoundedSemaphore(at_once)

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
        # Whoever waits for a page holds a thread that others need too.
        if not self._places.acquire(timeout=self._patience):
            raise Busy("too many pages are being drawn")
        try:
            done = self._run(pdf, page, width)
        finally:
            self._places.release()
        if done.returncode == draw_program.NOT_FOUND:
            raise DocumentNotFound(f"no page {page}")
        if done.returncode == draw_program.UNREADABLE:
            raise UnreadableDocument("not a readable PDF, or no page for a screen")
        if done.returncode != 0:
            _log.warning("a page of %d bytes of PDF was given up: %d", len(pdf), done.returncode)
            raise UnreadableDocument("too hard to draw within the limits")
        return done.stdout

    def _run(self, pdf: bytes, page: int, width: int) -> subprocess.CompletedProcess[bytes]:
        asked = [str(number) for number in (page, width, self._seconds, self._memory)]
        command = [sys.executable, "-P", "-m", draw_program.__name__, *asked]
        # It gets none of our settings: drawing a page needs no secrets.
        surroundings = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LC_ALL": "C.UTF-8"}
        try:
            return subprocess.run(
                command,
                input=pdf,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=surroundings,
                timeout=2 * self._seconds + _GRACE_SECONDS,
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            return subprocess.CompletedProcess(late.cmd, -1)
