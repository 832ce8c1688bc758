"""Visits by real processes: how many a minute, how long each step takes, and what is ours of it."""

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bench.chaos.town import MeasuredTown
from bench.chaos.visits import asked, code_in, phone_of
from docgen.domain.journal import Event
from tests.processes.running import eventually
from tests.service import processes
from tests.service.line import Ask, Line
from tests.service.tables import Tables

STEPS = ("create", "render", "send", "confirm", "seal")
SHARE = 0.15
"""Of one act by docxtpl and a warm unoserver, which all that is ours of a visit may cost."""
_TICKS = os.sysconf("SC_CLK_TCK")
_BETWEEN = (
    ("render", Event.CREATED, Event.RENDERED),
    ("seal", Event.CONFIRMED, Event.SEALED),
)
_STATE = "SELECT state FROM envelopes WHERE id = :id"
_PATIENCE = 60.0
_SETTLED_SECONDS, _IDLE_SECONDS = 3.0, 10.0
_OWN = ("web", "worker", "link")
_OUTSIDE = {
    "rendering": "in the worker: filling templates, asking the engine, reading what it made",
    "sealing": "in the worker: order, protocol, asking for the seal, whether a file can have one",
}
"""What counts as rendering and as sealing, and so not as ours."""
_MEANT = _OUTSIDE | {"idle": "of web, worker and link, while nobody asks; counted as ours"}


class VisitFailed(Exception):
    """The service answered otherwise than it must in peace."""


@dataclass(kw_only=True)
class Measured:
    """What so many visits took."""

    visits: int = 0
    seconds: float = 0.0
    own_ms: float = 0.0
    """CPU time of web process, worker and link, but for what the worker renders and seals."""
    idle_ms: float = 0.0
    """What of it they would have taken in that time had nobody asked for anything."""
    parts_ms: Mapping[str, float] = field(default_factory=dict)
    steps: Mapping[str, list[float]] = field(default_factory=lambda: {name: [] for name in STEPS})

    def summary(self, *, unoserver_act_ms: float) -> dict[str, Any]:
        """As the report has it."""
        own = self.own_ms / self.visits
        return {
            "per_minute": round(60 * self.visits / self.seconds, 1),
            "own_cpu_ms": round(own, 2),
            "unoserver_act_ms": round(unoserver_act_ms, 2),
            "own_ratio": round(own / unoserver_act_ms, 3),
            "steps": {
                name: {"p50_ms": _quantile(each, 50), "p95_ms": _quantile(each, 95)}
                for name, each in self.steps.items()
            },
            "visits": self.visits,
            "cpu_ms": {
                name: round(each / self.visits, 2)
                for name, each in {**self.parts_ms, "idle": self.idle_ms}.items()
            },
        }


