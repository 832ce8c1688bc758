"""A debtor's case at the desk: its papers brought along, and packs further on their way."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from docgen.domain.envelope import SealLevel
from docgen.domain.journal import Event
from docgen.domain.pack_record import BoundVolume, FurtherSeal, FurtherVolume, SealedVolume
from docgen.usecases.note_pack import keep_pack
from tests.api.portal import Portal
from tests.api.program import Program
from tests.packs.cases import SAMPLES, complete

PACKS = "/v1/packs"
PAPERS = "/v1/pack-papers"
TODAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def bring(program: Program, content: bytes) -> Any:
    """One paper."""
    return program.ask("POST", PAPERS, data={"file": (io.BytesIO(content), "paper.pdf")})


def bring_all(program: Program) -> None:
    """Every paper of the sample."""
    for path in sorted({paper["path"] for paper in complete()["papers"]}):
        assert bring(program, (SAMPLES / path).read_bytes()).status_code == 201


def case(*changes: Callable[[dict[str, Any]], object], answered: bool = True) -> dict[str, Any]:
    """The complete sample, changed; without its answers where it is not `answered`."""
    made = complete()
    for change in changes:
        change(made)
    if not answered:
        del made["overrides"]
    return made


def opened(here: Portal, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """A pack, as it is told."""
    here.world.clock.moment = TODAY
    bring_all(here.program)
    answer = here.program.post(PACKS, given or case())
    assert answer.status_code == 201, answer.get_data(as_text=True)
    told: dict[str, Any] = json.loads(answer.data)
    return told


def sealed(here: Portal, number: str, *, volumes: int = 1) -> None:
    """As a worker leaves it: bound, sealed and packed; each volume is one paper of the sample."""
    blobs, now = here.world.blobs, here.world.clock.now()
    days = here.docgen.packs.open.check.days
    files = sorted((SAMPLES / "debtor_papers").glob("*.pdf"))[:volumes]
    first, *further = (blobs.put(file.read_bytes()) for file in files)
    bound = BoundVolume(
        sha256=first, pages=1, manifest_sha256=blobs.put(b"{}"),
        further=tuple(FurtherVolume(sha256=each, pages=1) for each in further),
    )  # fmt: skip
    level = SealLevel.B_LT
    seal = SealedVolume(
        sha256=first, level=level, signer="CN=Seal", serial="01", sealed_at=now,
        package_sha256=blobs.put(b"PK-archive"),
        further=tuple(FurtherSeal(sha256=each, level=level, sealed_at=now) for each in further),
    )  # fmt: skip
    with here.world.register.begin() as unit:
        pack = unit.packs.get(number).as_bound(bound, at=now)
        keep_pack(unit, pack, Event.PACK_BOUND, at=now, actor="system", details={}, days=days)
        done = pack.as_sealed(seal, at=now)
        keep_pack(unit, done, Event.PACK_SEALED, at=now, actor="system", details={}, days=days)
        unit.commit()
