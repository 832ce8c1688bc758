"""Build one line of a batch: what became of it is stored once, whoever else was at it."""

import hashlib
import json
import logging
from dataclasses import dataclass, replace
from typing import Any

from docgen.domain.errors import DocgenError, PackNotReady, Unavailable
from docgen.domain.pack_batch import OPEN, BatchLine, LineState
from docgen.domain.pack_record import Pack, PackPaper
from docgen.ports import Blobs, Clock, Register
from docgen.ports_of_packs import PaperFiles
from docgen.usecases.build_pack import BuildPack
from docgen.usecases.open_pack import Whose

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class BuildLine:
    """A pack is one however often its line is built: a killed run repeats at most this."""

    build: BuildPack
    register: Register
    blobs: Blobs
    clock: Clock
    patient: bool = False
    """As a worker is: a line waits on while a part is away, and its papers are here already."""

    def __call__(self, batch_id: str, place: int, files: PaperFiles) -> BatchLine:
        """The line with its outcome; what hinders the making is an outcome too."""
        with self.register.view() as unit:
            batch, line = unit.pack_batches.get(batch_id), unit.pack_batches.line(batch_id, place)
        if line.state not in OPEN:
            return line
        try:
            done = self._done(line, files, Whose.of(batch, actor=batch.actor))
        except DocgenError as error:
            if self.patient and isinstance(error, Unavailable):
                self._note(line, error.code)
                raise
            log.warning("line %s of %s failed: %s", place, batch_id, error.code)
            done = replace(line, state=LineState.FAILED, outcome={"code": error.code})
        done = replace(done, finished_at=self.clock.now())
        with self.register.begin() as unit:
            if not unit.pack_batches.finish(done):
                return unit.pack_batches.line(batch_id, place)
            unit.commit()
        return done

    def _done(self, line: BatchLine, files: PaperFiles, whose: Whose) -> BatchLine:
        given = line.given
        named = self.build.open.named(given, whose.owner)
        try:
            pack = self.build.make(named, given, files, whose)
        except PackNotReady:
            # It is kept as a draft, with its papers: at the desk somebody may answer for warnings.
            pack = self.build.open(given, files, whose)
            if not self.patient:
                self._bring(pack, files)
            told = self._told(pack)
            return replace(line, state=LineState.BLOCKED, pack_id=pack.id, outcome=told)
        outcome = self._told(pack) | {"pages": pack.volume_pages}
        return replace(line, state=LineState.READY, pack_id=pack.id, outcome=outcome)

    def _note(self, line: BatchLine, code: str) -> None:
        """Why it waits, once."""
        if line.outcome.get("code") == code:
            return
        with self.register.begin() as unit:
            unit.pack_batches.finish(replace(line, outcome={"code": code}))
            unit.commit()

    def _bring(self, pack: Pack, files: PaperFiles) -> None:
        """What lies in a folder only is brought along, so that the register has all of it."""
        now = self.clock.now()
        found = json.loads(self.blobs.get(pack.checked_sha256))["papers"]
        with self.register.begin() as unit:
            for each in found:
                if not each["pages"]:
                    continue
                content = files.read(each["path"])
                if hashlib.sha256(content).hexdigest() != each["sha256"]:
                    continue
                self.blobs.put(content)
                paper = PackPaper(
                    owner=pack.owner, sha256=each["sha256"], size=len(content),
                    pages=each["pages"], client=pack.client, added_at=now,
                )  # fmt: skip
                unit.packs.add_paper(paper)
            unit.commit()

    def _told(self, pack: Pack) -> dict[str, Any]:
        """Of what was found when it was checked: sums, what hinders, and who answers for what."""
        checked = json.loads(self.blobs.get(pack.checked_sha256))
        found = [*checked["blocks"], *checked["warnings"]]
        return {
            **{name: checked["claim"][name] for name in _SUMS},
            "findings": [{name: each[name] for name in _OF_A_FINDING} for each in found],
            "answered": [
                {name: each[name] for name in ("rule", "by")} for each in checked["answered"]
            ],
        }


_SUMS = ("principal", "other", "penalty", "total")
_OF_A_FINDING = ("rule", "severity", "pointer", "message")