@dataclass(frozen=True, kw_only=True)
class Visits:
    """Callers who each make one visit after another, and wait for its seal."""

    town: MeasuredTown
    callers: int
    told: Callable[[str], None]
    tables: Tables
    """Over kept connections: to open one for each look would disturb what is measured."""
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    lines: threading.local = field(default_factory=threading.local)

    def run(self, visits: int) -> Measured:
        """So many, all of them sealed."""
        found = Measured(visits=visits)
        idle_a_second = self._idle()
        before, began = self._cpu(), time.perf_counter()
        with ThreadPoolExecutor(self.callers) as callers:
            made = list(callers.map(lambda _: self._visit(found), range(visits)))
        found.seconds = time.perf_counter() - began
        after = self._cpu()
        found.parts_ms = {name: after[name] - before[name] for name in after}
        found.own_ms = _sum(found.parts_ms, _OWN) - _sum(found.parts_ms, _OUTSIDE)
        found.idle_ms = idle_a_second * found.seconds
        for envelope_id in made:
            self._read_journal(envelope_id, found)
        return found

    def _visit(self, found: Measured) -> str:
        number = next(self.numbers)
        made = self._asked(found, "create", "/v1/envelopes", asked(number), wanted=201)
        path = f"/v1/envelopes/{made['id']}"
        self._await(_STATE, made["id"], "ready")
        self._asked(found, "send", f"{path}/code", {}, wanted=202)
        phone = phone_of(number)
        if not eventually(lambda: bool(self.town.inbox.texts(phone)), seconds=_PATIENCE):
            raise VisitFailed("no code arrived")
        (message,) = self.town.inbox.texts(phone)
        # Nobody types it sooner than the centre says that it came.
        self._await("SELECT delivery FROM challenges WHERE chain = :id", made["id"], "delivered")
        body = {"code": code_in(message), "attempt_id": "A-1"}
        self._asked(found, "confirm", f"{path}/confirmation", body, wanted=200)
        self._await(_STATE, made["id"], "sealed")
        self.told(f"visit {number}")
        return str(made["id"])

    def _asked(self, found: Measured, step: str, path: str, body: Any, *, wanted: int) -> Any:
        key = {"Idempotency-Key": os.urandom(16).hex()}
        said = self._line().ask(Ask(method="POST", path=path, body=body, headers=key))
        if said.status != wanted:
            raise VisitFailed(f"{step}: {said.status} {said.body!r}")
        found.steps[step].append(said.seconds * 1000)
        return said.told

    def _line(self) -> Line:
        """Each caller's own, kept as portals keep theirs."""
        lines = self.lines
        if not hasattr(lines, "own"):
            lines.own = Line(self.town.port, self.town.headers())
        own: Line = lines.own
        return own

    def _await(self, query: str, envelope_id: str, wanted: str) -> None:
        """Asked of the register: requests would be counted as ours."""

        def reached() -> bool:
            return bool(self.tables.one(query, id=envelope_id) == wanted)

        if not eventually(reached, seconds=_PATIENCE):
            raise VisitFailed(f"it was never {wanted}")

    def _read_journal(self, envelope_id: str, found: Measured) -> None:
        rows = self.tables.rows(
            "SELECT event, at FROM journal WHERE envelope_id = :id", id=envelope_id
        )
        at = {Event(event): moment for event, moment in rows}
        for step, first, last in _BETWEEN:
            found.steps[step].append((at[last] - at[first]).total_seconds() * 1000)

    def _idle(self) -> float:
        """Milliseconds a second, as soon as nothing is left to be done."""
        time.sleep(_SETTLED_SECONDS)
        before = self._cpu()
        time.sleep(_IDLE_SECONDS)
        return (_sum(self._cpu(), _OWN) - _sum(before, _OWN)) / _IDLE_SECONDS

    def _cpu(self) -> dict[str, float]:
        """Milliseconds so far, by part."""
        here, engine = self.town, set(self.town.engine_processes())
        roots = {
            "web": [here.web],
            "worker": [here.worker],
            "link": [here.link.process],
            "sealing process": [here.sealer],
        }
        found = {"engine": sum(map(_milliseconds, engine))}
        for name, parts in roots.items():
            pids = {pid for p in parts if p for pid in (p.pid, *processes.below(p.pid))} - engine
            found[name] = sum(map(_milliseconds, pids))
        return found | dict(here.counted())


def _sum(parts: Mapping[str, float], names: Iterable[str]) -> float:
    return sum(parts[name] for name in names)


def _milliseconds(pid: int) -> float:
    """CPU time of a process, and of its children that are buried (proc(5): utime to cstime)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return sum(map(int, stat.rpartition(")")[2].split()[11:15])) * 1000 / _TICKS


def _quantile(numbers: Sequence[float], percent: int) -> float:
    return round(statistics.quantiles(numbers, n=100, method="inclusive")[percent - 1], 1)


def table(report: Mapping[str, Any]) -> list[str]:
    """For people."""
    lines = [f"{name:<18}{report[name]:>10}" for name in ("visits", "per_minute", "own_cpu_ms")]
    lines.append(f"{'unoserver_act_ms':<18}{report['unoserver_act_ms']:>10}")
    lines.append(f"{'own_ratio':<18}{report['own_ratio']:>10}   (at most {SHARE})")
    lines.append(f"{'step':<18}{'p50 ms':>10}{'p95 ms':>10}")
    lines += [
        f"{name:<18}{each['p50_ms']:>10}{each['p95_ms']:>10}"
        for name, each in report["steps"].items()
    ]
    lines += [
        f"{'CPU ' + name:<18}{each:>10}   {_MEANT.get(name, '')}".rstrip()
        for name, each in report["cpu_ms"].items()
    ]
    return lines
