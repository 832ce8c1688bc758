"""Seal a bound pack: each volume by itself, then everything in one archive."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docgen.domain import pack_evidence
from docgen.domain.canonical import canonical_json, instant
from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import BlobDamaged, Unavailable
from docgen.domain.journal import Entry, Event
from docgen.domain.language import BOTH
from docgen.domain.operator import Operator
from docgen.domain.pack_papers import Slot
from docgen.domain.pack_record import FurtherSeal, Pack, SealedVolume
from docgen.domain.sealing import SealedPdf, SealOrder
from docgen.domain.work import Task
from docgen.forms.pack_papers import Listed
from docgen.forms.pack_results import Looked, ResultFacts
from docgen.forms.pack_volumes import called
from docgen.ports import Blobs, Clock, Register, Renderer, Sealer
from docgen.ports_of_packs import Packer, WorkingDays
from docgen.texts.pack import paper as paper_title
from docgen.texts.phrases import say
from docgen.usecases.bind_pack import BROUGHT, FORMAT, path_of_volume
from docgen.usecases.check_pack import CheckedPack
from docgen.usecases.describe_pack import describe
from docgen.usecases.make_paper import results_order
from docgen.usecases.note_pack import keep_pack


@dataclass(frozen=True, kw_only=True)
class SealPack:
    """What is sealed and packed is what the manifest names, by hash, whatever was made since."""

    register: Register
    blobs: Blobs
    renderer: Renderer
    sealer: Sealer
    packer: Packer
    clock: Clock
    operator: Operator
    days: WorkingDays

    def __call__(self, pack: Pack, checked: CheckedPack) -> Pack:
        """The sealed pack; raises what hinders sealing, and BlobDamaged for a file that is lost."""
        with self.register.view() as unit:
            entries = unit.journal.of(pack.id)
        manifest = self.blobs.get(pack.manifest_sha256)
        described = json.loads(manifest)
        files = self._files(described, checked)
        looked = _looked(described, checked)
        made = [
            self._sealed(pack, number, entries, described, self._results(
                pack, number, [each for each in looked if each.listed.volume == number], checked
            ))
            for number, _ in enumerate(pack.volumes, start=1)
        ]  # fmt: skip
        if len({each.serial for each in made}) > 1:
            raise Unavailable("the seal was changed between two volumes")
        sealed_at = made[0].sealed_at
        outcome = {
            "sealed_at": instant(sealed_at), "results": _found(checked), "signer": made[0].signer,
        }  # fmt: skip
        named = {path_of_volume(n, len(made)): each.pdf for n, each in enumerate(made, start=1)}
        extra = {"manifest.json": manifest, "results.json": canonical_json(outcome)}
        whole = {f"{pack.id}/{path}": each for path, each in (files | named | extra).items()}
        return self._keep(pack, made, self.packer.pack(whole))

    def outdated(self, pack: Pack, checked: CheckedPack) -> bool:
        """Whether what is bound says something else than the day's reckoning."""
        manifest = json.loads(self.blobs.get(pack.manifest_sha256))
        if manifest["format"] != FORMAT:
            return True
        today = json.loads(canonical_json(describe(checked)))
        papers = {each["sha256"] for each in manifest["bound"] if _is_brought(each)}
        same = papers == {paper.sha256 for paper in checked.case.papers}
        return not (
            same
            and manifest["checked"]["claim"] == today["claim"]
            and manifest["checked"]["calendar"] == today["calendar"]
        )

    def _files(self, manifest: Mapping[str, Any], checked: CheckedPack) -> dict[str, bytes]:
        paths = {paper.sha256: paper.path for paper in checked.case.papers}
        files = {}
        for each in manifest["files"]:
            path = paths.get(each["sha256"])
            content = self.blobs.get(each["sha256"]) if path is None else checked.files.read(path)
            if hashlib.sha256(content).hexdigest() != each["sha256"]:
                raise BlobDamaged(each["sha256"])
            files[each["path"]] = content
        return files

    def _sealed(
        self,
        pack: Pack,
        number: int,
        entries: Sequence[Entry],
        manifest: Mapping[str, Any],
        results: bytes,
    ) -> SealedPdf:
        ability = self.sealer.check()
        stated = pack_evidence.build(
            pack, manifest, entries, operator=self.operator, seal=ability, number=number
        )
        volume = self.blobs.get(pack.volumes[number - 1].sha256)
        made = self.sealer.seal(
            order_of(
                pack, stated, volume=volume, results=results, operator=self.operator, number=number
            )
        )
        if made.serial != ability.serial:
            raise Unavailable("the seal was changed while it was put on")
        return made

    def _results(
        self, pack: Pack, number: int, looked: Sequence[Looked], checked: CheckedPack
    ) -> bytes:
        facts = ResultFacts(
            number=pack.id,
            day=self.clock.now(),
            volume_sha256=pack.volumes[number - 1].sha256,
            looked=looked,
            answered=checked.examination.answered,
            volume=number,
            volumes=len(pack.volumes),
        )
        order = results_order(facts, languages=BOTH, caller=pack.owner)
        return self.renderer.render(order).pdf

    def _keep(self, pack: Pack, made: Sequence[SealedPdf], package: bytes) -> Pack:
        now = self.clock.now()
        first, *further = made
        sealed = SealedVolume(
            sha256=self.blobs.put(first.pdf),
            level=first.level,
            signer=first.signer,
            serial=first.serial,
            sealed_at=first.sealed_at,
            package_sha256=self.blobs.put(package),
            further=tuple(
                FurtherSeal(
                    sha256=self.blobs.put(each.pdf), level=each.level, sealed_at=each.sealed_at
                )
                for each in further
            ),
        )
        details = {"volume": sealed.sha256, "package": sealed.package_sha256}
        with self.register.begin() as unit:
            done = keep_pack(
                unit, unit.packs.get(pack.id).as_sealed(sealed, at=now), Event.PACK_SEALED, at=now,
                actor="system", details=details, days=self.days,
            )  # fmt: skip
            unit.outbox.settle(Task.BUILD_PACK, pack.id, now=now)
            unit.commit()
        return done


