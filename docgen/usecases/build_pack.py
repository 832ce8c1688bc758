"""Build a pack: checked, bound, kept, sealed and packed; the same input gives the stored one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docgen.domain import pack_evidence
from docgen.domain.canonical import canonical_json, instant
from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import PackNotFound, PackNotReady, Unavailable
from docgen.domain.journal import Entry, Event
from docgen.domain.language import BOTH
from docgen.domain.operator import Operator
from docgen.domain.pack_record import BoundVolume, BuildStep, Pack, SealedVolume
from docgen.domain.pack_states import AT_THE_DESK
from docgen.domain.sealing import SealedPdf, SealOrder
from docgen.domain.work import Task
from docgen.forms.pack_results import ResultFacts
from docgen.ports import Blobs, Clock, Register, Renderer, Sealer
from docgen.ports_of_packs import Packer, PaperFiles
from docgen.texts.phrases import say
from docgen.usecases.bind_pack import BindPack, Bound
from docgen.usecases.check_pack import CheckedPack
from docgen.usecases.make_paper import results_order
from docgen.usecases.note_pack import keep_pack
from docgen.usecases.open_pack import Keyed, OpenPack, Whose


@dataclass(frozen=True, kw_only=True)
class BuildPack:
    """Repeatable at any point: what is bound is never bound anew, what is sealed never again."""

    open: OpenPack
    bind: BindPack
    register: Register
    blobs: Blobs
    renderer: Renderer
    sealer: Sealer
    packer: Packer
    clock: Clock
    operator: Operator

    def __call__(self, given: Mapping[str, Any], files: PaperFiles, whose: Whose) -> Pack:
        """The sealed pack; raises PackNotReady, ValuesRejected, and what hinders the making."""
        return self.make(self.open.named(given, whose.owner), given, files, whose)

    def make(self, named: Keyed, given: Mapping[str, Any], files: PaperFiles, whose: Whose) -> Pack:
        """The same of a pack that has its name already."""
        stored = self.open.stored(named.number)
        if stored is not None and stored.sealed is not None:
            return stored
        with self.register.hold(named.number) as ours:
            if not ours:
                raise Unavailable("somebody else is making this pack")
            return self._made(given, files, whose, named)

    def package(self, pack_id: str) -> bytes:
        """The archive of a sealed pack; raises PackNotFound."""
        pack = self.open.stored(pack_id)
        if pack is None or pack.sealed is None:
            raise PackNotFound(pack_id)
        return self.blobs.get(pack.sealed.package_sha256)

    def _made(
        self, given: Mapping[str, Any], files: PaperFiles, whose: Whose, named: Keyed
    ) -> Pack:
        stored = self.open.stored(named.number)
        if stored is not None and stored.sealed is not None:
            return stored
        self._step(stored, BuildStep.CHECKING)
        whole = self.open.whole(given, stored)
        checked = self.open.checked(whole, files, whose.owner, but=named.number)
        ready, found = checked.examination.ready, checked.examination
        pack = stored
        if (ready and stored is None) or (stored is not None and stored.state in AT_THE_DESK):
            pack = self.open.keep(checked, whole, whose, named=named, stored=stored)
        if pack is None or not ready:
            raise PackNotReady(len(found.blocks), len(found.open_warnings), found=found)
        self._step(pack, BuildStep.BINDING)
        bound = self.bind(checked, checked.files, number=named.number, owner=whose.owner)
        if pack.bound is None:
            pack = self._keep(bound, pack, whose)
        self._step(pack, BuildStep.SEALING)
        return self._seal(pack, bound, checked)

    def _step(self, pack: Pack | None, step: BuildStep) -> None:
        """Say how far it has come to whoever has asked for it, and watches."""
        if pack is None or pack.building is None:
            return
        with self.register.begin() as unit:
            unit.packs.note_step(pack.id, step)
            unit.commit()

    def _keep(self, bound: Bound, pack: Pack, whose: Whose) -> Pack:
        now = self.clock.now()
        volume = BoundVolume(
            sha256=self.blobs.put(bound.volume.pdf),
            pages=bound.volume.pages,
            manifest_sha256=self.blobs.put(bound.manifest),
        )
        details = {"volume": volume.sha256, "manifest": volume.manifest_sha256}
        with self.register.begin() as unit:
            kept = keep_pack(
                unit, unit.packs.get(pack.id).as_bound(volume, at=now), Event.PACK_BOUND, at=now,
                actor=whose.by, details=details, days=self.open.check.days,
            )  # fmt: skip
            unit.commit()
        return kept

    def _seal(self, pack: Pack, bound: Bound, checked: CheckedPack) -> Pack:
        with self.register.view() as unit:
            entries = unit.journal.of(pack.id)
        manifest = self.blobs.get(pack.manifest_sha256)
        results = self._results(pack, bound, checked)
        made = self._sealed(pack, entries, json.loads(manifest), results)
        now = self.clock.now()
        outcome = {"sealed_at": instant(now), "results": _found(checked), "signer": made.signer}
        package = self.packer.pack(
            {f"{pack.id}/{path}": content for path, content in bound.files.items()}
            | {
                f"{pack.id}/volume.pdf": made.pdf,
                f"{pack.id}/manifest.json": manifest,
                f"{pack.id}/results.json": canonical_json(outcome),
            }
        )
        sealed = SealedVolume(
            sha256=self.blobs.put(made.pdf),
            level=made.level,
            signer=made.signer,
            serial=made.serial,
            sealed_at=made.sealed_at,
            package_sha256=self.blobs.put(package),
        )
        details = {"volume": sealed.sha256, "package": sealed.package_sha256}
        with self.register.begin() as unit:
            done = keep_pack(
                unit, unit.packs.get(pack.id).as_sealed(sealed, at=now), Event.PACK_SEALED, at=now,
                actor="system", details=details, days=self.open.check.days,
            )  # fmt: skip
            unit.outbox.settle(Task.BUILD_PACK, pack.id, now=now)
            unit.commit()
        return done

    def _sealed(
        self,
        pack: Pack,
        entries: Sequence[Entry],
        manifest: Mapping[str, Any],
        results: bytes,
    ) -> SealedPdf:
        ability = self.sealer.check()
        stated = pack_evidence.build(pack, manifest, entries, operator=self.operator, seal=ability)
        volume = self.blobs.get(pack.volume_sha256)
        order = order_of(pack, stated, volume=volume, results=results, operator=self.operator)
        made = self.sealer.seal(order)
        if made.serial != ability.serial:
            raise Unavailable("the seal was changed while it was put on")
        return made

    def _results(self, pack: Pack, bound: Bound, checked: CheckedPack) -> bytes:
        facts = ResultFacts(
            number=pack.id,
            day=self.clock.now(),
            volume_sha256=pack.volume_sha256,
            looked=bound.looked,
            answered=checked.examination.answered,
        )
        order = results_order(facts, languages=BOTH, caller=pack.owner)
        return self.renderer.render(order).pdf


def order_of(
    pack: Pack, stated: Mapping[str, Any], *, volume: bytes, results: bytes, operator: Operator
) -> SealOrder:
    """What the sealer is asked for, which follows from the pack; the pages of results are given."""
    lines = [say("pack.volume.caption", language) for language in BOTH]
    sealed = [say("seal.sealed", language) for language in BOTH]
    return SealOrder(
        frozen=volume,
        protocol=results,
        evidence=canonical_json(stated),
        way=WayOfSigning.BY_HAND,
        caption=(*lines, f"№ {pack.id}", *sealed),
        reason=sealed[0],
        location=operator.address[BOTH[0]],
    )


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
