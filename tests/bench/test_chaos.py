"""The bench of faults: a minute of it, its plan and its report."""

import json
import random
import subprocess
import sys
from typing import Any

from bench.chaos.siege import ALSO, COUNTED, failed, table
from bench.chaos.visits import Plan, plans
from docgen.settings import BESIDE_THE_PACKAGES

_SECONDS = 900
"""Where much else runs and nobody has tried the templates yet; alone it is less than a minute."""


def test_a_minute_under_fire_loses_and_doubles_nothing() -> None:
    """Real processes, killed at random; whatever comes of it, its seed is in the report."""
    words = [sys.executable, "-m", "bench", "chaos", "--short"]
    ended = subprocess.run(
        words,
        cwd=BESIDE_THE_PACKAGES,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )

    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    report = json.loads((BESIDE_THE_PACKAGES / "var/bench/chaos-short.json").read_text("utf-8"))
    assert {name: report[name] for name in (*COUNTED, *ALSO)} == dict.fromkeys(COUNTED + ALSO, 0)
    assert report["states"]["sealed"] > 0
    assert sum(report["faults"].values()) > 0


def test_a_seed_plans_the_same_visits_and_every_kind_of_them() -> None:
    """And another seed others."""
    chances = [random.Random(seed) for seed in (1, 1, 2)]  # noqa: S311 - nothing is secret
    drawn = [plans(each, 40) for each in chances]
    assert drawn[0] == drawn[1] != drawn[2]
    assert set(drawn[0]) == set(Plan)


def test_a_fault_fails_the_bench_and_is_told() -> None:
    """The table names it, and the exit code is not 0."""
    report: dict[str, Any] = dict.fromkeys((*COUNTED, *ALSO), 0) | {
        "seed": 1, "seconds": 1.0, "envelopes": 1, "kills": 1, "events": 1,
        "states": {}, "faults": {}, "full_disk": False, "told": {"lost": ["this one"]},
    }  # fmt: skip
    assert not failed(report)
    assert failed(report | {"lost": 1})
    assert "lost: this one" in table(report)
    assert "the disk was never full: that needs root" in table(report)
