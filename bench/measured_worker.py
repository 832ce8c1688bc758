"""`docgen worker`, which notes what CPU time its threads spend on rendering and on sealing.

Run as `python -m bench.measured_worker FILE`; the file has the milliseconds so far, as JSON.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.cli import main
from docgen.usecases.seal_document import SealDocument


class Meter:
    """Adds up; what is called within something that is counted is counted there."""

    def __init__(self, file: Path) -> None:
        self._file, self._lock = file, threading.Lock()
        self._within = threading.local()
        self._milliseconds = {"rendering": 0.0, "sealing": 0.0}

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
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(self._milliseconds))
            part.replace(self._file)


if __name__ == "__main__":
    meter = Meter(Path(sys.argv.pop(1)))
    for kind, name, what in (
        (LibreOfficeRenderer, "render", "rendering"),
        (SealDocument, "__call__", "sealing"),
    ):
        setattr(kind, name, meter.counted(what, getattr(kind, name)))
    sys.argv.append("worker")
    main()
