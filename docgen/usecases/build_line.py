"""Build one line of a batch: what became of it is stored once, whoever else was at it."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from docgen.domain.debt import Claim
from docgen.domain.errors import DocgenError
from docgen.domain.pack import PackFinding
from docgen.domain.pack_batch import OPEN, BatchLine, LineState
from docgen.ports import Blobs, Clock, Register
from docgen.ports_of_packs import PaperFiles
from docgen.usecases.build_pack import BuildPack, Whose
from docgen.usecases.check_pack import CheckedPack
from docgen.usecases.describe_pack import describe_finding

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class BuildLine:
    """A pack is one however often its line is built: a killed run repeats at most this."""

    build: BuildPack
    register: Register
    blobs: Blobs
    clock: Clock

    def __call__(self, batch_id: str, place: int, files: PaperFiles) -> BatchLine:
        """The line with its outcome; what hinders the making is an outcome too."""
        with self.register.view() as unit:
            batch, line = unit.pack_batches.get(batch_id), unit.pack_batches.line(batch_id, place)
        if line.state not in OPEN:
            return line
        try:
            done = self._done(line, files, Whose(owner=batch.owner, client=batch.client))
        except DocgenError as error:
            log.warning("line %s of %s failed: %s", place, batch_id, error.code)
            done = replace(line, state=LineState.FAILED, outcome={"code": error.code})
        done = replace(done, finished_at=self.clock.now())
        with self.register.begin() as unit:
            if not unit.pack_batches.finish(done):
                return unit.pack_batches.line(batch_id, place)
            unit.commit()
        return done

    def _done(self, line: BatchLine, files: PaperFiles, whose: Whose) -> BatchLine:
        given: Mapping[str, Any] = json.loads(self.blobs.get(line.case_sha256))["case"]
        checked = self.build.check(given, files, owner=whose.owner)
        outcome = _sums(checked.claim) | _told(checked)
        if not checked.examination.ready:
            return replace(line, state=LineState.BLOCKED, outcome=outcome)
        pack = self.build.of_checked(given, checked, whose)
        outcome["pages"] = pack.volume_pages
        return replace(line, state=LineState.READY, pack_id=pack.id, outcome=outcome)


def _sums(claim: Claim) -> dict[str, Any]:
    names = ("principal", "other", "penalty", "total")
    return {name: str(getattr(claim, name)) for name in names}


def _told(checked: CheckedPack) -> dict[str, Any]:
    found = checked.examination
    return {
        "findings": [_finding(each) for each in (*found.blocks, *found.open_warnings)],
        "answered": [_finding(each.finding) | {"by": each.by} for each in found.answered],
        "signed_here": [number for number, _ in checked.case.signed_here],
    }


def _finding(finding: PackFinding) -> dict[str, Any]:
    told = describe_finding(finding)
    return {name: told[name] for name in ("rule", "severity", "pointer", "message", "source")}
