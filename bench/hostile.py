"""Spoilt files before the judge: nothing crashes, nothing hangs, and none is called valid."""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bench.mutants import Mutant
from docgen.adapters.sealing.verify_limited import LimitedVerifier
from docgen.domain.errors import Busy, UnreadableDocument
from docgen.domain.verdict import Verdict

_AT_ONCE = 2
_MOST_TOLD = 20
_TOLD_EVERY = 200


@dataclass(kw_only=True)
class Judged:
    """What came of it."""

    verdicts: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    valid: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Given up beyond the limits, or lost with the whole program."""

    def summary(self) -> dict[str, Any]:
        """For the report."""
        times = sorted(self.milliseconds) or [math.nan]
        return {
            "files": len(self.milliseconds),
            **dict(sorted(self.verdicts.items())),
            "called_valid": len(self.valid),
            "faults": len(self.faults),
            "p50_ms": round(times[len(times) // 2], 1),
            "longest_ms": round(times[-1], 1),
            "complaints": [*self.valid, *self.faults][:_MOST_TOLD],
        }


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """A run of the judge that strangers' files meet, each in a limited process of its own."""

    verifier: LimitedVerifier
    told: Callable[[str], None]

    def run(self, files: Iterable[Mutant], *, count: int) -> Judged:
        """Judge the first so many, two at a time."""
        found, drawn, begun = Judged(), islice(files, count), time.monotonic()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while batch := list(islice(drawn, _TOLD_EVERY)):
                for mutant, said, taken in pool.map(self._judged, batch):
                    _count(found, mutant, said, taken)
                seconds = time.monotonic() - begun
                self.told(f"hostile: {len(found.milliseconds)} of {count}, {seconds:.0f} s")
        return found

    def _judged(self, mutant: Mutant) -> tuple[Mutant, str, float]:
        began = time.perf_counter()
        said = self._said(mutant.pdf)
        return mutant, said, (time.perf_counter() - began) * 1000

    def _said(self, pdf: bytes) -> str:
        while True:
            try:
                return self.verifier.verify(pdf).verdict.value
            except Busy:
                # The processor was others', or two of ours were still about to leave.
                time.sleep(0.01)
            except UnreadableDocument as unreadable:
                return "fault: given up" if "too hard" in str(unreadable) else "unreadable"
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is what we look for
                return f"fault: {fault!r}"


def _count(found: Judged, mutant: Mutant, said: str, taken: float) -> None:
    found.milliseconds.append(taken)
    found.verdicts[said.partition(":")[0]] += 1
    if said == Verdict.VALID.value:
        found.valid.append(f"called valid, {mutant.how}")
    if said.startswith("fault"):
        found.faults.append(f"{said}, {mutant.how}")
