"""Many different documents one after another: nothing fails, nothing leaks, nothing is mixed up."""

import math
import os
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from bench.orders import Marked
from bench.pages import pictures, text
from bench.processes import below, megabytes
from bench.reference import Beside
from docgen.domain.errors import DocgenError
from docgen.ports import Renderer

_REMEMBERED = 20
"""Documents whose values must not turn up in the next one."""
_COMPARED_EVERY = 50
_WEIGHINGS = 250
_MOST_TOLD = 20


@dataclass(kw_only=True)
class Soaked:
    """What came of it."""

    milliseconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    """Milliseconds of processor time, here and in the child: what others do shows less in it."""
    complaints: list[str] = field(default_factory=list)
    compared: int = 0
    different: list[str] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    """Of all our processes, at even distances."""

    def summary(self) -> dict[str, Any]:
        """For the report."""
        p50, p99, longest = _spread(self.milliseconds)
        cpu50, cpu99, _ = _spread(self.processor)
        tenth = max(len(self.megabytes) // 10, 1)
        return {
            "documents": len(self.milliseconds) + len(self.complaints),
            "failures": len(self.complaints),
            "p50_ms": round(p50, 1),
            "p99_ms": round(p99, 1),
            "p99_over_p50": round(p99 / p50, 2),
            "longest_ms": round(longest, 1),
            "cpu_p50_ms": round(cpu50, 1),
            "cpu_p99_ms": round(cpu99, 1),
            "cpu_p99_over_p50": round(cpu99 / cpu50, 2),
            "compared": self.compared,
            "different": len(self.different),
            "first_tenth_mb": _middle(self.megabytes[:tenth]),
            "last_tenth_mb": _middle(self.megabytes[-tenth:]),
            "complaints": [*self.complaints, *self.different][:_MOST_TOLD],
        }


@dataclass(frozen=True, kw_only=True)
class Soak:
    """A long run of one renderer; what differs from the reference is left in `folder`."""

    renderer: Renderer
    beside: Beside
    processor: Callable[[], float]
    """Milliseconds of processor time that documents have taken so far."""
    folder: Path
    told: Callable[[str], None]

    def run(self, orders: Iterable[Marked], *, documents: int) -> Soaked:
        """Make the first so many, or as many as there are when it is interrupted."""
        found = Soaked()
        with suppress(KeyboardInterrupt):
            self._run(islice(orders, documents), documents, found)
        return found

    def _run(self, orders: Iterable[Marked], documents: int, found: Soaked) -> None:
        earlier: deque[str] = deque(maxlen=_REMEMBERED)
        for number, marked in enumerate(orders):
            pdf = self._made(marked, earlier, found)
            if pdf is not None and number % _COMPARED_EVERY == 0:
                self._compare(pdf, self.beside.reference(marked.order), marked, found)
            if number % max(documents // _WEIGHINGS, 1) == 0:
                weight = megabytes(below(os.getpid(), but=self.beside.processes))
                found.megabytes.append(weight)
            earlier.append(marked.prefix)
            if (number + 1) % _COMPARED_EVERY == 0:
                self.told(f"soak: {number + 1} of {documents}")

    def _made(self, marked: Marked, earlier: Sequence[str], found: Soaked) -> bytes | None:
        began, used = time.perf_counter(), self.processor()
        try:
            pdf = self.renderer.render(marked.order).pdf
        except DocgenError as failure:
            found.complaints.append(f"{marked.prefix} {marked.kind}: {failure!r}")
            return None
        taken, used = (time.perf_counter() - began) * 1000, self.processor() - used
        read = text(pdf)
        missing = [mark for mark in marked.marks if mark not in read]
        strange = [prefix for prefix in earlier if prefix in read]
        if missing or strange:
            complaint = f"{marked.prefix} {marked.kind}: lacks {missing[:3]}, has {strange[:3]}"
            found.complaints.append(complaint)
            return None
        found.milliseconds.append(taken)
        found.processor.append(used)
        return pdf

    def _compare(self, pdf: bytes, other: bytes, marked: Marked, found: Soaked) -> None:
        found.compared += 1
        if pdf == other:
            return
        how = "has other bytes" if pictures(pdf) == pictures(other) else "looks different"
        found.different.append(f"{marked.prefix} {marked.kind}: {how}")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{marked.prefix}.pdf").write_bytes(pdf)
        (self.folder / f"{marked.prefix}-reference.pdf").write_bytes(other)


def _spread(numbers: Sequence[float]) -> tuple[float, float, float]:
    """The middle, what all but one of a hundred keep to, and the most."""
    ordered = sorted(numbers) or [math.nan]
    p50, p99 = (ordered[math.ceil(len(ordered) * part) - 1] for part in (0.5, 0.99))
    return p50, p99, ordered[-1]


def _middle(numbers: Sequence[float]) -> float:
    return round(statistics.median(numbers or [math.nan]), 1)
