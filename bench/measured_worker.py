"""`docgen worker`, which notes what CPU time its threads spend on rendering and on sealing.

Run as `python -m bench.measured_worker FILE`; the file has the milliseconds so far, as `PARTS`
says: kept in memory that both sides share, since a file written at each call would cost us more
than much of what is measured.
"""

import mmap
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.adapters.sealing.sealer_client import SealerClient
from docgen.cli import main
from docgen.usecases.seal_document import SealDocument

NAMES = ("rendering", "sealing")
PARTS = struct.Struct("<2d")


class Meter:
    """Adds up; what is called within something that is counted is counted there."""

    def __init__(self, file: Path) -> None:
        file.write_bytes(bytes(PARTS.size))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), PARTS.size)
        self._lock, self._within = threading.Lock(), threading.local()
        self._milliseconds = dict.fromkeys(NAMES, 0.0)

    def counted(self, what: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same, its time added to `what`."""

        @wraps(call)
        def measured(*words: Any, **named: Any) -> Any:
            if getattr(self._within, "something", False):
                return call(*words, **named)
            self._within.something, began = True, time.thread_time()
            try:
                return call(*words, **named)
            finally:
                self._within.something = False
                self._add(what, (time.thread_time() - began) * 1000)

        return measured

    def _add(self, what: str, milliseconds: float) -> None:
        with self._lock:
            self._milliseconds[what] += milliseconds
            PARTS.pack_into(self._shared, 0, *self._milliseconds.values())


def counted(file: Path) -> Mapping[str, float]:
    """What a worker with that file has spent so far, in milliseconds."""
    told = file.read_bytes() if file.exists() else b""
    spent = PARTS.unpack(told) if len(told) == PARTS.size else (0.0,) * len(NAMES)
    return dict(zip(NAMES, spent, strict=True))


if __name__ == "__main__":
    meter = Meter(Path(sys.argv.pop(1)))
    for kind, name, what in (
        (LibreOfficeRenderer, "render", "rendering"),
        (SealDocument, "__call__", "sealing"),
        # Reads the rendered file as the seal will: whether it can be sealed at all.
        (SealerClient, "examine", "sealing"),
    ):
        setattr(kind, name, meter.counted(what, getattr(kind, name)))
    sys.argv.append("worker")
    main()
