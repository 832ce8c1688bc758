"""`python -m bench`: measure, print a table, leave figures in `var/bench`."""

import json
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from bench import seals
from bench.chaos.siege import Siege, failed
from bench.chaos.siege import table as storm_table
from bench.chaos.town import MeasuredTown, town
from bench.hostile import Hostile
from bench.mutants import mutants
from bench.orders import ACT, ACT_PAGES, ACT_ROWS, acts, mixed
from bench.packs import RATIO, Collection
from bench.packs import table as packs_table
from bench.processes import adopt_orphans
from bench.race import Race, median
from bench.reference import reference_beside
from bench.sealed import Specimens, sealed
from bench.soak import Soak
from bench.visits import SHARE, Visits
from bench.visits import table as visits_table
from docgen.adapters.rendering.engine_client import Engine
from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.adapters.sealing.verify_limited import LimitedVerifier
from docgen.bootstrap import CLOCK
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.bootstrap.papers import engine_of, proving, renderer_of
from docgen.domain.errors import Misconfigured, SealRefused
from docgen.domain.sealing import SealOrder
from docgen.domain.verdict import Verdict
from docgen.settings import Settings
from docgen.usecases.render_specimen import RenderSpecimen
from docgen.usecases.seal_document import SealDocument
from docgen.usecases.seal_specimen import SealSpecimen
from docgen.usecases.trial_orders import TrialOrders
from tests.service.tables import Tables

FOLDER = Path("var/bench")
_WANTED = {
    "ratio_cold": "at least 12",
    "ratio_unoserver": "at least 4",
    "ratio": "at least 3",
    "failures": "none",
    "different": "none",
    "p99_over_p50": "under 4",
    "cpu_p99_over_p50": "under 4; others disturb it less",
    "last_tenth_mb": "as in the first",
    "called_valid": "none",
    "faults": "none",
}


@click.group()
def main() -> None:
    """How fast documents are made, against what people use otherwise."""
    adopt_orphans()


@main.command()
@click.option("--rounds", default=30, show_default=True, help="in which every route makes an act")
@click.option("--warm-ups", default=3, show_default=True, help="rounds before, not counted")
@click.option("--blocks", default=5, show_default=True, help="of throughput, by turns")
@click.option("--per-block", default=24, show_default=True, help="documents in a block")
@click.option("--documents", default=300, show_default=True, help="of the soak")
@click.option("--seed", default=1, show_default=True, help="of what the soak draws")
def render(
    *, rounds: int, warm_ups: int, blocks: int, per_block: int, documents: int, seed: int
) -> None:
    """Speed of an act, throughput, and a soak."""
    report: dict[str, Any] = {"machine": _machine()}
    with _ours() as ours:
        report["routes"] = ours.proved()
        race = Race(
            trials=ours.trials,
            renderer=ours.renderer,
            templates=ours.settings.templates,
            told=_told,
        )
        if rounds:
            report["act"] = _act(race.milliseconds(rounds=rounds, warm_ups=warm_ups))
        if blocks:
            report["throughput"] = _throughput(race.per_second(blocks=blocks, documents=per_block))
        if documents:
            report["soak"] = ours.soaked(documents=documents, seed=seed)
    _leave(report, "render.json")


@main.command()
@click.option("--rounds", default=30, show_default=True, help="in which everybody seals in turn")
def seal(rounds: int) -> None:
    """CPU time of a visible B-B seal, without the rendering of what is sealed."""
    order = _to_be_sealed()
    taken = {}
    for name, kind in seals.KINDS.items():
        with seals.ways(kind) as by:
            taken[name] = seals.milliseconds(order, by, rounds=rounds, told=_told)
    report: dict[str, Any] = {name: seals.summary(each) for name, each in taken.items()}
    report["verify_ms"] = median(taken["rsa3072"]["verify"])
    _write({"machine": _machine(), **report}, "seal.json", seals.table(report))


def _to_be_sealed() -> SealOrder:
    """The specimen of the act with its protocol and evidence, rendered before anybody counts."""
    noted = seals.Noted()
    with _ours() as ours:
        settings, renderer = ours.settings, ours.renderer
        specimen = SealSpecimen(
            render_specimen=RenderSpecimen(
                forms=catalogue(settings),
                renderer=renderer,
                operator=operator_of(settings),
                clock=CLOCK,
            ),
            seal_document=SealDocument(renderer=renderer, sealer=noted),
            clock=CLOCK,
        )
        with suppress(SealRefused):
            specimen(ACT)
    return noted.orders[0]