def order_of(
    pack: Pack,
    stated: Mapping[str, Any],
    *,
    volume: bytes,
    results: bytes,
    operator: Operator,
    number: int = 1,
) -> SealOrder:
    """What the sealer is asked for, which follows from the pack; the pages of results are given."""
    lines = [say("pack.volume.caption", language) for language in BOTH]
    sealed = [say("seal.sealed", language) for language in BOTH]
    which = [called(number, len(pack.volumes), language) for language in BOTH]
    return SealOrder(
        frozen=volume,
        protocol=results,
        evidence=canonical_json(stated),
        way=WayOfSigning.BY_HAND,
        caption=(*lines, ", ".join([f"№ {pack.id}", *filter(None, which)]), *sealed),
        reason=sealed[0],
        location=operator.address[BOTH[0]],
    )


def _is_brought(bound: Mapping[str, Any]) -> bool:
    return str(bound["path"]).startswith(BROUGHT)


def _looked(manifest: Mapping[str, Any], checked: CheckedPack) -> list[Looked]:
    """What the manifest names, and what was found in each file today."""
    pairs = list(zip(checked.case.papers, checked.seen, strict=True))
    today = {(seen.slot, paper.sha256): seen for paper, seen in pairs}
    months = {(seen.slot, paper.sha256): paper.month for paper, seen in pairs}
    looked = []
    for each in manifest["bound"]:
        slot = Slot(each["slot"])
        month = months.get((slot, each["sha256"]))
        listed = Listed(
            slot=slot,
            title={language: paper_title(slot, month, language) for language in BOTH},
            sha256=each["sha256"],
            first=each["first"],
            pages=each["last"] - each["first"] + 1,
            volume=each["volume"],
        )
        seen = today.get((slot, each["sha256"]))
        looked.append(Looked(listed=listed, seen=seen, original=each["original"]))
    return looked


def _found(checked: CheckedPack) -> list[dict[str, Any]]:
    return [
        {
            "path": seen.path,
            "slot": seen.slot.value,
            "found": seen.form.value,
            "verdict": seen.verdict,
            "cms": seen.detached,
        }
        for seen in checked.seen
    ]
