"""`python -m bench`: measure, print a table, leave figures in `var/bench`."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from bench.hostile import Hostile
from bench.mutants import mutants
from bench.orders import ACT_PAGES, ACT_ROWS, acts, mixed
from bench.processes import adopt_orphans
from bench.race import Race, median
from bench.reference import reference_beside
from bench.sealed import Specimens, sealed
from bench.soak import Soak
from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.adapters.sealing.verify_limited import LimitedVerifier
from docgen.bootstrap import CLOCK
from docgen.bootstrap.forms import catalogue
from docgen.bootstrap.operator import operator_of
from docgen.bootstrap.papers import proving, renderer_of
from docgen.domain.errors import Misconfigured
from docgen.domain.verdict import Verdict
from docgen.ports import Renderer
from docgen.settings import Settings
from docgen.usecases.trial_orders import TrialOrders

FOLDER = Path("var/bench")
_WANTED = {
    "ratio_cold": "at least 12",
    "ratio_unoserver": "at least 4",
    "ratio": "at least 3",
    "failures": "none",
    "different": "none",
    "p99_over_p50": "under 4",
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
    with _renderer() as (settings, renderer, trials):
        report["routes"] = _proved(settings, renderer)
        race = Race(trials=trials, renderer=renderer, templates=settings.templates, told=_told)
        if rounds:
            report["act"] = _act(race.milliseconds(rounds=rounds, warm_ups=warm_ups))
        if blocks:
            report["throughput"] = _throughput(race.per_second(blocks=blocks, documents=per_block))
        if documents:
            report["soak"] = _soaked(settings, renderer, trials, documents=documents, seed=seed)
    _leave(report, "render.json")


@main.command()
@click.option("--documents", default=5000, show_default=True)
@click.option("--seed", default=1, show_default=True, help="of what is drawn")
def soak(documents: int, seed: int) -> None:
    """Many different documents one after another, and nothing else."""
    with _renderer() as (settings, renderer, trials):
        routes = _proved(settings, renderer)
        found = _soaked(settings, renderer, trials, documents=documents, seed=seed)
    _leave({"machine": _machine(), "routes": routes, "soak": found}, "soak.json")


@main.command()
@click.option("--files", default=10_000, show_default=True)
@click.option("--seed", default=1, show_default=True, help="of how they are spoilt")
def hostile(files: int, seed: int) -> None:
    """Sealed files, spoilt at random, before the judge that strangers' files meet."""
    with _renderer() as (settings, renderer, trials):
        made = sealed(settings, renderer, trials, folder=FOLDER / "pki")
        with made as specimens, _judging(specimens) as verifier:
            run = Hostile(verifier=verifier, told=_told)
            found = run.run(mutants(specimens.files, seed=seed), count=files).summary()
    _leave({"machine": _machine(), "hostile": found}, "hostile.json")


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
def _renderer() -> Iterator[tuple[Settings, LibreOfficeRenderer, TrialOrders]]:
    settings = Settings(var=FOLDER)
    renderer = renderer_of(settings)
    try:
        yield settings, renderer, TrialOrders(catalogue(settings), operator_of(settings))
    finally:
        renderer.close()


def _proved(settings: Settings, renderer: LibreOfficeRenderer) -> dict[str, Any]:
    """How many templates go by which route, and how long it took to find out."""
    began = time.perf_counter()
    found = Counter(report.route or "none" for report in proving(settings, renderer)())
    return {**found, "seconds": round(time.perf_counter() - began, 1)}


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


def _soaked(
    settings: Settings, renderer: Renderer, trials: TrialOrders, *, documents: int, seed: int
) -> dict[str, Any]:
    folders = (*settings.forms, settings.templates)
    with reference_beside(folders, first=next(acts(trials))) as beside:
        long_run = Soak(
            renderer=renderer,
            beside=beside,
            folder=FOLDER / "different",
            told=_told,
        )
        return long_run.run(mixed(trials, seed=seed), documents=documents).summary()


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
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / name).write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    click.echo("\r\x1b[K", nl=False, err=True)
    click.echo("\n".join(_table(report)))
    click.echo(f"{FOLDER / name}")
    found = report.get("soak", {}) | report.get("hostile", {})
    if any(found.get(name) for name in ("failures", "different", "called_valid", "faults")):
        sys.exit(1)


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
