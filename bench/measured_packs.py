"""`docgen pack batch run`, whose processes note what CPU time is theirs and what is not.

Run as `python -m bench.measured_packs …` with the folder of notes in `QOLTANBA_BENCH_NOTES`;
each process leaves `PID.json` with milliseconds and lines. Rendering, sealing and verifying are
taken out; the first lines of a process, which load what the rest needs, are not counted.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.adapters.sealing.seal import PadesSealer
from docgen.adapters.sealing.verify import PadesVerifier
from docgen.bootstrap.batches import Batches
from docgen.cli import main
from docgen.usecases.build_line import BuildLine

NOTES = "QOLTANBA_BENCH_NOTES"
_WARM_UPS = 2


class Notes:
    """What this process has spent, in milliseconds."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{os.getpid()}.json"
        self.spent = {"rendering": 0.0, "sealing": 0.0, "verifying": 0.0, "own": 0.0, "begun": 0.0}
        self.lines = self._seen = 0
        self._within = False

    def apart(self, what: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same, its time kept apart."""

        @wraps(call)
        def measured(*words: Any, **named: Any) -> Any:
            if self._within:
                return call(*words, **named)
            self._within, began = True, _spent()
            try:
                return call(*words, **named)
            finally:
                self._within = False
                self.spent[what] += (_spent() - began) * 1000

        return measured

    def line(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """A line's whole time, but for what is kept apart."""

        @wraps(call)
        def measured(*words: Any, **named: Any) -> Any:
            before, began = dict(self.spent), _spent()
            done = call(*words, **named)
            whole = (_spent() - began) * 1000
            self._seen += 1
            if self._seen <= _WARM_UPS:
                self.spent = before
                return done
            self.spent["own"] += whole - sum(self.spent[each] - before[each] for each in _APART)
            self.lines += 1
            self._leave()
            return done

        return measured

    def run(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """What the process that hands out the lines spends itself, in its own thread."""

        @wraps(call)
        def measured(*words: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                done = call(*words, **named)
                return done if not hasattr(done, "__next__") else self._followed(done)
            finally:
                self.spent["begun"] += (time.thread_time() - began) * 1000
                self._leave()

        return measured

    def _followed(self, progress: Any) -> Any:
        began = time.thread_time()
        yield from progress
        self.spent["begun"] += (time.thread_time() - began) * 1000
        self._leave()

    def _leave(self) -> None:
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps({"lines": self.lines, **self.spent}))
        part.replace(self._file)


def _spent() -> float:
    """Seconds of this process and of the programs that it has started and awaited."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


_APART = ("rendering", "sealing", "verifying")


def _measure(notes: Notes) -> None:
    for kind, name, what in (
        (LibreOfficeRenderer, "render", "rendering"),
        (PadesSealer, "seal", "sealing"),
        (PadesSealer, "check", "sealing"),
        (PadesVerifier, "verify", "verifying"),
    ):
        setattr(kind, name, notes.apart(what, getattr(kind, name)))
    setattr(BuildLine, "__call__", notes.line(BuildLine.__call__))  # noqa: B010 - as the others
    for name in ("take", "run", "summary"):
        setattr(Batches, name, notes.run(getattr(Batches, name)))


if __name__ in {"__main__", "__mp_main__"}:
    # The processes that build are begun anew, and import this module under the second name.
    _measure(Notes(Path(os.environ[NOTES])))  # noqa: TID251 - a setting of the bench alone

if __name__ == "__main__":
    main(["pack", "batch", "run", *sys.argv[1:]])
