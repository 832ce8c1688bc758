"""Strangers' pictures and papers, each made anew in a process of its own."""

import logging
from typing import Any

from docgen.adapters.scans import remake_program
from docgen.confined.answers import GivenUp, heard
from docgen.confined.programs import OneByOne
from docgen.domain.errors import FieldError, ValuesRejected
from docgen.ports_of_handwriting import Picture, Scan

_log = logging.getLogger(__name__)


class RemadeScans:
    """Implements ports_of_handwriting.Scans; the limits are those of `OneByOne`.

    Drawn pictures and scans have them each for themselves: neither waits for the other.
    """

    def __init__(
        self,
        *,
        seconds: int = 20,
        picture_seconds: int = 5,
        memory: int = 1024 * 1024 * 1024,
        at_once: int = 2,
        patience: float = 5.0,
    ) -> None:
        # Ten pages in JPEG 2000 take 7 s, the largest drawn picture half of one.
        self._programs = {
            kind: OneByOne(
                remake_program, seconds=longest, memory=memory, at_once=at_once, patience=patience
            )
            for kind, longest in (("scan", seconds), ("picture", picture_seconds))
        }

    def picture(self, png: bytes) -> Picture:
        """The same picture, without whatever else was in the file."""
        told, content = self._made("picture", png, unreadable="picture_unreadable")
        return Picture(content=content, width=told["width"], height=told["height"])

    def scan(self, content: bytes) -> Scan:
        """Pictures of what the file shows."""
        told, made = self._made("scan", content, unreadable="scan_unreadable")
        return Scan(
            content=made,
            media_type=told["media_type"],
            pages=told["pages"],
            uploaded_type=told["uploaded_type"],
        )

    def _made(self, kind: str, content: bytes, *, unreadable: str) -> tuple[dict[str, Any], bytes]:
        done = self._programs[kind].run(kind, content=content)
        try:
            told, made = heard(done)
        except GivenUp:
            _log.warning("a %s of %d bytes was given up: %d", kind, len(content), done.returncode)
            raise ValuesRejected((FieldError("", unreadable),)) from None
        if "refused" in told:
            raise ValuesRejected((FieldError("", told["refused"], tuple(told["params"].items())),))
        return told, made