@main.command()
@click.option("--documents", default=5000, show_default=True)
@click.option("--seed", default=1, show_default=True, help="of what is drawn")
def soak(documents: int, seed: int) -> None:
    """Many different documents one after another, and nothing else."""
    with _ours() as ours:
        routes = ours.proved()
        found = ours.soaked(documents=documents, seed=seed)
    _leave({"machine": _machine(), "routes": routes, "soak": found}, "soak.json")


@dataclass(frozen=True, kw_only=True)
class _Ours:
    """Our renderer, and what to give it."""

    settings: Settings
    engine: Engine
    renderer: LibreOfficeRenderer
    trials: TrialOrders

    def proved(self) -> dict[str, Any]:
        """How many templates go by which route, and how long it took to find out."""
        began = time.perf_counter()
        reports = proving(self.settings, self.renderer)()
        found = Counter(report.route or "none" for report in reports)
        return {**found, "seconds": round(time.perf_counter() - began, 1)}

    def soaked(self, *, documents: int, seed: int) -> dict[str, Any]:
        """What came of a long run."""
        folders = (*self.settings.forms, self.settings.templates)
        with reference_beside(folders, first=next(acts(self.trials))) as beside:
            long_run = Soak(
                renderer=self.renderer,
                beside=beside,
                processor=lambda: time.process_time() * 1000 + self.engine.cpu_ms,
                folder=FOLDER / "different",
                told=_told,
            )
            orders = mixed(self.trials, seed=seed)
            return long_run.run(orders, documents=documents).summary()


@main.command()
@click.option("--files", default=10_000, show_default=True)
@click.option("--seed", default=1, show_default=True, help="of how they are spoilt")
def hostile(files: int, seed: int) -> None:
    """Sealed files, spoilt at random, before the judge that strangers' files meet."""
    with _ours() as ours:
        made = sealed(ours.settings, ours.renderer, ours.trials, folder=FOLDER / "pki")
        with made as specimens, _judging(specimens) as verifier:
            run = Hostile(verifier=verifier, told=_told)
            found = run.run(mutants(specimens.files, seed=seed), count=files).summary()
    _leave({"machine": _machine(), "hostile": found}, "hostile.json")


@main.command()
@click.option("--envelopes", default=320, show_default=True, help="visits that are begun")
@click.option("--seed", default=None, type=int, help="of visits and faults; drawn, and told")
@click.option("--seconds", default=1500, show_default=True, help="after which nobody asks any more")
@click.option("--short", is_flag=True, help="a minute of it: fewer visits, all of them in a hurry")
def chaos(*, envelopes: int, seed: int | None, seconds: int, short: bool) -> None:
    """Visits, while every part is killed; then what must be true of all of them."""
    drawn = secrets.randbelow(1_000_000) if seed is None else seed
    siege = Siege(envelopes=envelopes, seed=drawn, seconds=seconds, told=_told)
    if short:
        siege = replace(siege, envelopes=10, seconds=60, peace=60, hurry=True)
    report = siege.run()
    name = "chaos-short.json" if short else "chaos.json"
    _write({"machine": _machine(), **report}, name, storm_table(report))
    sys.exit(1 if failed(report) else 0)


