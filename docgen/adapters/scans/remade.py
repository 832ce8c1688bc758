"""Strangers' pictures and papers, each made anew in a process of its own."""

import json
import logging
import os
import subprocess
import sys
import threading
from typing import Any, Final

from docgen.adapters.scans import remake_program
from docgen.domain.errors import Busy, FieldError, ValuesRejected
from docgen.ports_of_handwriting import Picture, Scan

_log = logging.getLogger(__name__)

_GRACE_SECONDS: Final = 2.0


class RemadeScans:
    """Implements ports_of_handwriting.Scans.

    One may take `seconds` of processor time, twice that by the clock, and so many bytes of address
    space. `at_once` are made at the same time; others wait with `patience`, in seconds.
    """

    def __init__(
        self,
        *,
        seconds: int = 20,
        memory: int = 1024 * 1024 * 1024,
        at_once: int = 2,
        patience: float = 5.0,
    ) -> None:
        self._seconds, self._memory, self._patience = seconds, memory, patience
        self._places = threading.BoundedSemaphore(at_once)

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
        if not self._places.acquire(timeout=self._patience):
            raise Busy("too many papers are being read")
        try:
            done = self._run(kind, content)
        finally:
            self._places.release()
        line, _, made = done.stdout.partition(b"\n")
        if done.returncode != 0 or not line:
            _log.warning("a %s of %d bytes was given up: %d", kind, len(content), done.returncode)
            raise ValuesRejected((FieldError("", unreadable),))
        told: dict[str, Any] = json.loads(line)
        if "refused" in told:
            raise ValuesRejected((FieldError("", told["refused"], tuple(told["params"].items())),))
        return told, made

    def _run(self, kind: str, content: bytes) -> subprocess.CompletedProcess[bytes]:
        asked = [kind, str(self._seconds), str(self._memory)]
        command = [sys.executable, "-P", "-m", remake_program.__name__, *asked]
        # It gets none of our settings: reading a picture needs no secrets.
        surroundings = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LC_ALL": "C.UTF-8"}
        try:
            return subprocess.run(
                command,
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=surroundings,
                timeout=2 * self._seconds + _GRACE_SECONDS,
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            return subprocess.CompletedProcess(late.cmd, -1, stdout=b"")
