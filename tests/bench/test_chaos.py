"""The bench of faults: a minute of it, and a checker that sees what it is to see."""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bench.chaos.proof import Proof
from bench.chaos.siege import ALSO, COUNTED, failed, table
from bench.chaos.town import Town
from bench.chaos.visits import Plan, Visit, plans
from docgen.domain.language import Language
from docgen.settings import BESIDE_THE_PACKAGES
from tests.service.tables import Tables
from tests.services.receiver import Received
from tests.usecases.world import TECHNICIAN, World, world

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


@dataclass
class _Scene:
    """A world with one envelope, in which everything is as it must be until a test changes it."""

    world: World
    visit: Visit
    texts: list[str]
    hears: SimpleNamespace
    log: Path
    findings: list[dict[str, str]] = field(default_factory=list)

    def found(self) -> dict[str, list[str]]:
        """What the checker notes."""
        told = {
            "stuck": json.dumps([]),
            "journal": json.dumps({"ok": not self.findings, "findings": self.findings}),
        }
        town = SimpleNamespace(
            tables=Tables(self.world.database_url),
            inbox=SimpleNamespace(look=lambda: None, texts=lambda _: self.texts),
            disk=SimpleNamespace(folder=self.log.parent),
            hears=self.hears,
            logs=lambda: [self.log],
            run=lambda *words: SimpleNamespace(stdout=told[words[0]], stderr="", returncode=0),
        )
        proof = Proof(town=cast("Town", town), visits=[self.visit])
        return {name: list(each) for name, each in proof.run().items()}

    def hear(self) -> None:
        """The receiver is told of everything that has happened."""
        topics = {"created": "created", "code_issued": "code_sent", "rendered": "ready"}
        for entry in self.world.journal(self.visit.envelope_id or ""):
            name = f"evt_{entry.envelope_id}_{entry.sequence}"
            topic = f"envelope.{topics.get(entry.event.value, entry.event.value)}"
            kind = "code.sent" if entry.event.value == "code_sent" else topic
            body = json.dumps({"type": kind}).encode()
            self.hears.received.append(Received("/", {"webhook-id": name}, body))


@pytest.fixture
def scene(sqlite_url: str, redis_url: str, tmp_path: Path) -> Iterator[_Scene]:
    """A code is sent, and nothing is wrong but that the frozen bytes are nowhere on the disk."""
    built = world(sqlite_url, redis_url)
    envelope = built.created()
    built.send(envelope.id, language=Language.KK, asked_by=TECHNICIAN)
    visit = Visit(number=0, plan=Plan.SIGN, envelope_id=envelope.id, sendings={"k"})
    Tables(sqlite_url).rows("UPDATE envelopes SET phone = :phone", phone=visit.phone)
    for digest in [document.frozen_hash() for document in envelope.documents]:
        path = tmp_path / digest[:2] / digest[2:4] / digest
        path.parent.mkdir(parents=True)
        path.write_bytes(built.blobs.get(digest))
    log = tmp_path / "log"
    log.write_text("nothing\n")
    made = _Scene(built, visit, [built.sms.sent[0].text], SimpleNamespace(received=[]), log)
    made.hear()
    yield made
    built.register.close()


def test_where_all_is_well_nothing_is_noted(scene: _Scene) -> None:
    """An envelope that waits for its subscriber is where it may be."""
    assert scene.found() == {}


def _second_message(scene: _Scene) -> None:
    scene.texts.append("1: АҚ\n@host #123456")


def _lost_envelope(scene: _Scene) -> None:
    scene.visit.envelope_id = "01K00000000000000000000000"


def _second_envelope(scene: _Scene) -> None:
    scene.world.created()
    tables = Tables(scene.world.database_url)
    tables.rows("UPDATE envelopes SET phone = :phone", phone=scene.visit.phone)


def _lost_bytes(scene: _Scene) -> None:
    for path in scene.log.parent.glob("??/??/*"):
        path.unlink()


def _unsealed(scene: _Scene) -> None:
    Tables(scene.world.database_url).rows("UPDATE envelopes SET state = 'confirmed'")


def _logged(scene: _Scene) -> None:
    scene.log.write_text(f"a line with 8 (701) 555-{scene.visit.number:04}\n")


def _untold(scene: _Scene) -> None:
    scene.hears.received.pop()


def _told_otherwise(scene: _Scene) -> None:
    first = scene.hears.received[0]
    scene.hears.received.append(Received("/", first.headers, first.body + b" "))


def _forged(scene: _Scene) -> None:
    scene.findings.append({"fault": "row_changed", "table": "envelopes", "row": "1"})


def _unconfirmed(scene: _Scene) -> None:
    scene.visit.confirmed = True


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (_second_message, "double"),
        (_second_envelope, "double"),
        (_told_otherwise, "double"),
        (_lost_envelope, "lost"),
        (_lost_bytes, "lost"),
        (_unconfirmed, "lost"),
        (_unsealed, "unsealed"),
        (_unsealed, "stuck"),
        (_logged, "traces"),
        (_untold, "missed_events"),
        (_forged, "broken_chains"),
    ],
)
def test_what_is_wrong_is_noted(scene: _Scene, spoil: Callable[[_Scene], None], kind: str) -> None:
    """Each fault under the name that the report counts it by."""
    spoil(scene)
    assert scene.found()[kind]


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
