"""A batch of packs on the command line, killed on the way: what came of it, and what is ours."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measured_packs import NOTES
from docgen.adapters.db.register import SqlRegister
from docgen.cli.pack_batch import STOPPED
from docgen.domain.journal import Event
from docgen.domain.pack_batch import BatchLine, LineState
from tests.packs.tables import papers, tables, workbook

RATIO = 1.0
"""Of one act by docxtpl and a warm unoserver, which all that is ours of a pack may cost."""
_PATIENCE = 3600.0
_BETWEEN_LOOKS = 0.1


@dataclass(kw_only=True)
class Collection:
    """So many debtors of a table, their batch, and how often its run is killed."""

    folder: Path
    debtors: int
    kills: int
    told: Callable[[str], None]
    interrupts: int = 0
    """How often it is stopped as Ctrl-C stops it, after the kills."""
    patience: float = _PATIENCE
    runs: int = 0
    seconds: float = 0.0
    _killed: int = field(default=0)

    def prepare(self) -> None:
        """Tables and papers."""
        for name in ("notes", "packs"):
            (self.folder / name).mkdir(parents=True)
        workbook(self.folder / "debtors.xlsx", tables(self.debtors))
        papers(self.folder / "papers")

    def run(self) -> int:
        """Run it, kill it, run it again, to its end; the last run's exit code."""
        began = time.monotonic()
        while True:
            code = self._once()
            self.runs += 1
            if code not in {-signal.SIGKILL, STOPPED}:
                self.seconds = time.monotonic() - began
                return code

    def _once(self) -> int:
        command = [
            sys.executable, "-m", "bench.measured_packs", str(self.folder / "debtors.xlsx"),
            "--papers", str(self.folder / "papers"), "-o", str(self.folder / "packs"),
        ]  # fmt: skip
        environment = {
            **os.environ,  # noqa: TID251 - whatever else the command would run in
            "DOCGEN_PROFILE": "demo",
            "DOCGEN_VAR": str(self.folder / "var"),
            NOTES: str(self.folder / "notes"),
        }
        with (self.folder / "run.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            return self._watched(process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _watched(self, process: "subprocess.Popen[bytes]") -> int:
        """It is killed when its share of packs is there, with everything that it began."""
        until = time.monotonic() + self.patience
        while process.poll() is None and time.monotonic() < until:
            made = len(list((self.folder / "packs").glob("*.zip")))
            self.told(f"{made} of {self.debtors} packs, {self._killed} kills")
            ends = self.kills + self.interrupts
            due = self.debtors * (self._killed + 1) // (ends + 1)
            if self._killed < ends and made >= max(1, due):
                self._killed += 1
                killed = self._killed <= self.kills
                os.killpg(process.pid, signal.SIGKILL if killed else signal.SIGINT)
                return process.wait(self.patience)
            time.sleep(_BETWEEN_LOOKS)
        return process.wait(timeout=1)

    def report(self, *, unoserver_act_ms: float | None = None) -> dict[str, Any]:
        """What came of it; a failure is a line that is not ready, or anything there twice."""
        register = SqlRegister(f"sqlite:///{self.folder / 'var' / 'register.db'}")
        try:
            lines, faults = self._proved(register)
        finally:
            register.close()
        spent = self._spent()
        own = spent["own"] + spent["begun"]
        ratio = None if unoserver_act_ms is None else round(own / unoserver_act_ms, 3)
        return {
            "per_minute": self._pace(lines),
            "debtors": self.debtors,
            "failures": len(faults),
            "own_cpu_ms": round(own, 2),
            "own_ratio": ratio,
            "unoserver_act_ms": unoserver_act_ms,
            "kills": self._killed,
            "runs": self.runs,
            "seconds": round(self.seconds, 1),
            "cpu_ms": {name: round(each, 2) for name, each in spent.items()},
            "complaints": faults[:20],
        }

    def _pace(self, lines: list[BatchLine]) -> float:
        """Without kills by the lines alone; with them, beginnings and all."""
        at = sorted(line.finished_at for line in lines if line.finished_at is not None)
        if self.kills or len(at) < 2:  # noqa: PLR2004 - a pace needs two moments
            return round(60 * len(at) / max(self.seconds, 0.001), 1)
        return round(60 * (len(at) - 1) / (at[-1] - at[0]).total_seconds(), 1)

    def _proved(self, register: SqlRegister) -> tuple[list[BatchLine], list[str]]:
        faults: list[str] = []
        with register.view() as unit:
            (batch,) = unit.pack_batches.of("demo", limit=2)
            lines = list(unit.pack_batches.lines(batch.id))
            packs = [line.pack_id for line in lines if _ready(line) and line.pack_id is not None]
            for pack_id in packs:
                events = [entry.event for entry in unit.journal.of(pack_id)]
                once = [events.count(each) for each in (Event.PACK_BOUND, Event.PACK_SEALED)]
                if once != [1, 1]:
                    faults.append(f"{pack_id}: {events}")
        faults += [f"line {line.place}: {line.state}" for line in lines if not _ready(line)]
        if len(set(packs)) != len(packs) or len(lines) != self.debtors:
            faults.append("lines or packs are there twice, or are lost")
        there = {file.stem: file for file in (self.folder / "packs").glob("*.zip")}
        if set(there) != set(packs):
            faults.append("other packs lie there than were made")
        faults += [f"{name}: not whole" for name, file in there.items() if not _whole(file)]
        return lines, faults

    def _spent(self) -> dict[str, float]:
        """Milliseconds for each pack; what begins runs is shared by all debtors."""
        notes = [json.loads(file.read_text()) for file in (self.folder / "notes").glob("*.json")]
        lines = sum(each["lines"] for each in notes)
        spent = {
            name: sum(each[name] for each in notes) / max(lines, 1)
            for name in ("rendering", "sealing", "verifying", "own")
        }
        return spent | {"begun": sum(each["begun"] for each in notes) / self.debtors}


def _ready(line: BatchLine) -> bool:
    return line.state is LineState.READY


def _whole(file: Path) -> bool:
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
        return archive.testzip() is None and {"volume.pdf", "manifest.json"} <= names


def table(report: Mapping[str, Any]) -> list[str]:
    """For people."""
    names = (
        "debtors", "per_minute", "failures", "kills", "seconds", "own_cpu_ms", "unoserver_act_ms",
    )  # fmt: skip
    lines = [f"{name:<20}{report[name]!s:>12}" for name in names]
    lines.append(f"{'own_ratio':<20}{report['own_ratio']!s:>12}   (at most {RATIO})")
    lines += [f"{'CPU ' + name:<20}{each:>12}" for name, each in report["cpu_ms"].items()]
    return [*lines, *report["complaints"]]
