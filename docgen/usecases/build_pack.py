"""Build a pack: checked, bound, kept, sealed and packed; the same input gives the stored one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from docgen.domain import pack_evidence
from docgen.domain.canonical import canonical_json, instant
from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import PackNotFound, PackNotReady, Unavailable
from docgen.domain.language import BOTH
from docgen.domain.operator import Operator
from docgen.domain.pack_record import Pack, PackEntry, PackEvent, SealedVolume, follow, number_of
from docgen.domain.sealing import SealedPdf, SealOrder
from docgen.forms.pack_results import ResultFacts
from docgen.ports import Blobs, Clock, Register, Renderer, Sealer
from docgen.ports_of_packs import Packer, PaperFiles
from docgen.texts.phrases import say
from docgen.usecases.bind_pack import BindPack, Bound
from docgen.usecases.check_pack import CheckedPack, CheckPack
from docgen.usecases.make_paper import results_order


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose pack it is, and which program or person made it."""

    owner: str
    client: str


@dataclass(frozen=True, kw_only=True)
class BuildPack:
    """Repeatable at any point: what is bound is never bound anew, what is sealed never again."""

    check: CheckPack
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
        checked = self.check(given, files, owner=whose.owner)
        if not checked.examination.ready:
            found = checked.examination
            raise PackNotReady(len(found.blocks), len(found.open_warnings))
        content = canonical_json({"case": _plain(given)})
        key = _key(content, whose.owner, checked)
        number = number_of(key, checked.case.as_of.year)
        with self.register.hold(number) as ours:
            if not ours:
                raise Unavailable("somebody else is making this pack")
            return self._made(checked, whose, number=number, key=key, content=content)

    def package(self, pack_id: str) -> bytes:
        """The archive of a sealed pack; raises PackNotFound."""
        pack = self._stored(pack_id)
        if pack is None or pack.sealed is None:
            raise PackNotFound(pack_id)
        return self.blobs.get(pack.sealed.package_sha256)

    def _made(
        self,
        checked: CheckedPack,
        whose: Whose,
        *,
        number: str,
        key: str,
        content: bytes,
    ) -> Pack:
        stored = self._stored(number)
        if stored is not None and stored.sealed is not None:
            return stored
        bound = self.bind(checked, checked.files, number=number, owner=whose.owner)
        if stored is None:
            stored = self._keep(bound, whose, number=number, key=key, content=content)
        return self._seal(stored, bound, checked)

    def _stored(self, number: str) -> Pack | None:
        try:
            with self.register.view() as unit:
                return unit.packs.get(number)
        except PackNotFound:
            return None

    def _keep(self, bound: Bound, whose: Whose, *, number: str, key: str, content: bytes) -> Pack:
        now = self.clock.now()
        pack = Pack(
            id=number,
            owner=whose.owner,
            client=whose.client,
            input_sha256=key,
            case_sha256=self.blobs.put(content),
            volume_sha256=self.blobs.put(bound.volume.pdf),
            volume_pages=bound.volume.pages,
            manifest_sha256=self.blobs.put(bound.manifest),
            created_at=now,
        )
        details = {"volume": pack.volume_sha256, "manifest": pack.manifest_sha256}
        entry = follow(
            (), PackEvent.BOUND, pack_id=number, at=now, actor=whose.client, details=details
        )
        with self.register.begin() as unit:
            unit.packs.add(pack)
            unit.packs.append(entry)
            unit.commit()
        return pack

    def _seal(self, pack: Pack, bound: Bound, checked: CheckedPack) -> Pack:
        with self.register.view() as unit:
            entries = unit.packs.entries(pack.id)
        manifest = self.blobs.get(pack.manifest_sha256)
        made = self._sealed(
            pack, entries, json.loads(manifest), self._results(pack, bound, checked)
        )
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
        entry = follow(
            entries, PackEvent.SEALED, pack_id=pack.id, at=now, actor="system", details=details
        )
        done = replace(pack, sealed=sealed)
        with self.register.begin() as unit:
            unit.packs.save(done)
            unit.packs.append(entry)
            unit.commit()
        return done

    def _sealed(
        self,
        pack: Pack,
        entries: Sequence[PackEntry],
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


def _key(content: bytes, owner: str, checked: CheckedPack) -> str:
    """SHA-256 over the case, whose it is, everything it is judged by, and what was found to it."""
    judged: dict[str, Any] = {"owner": owner, "policy": _plain(asdict(checked.policy))}
    if checked.case.signed_here:
        judged["signed_here"] = _plain(checked.case.signed_here)
    return hashlib.sha256(content + canonical_json(judged)).hexdigest()


def _plain(value: object) -> Any:
    """As JSON says it: numbers as text, sets in order."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool) or value is None else str(value)


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