@main.command()
@click.option("--visits", "count", default=100, show_default=True, help="after the warm-up")
@click.option("--callers", default=4, show_default=True, help="who make them at the same time")
@click.option("--rounds", default=20, show_default=True, help="of an act by unoserver")
def visits(*, count: int, callers: int, rounds: int) -> None:
    """Visits by real processes: two documents, a code, a seal."""
    # Half of them afterwards: a machine that others use is not the same all the time.
    acts = _unoserver_acts(rounds // 2)
    with town(MeasuredTown, WORK__SWEEP_EVERY="15", WORK__PATIENCE="5") as here:
        here.await_routes()
        tables = Tables(here.ground.database_url, kept=True)
        run = Visits(town=here, tables=tables, callers=callers, told=_told)
        run.run(callers * 3)
        measured = run.run(count)
    acts = [*acts, *_unoserver_acts(rounds - rounds // 2)]
    report = measured.summary(unoserver_act_ms=median(acts))
    _write({"machine": _machine(), **report}, "visits.json", visits_table(report))
    sys.exit(1 if report["own_ratio"] > SHARE else 0)


@main.command()
@click.option("--debtors", default=40, show_default=True)
@click.option("--kills", default=0, show_default=True, help="of the run, spread over it")
@click.option("--rounds", default=20, show_default=True, help="of an act by unoserver")
@click.option("--alone", is_flag=True, help="without unoserver: only what came of it")
def packs(*, debtors: int, kills: int, rounds: int, alone: bool) -> None:
    """A batch of notary packs: how many a minute, and what of each is ours."""
    unoserver = None if alone else median(_unoserver_acts(rounds))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=FOLDER, prefix="packs-") as folder:
        run = Collection(folder=Path(folder), debtors=debtors, kills=kills, told=_told)
        run.prepare()
        run.run()
        report = run.report(unoserver_act_ms=unoserver)
    name = "packs-alone.json" if alone else "packs.json"
    _write({"machine": _machine(), **report}, name, packs_table(report))
    sys.exit(1 if report["failures"] or (report["own_ratio"] or 0) > RATIO else 0)


def _unoserver_acts(rounds: int) -> Sequence[float]:
    """How long each took, in milliseconds."""
    with _ours() as ours:
        race = Race(
            trials=ours.trials,
            renderer=ours.renderer,
            templates=ours.settings.templates,
            told=_told,
        )
        return race.milliseconds(rounds=rounds, warm_ups=3)["unoserver"]


@contextmanager
def _judging(specimens: Specimens) -> Iterator[LimitedVerifier]:
    verifier = LimitedVerifier(specimens.roots, clock=CLOCK)
    try:
        for genuine in specimens.files:
            if verifier.verify(genuine).verdict is not Verdict.VALID:
                raise Misconfigured("what is to be spoilt is not valid to begin with")
        yield verifier
    finally:
        verifier.close()


@contextmanager
def _ours() -> Iterator[_Ours]:
    settings = Settings(var=FOLDER)
    engine = engine_of(settings)
    renderer = renderer_of(settings, engine)
    trials = TrialOrders(catalogue(settings), operator_of(settings))
    try:
        yield _Ours(settings=settings, engine=engine, renderer=renderer, trials=trials)
    finally:
        renderer.close()


def _act(taken: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    ours, cold, unoserver = (median(taken[name]) for name in ("ours", "cold", "unoserver"))
    return {
        "ours_ms": ours,
        "cold_ms": cold,
        "unoserver_ms": unoserver,
        "ratio_cold": round(cold / ours, 2),
        "ratio_unoserver": round(unoserver / ours, 2),
        "rounds": len(taken["ours"]),
        "rows": ACT_ROWS,
        "pages": ACT_PAGES,
        "fastest_ms": {name: round(min(each), 2) for name, each in taken.items()},
    }


def _throughput(found: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    ours, theirs = median(found["ours"]), median(found["unoserver2"])
    return {
        "ours_per_s": ours,
        "unoserver2_per_s": theirs,
        "ratio": round(ours / theirs, 2),
        "blocks": {name: [round(each, 2) for each in rates] for name, rates in found.items()},
    }


def _machine() -> dict[str, Any]:
    models = [
        line.partition(": ")[2]
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "cpu": models[0] if models else "unknown",
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
    }


def _told(line: str) -> None:
    click.echo(f"\r{line}\x1b[K", nl=False, err=True)


def _leave(report: Mapping[str, Any], name: str) -> None:
    _write(report, name, _table(report))
    found = report.get("soak", {}) | report.get("hostile", {})
    if any(found.get(name) for name in ("failures", "different", "called_valid", "faults")):
        sys.exit(1)


def _write(report: Mapping[str, Any], name: str, table: Iterable[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / name).write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    click.echo("\r\x1b[K", nl=False, err=True)
    click.echo("\n".join(table))
    click.echo(f"{FOLDER / name}")


def _table(report: Mapping[str, Any]) -> Iterator[str]:
    machine = report["machine"]
    yield f"{machine['cpu']}, {machine['cores']} cores, load {machine['load']}"
    for part in ("routes", "act", "throughput", "soak", "hostile"):
        for name, value in report.get(part, {}).items():
            if not isinstance(value, dict | list):
                wanted = f"   ({_WANTED[name]})" if name in _WANTED else ""
                yield f"{part:<12}{name:<20}{value:>12}{wanted}"
    for part in ("soak", "hostile"):
        yield from report.get(part, {}).get("complaints", ())


if __name__ == "__main__":
    main()
