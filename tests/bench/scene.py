"""A world with one envelope, in which everything is as it must be until a test spoils it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from bench.chaos.proof import Proof
from bench.chaos.town import Town
from bench.chaos.visits import Visit
from docgen.domain.webhook import TOPICS
from tests.service.tables import Tables
from tests.services.receiver import Received
from tests.usecases.world import World


@dataclass(kw_only=True)
class Scene:
    """What the checker reads: register, documents, phones, logs and the receiver."""

    world: World
    visit: Visit
    folder: Path
    roots: Path
    """Folder of those that are trusted."""
    code: str
    texts: list[str]
    received: list[Received] = field(default_factory=list)
    findings: list[dict[str, str]] = field(default_factory=list)
    """What the product's own check of the store would tell."""
    unable: bool = False
    """Whether that check would fail."""

    def __post_init__(self) -> None:
        """All is told and kept."""
        self.tables = Tables(self.world.database_url)
        self.log.write_text("nothing\n", encoding="utf-8")
        self.come_to_rest()

    @property
    def log(self) -> Path:
        """The only one."""
        return self.folder / "log"

    @property
    def envelope_id(self) -> str:
        """Of the visit."""
        return self.visit.envelope_id or ""

    def found(self) -> dict[str, list[str]]:
        """What the checker notes."""
        told = {
            "stuck": json.dumps([]),
            "journal": json.dumps({"ok": not self.findings, "findings": self.findings}),
        }
        town = SimpleNamespace(
            tables=self.tables,
            inbox=SimpleNamespace(look=lambda: None, texts=lambda _: self.texts),
            disk=SimpleNamespace(folder=self.folder),
            ground=SimpleNamespace(roots=self.roots),
            hears=SimpleNamespace(received=self.received),
            logs=lambda: [self.log],
            run=lambda *words: SimpleNamespace(
                stdout=told[words[0]], stderr="no disk", returncode=2 if self.unable else 0
            ),
        )
        proof = Proof(town=cast("Town", town), visits=[self.visit])
        return {name: list(each) for name, each in proof.run().items()}

    def come_to_rest(self) -> None:
        """Every file is on the disk, and the receiver is told of all that has happened."""
        for content in list(self.world.blobs.contents.values()):
            self.keep(content)
        self.received.clear()
        for entry in self.world.journal(self.envelope_id):
            if entry.event in TOPICS:
                self.hear(f"evt_{entry.envelope_id}_{entry.sequence}", TOPICS[entry.event].value)

    def hear(self, identifier: str, topic: str) -> None:
        """The receiver is told something."""
        body = json.dumps({"type": topic}).encode()
        self.received.append(Received("/", {"webhook-id": identifier}, body))

    def keep(self, content: bytes) -> str:
        """A file on the disk, whose hash this is."""
        digest = self.world.blobs.put(content)
        path = self.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return digest

    def path(self, digest: str) -> Path:
        """Where a file lies."""
        return self.folder / digest[:2] / digest[2:4] / digest
