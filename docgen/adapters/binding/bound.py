"""Volumes of strangers' papers, each bound in a process of its own."""

import logging
from collections.abc import Sequence

from docgen.adapters.binding import bind_program
from docgen.adapters.binding.volume import PikepdfBinder
from docgen.confined.answers import GivenUp, heard
from docgen.confined.programs import OneByOne
from docgen.domain.errors import UnreadableDocument
from docgen.ports_of_packs import Part, Volume

_log = logging.getLogger(__name__)


class ConfinedBinder:
    """Implements Binder; the limits, which are those of `OneByOne`, are for one volume.

    Whatever a decoder does to the process that draws a page, packs of others are made meanwhile.
    """

    def __init__(
        self,
        *,
        seconds: int = 120,
        memory: int = 2 * 1024 * 1024 * 1024,
        at_once: int = 2,
        patience: float = 600.0,
    ) -> None:
        self._program = OneByOne(
            bind_program, seconds=seconds, memory=memory, at_once=at_once, patience=patience
        )

    def pages(self, pdf: bytes) -> int:
        """How many pages it would add; raises UnreadableDocument for what cannot be bound."""
        # Whoever only counts decodes nothing of what is drawn.
        return PikepdfBinder().pages(pdf)

    def bind(
        self, parts: Sequence[Part], *, number: str, title: str, before: int = 0, of: int = 0
    ) -> Volume:
        """The volume; raises UnreadableDocument, for what goes beyond the limits too, and Busy."""
        words = {"number": number, "title": title, "before": before, "of": of}
        done = self._program.run(content=bind_program.asked(parts, words))
        try:
            told, pdf = heard(done)
        except GivenUp:
            _log.warning("the binding of %d papers was given up: %d", len(parts), done.returncode)
            raise UnreadableDocument("too hard to bind within the limits") from None
        if "refused" in told:
            raise UnreadableDocument(told["refused"])
        return Volume(pdf=pdf, pages=told["pages"])
