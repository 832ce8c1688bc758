"""Build a pack: checked, bound, kept, sealed and packed; the same input gives the stored one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docgen.domain.errors import PackNotFound, PackNotReady, PackOutdated, Unavailable
from docgen.domain.journal import Event
from docgen.domain.pack_record import BoundVolume, BuildStep, FurtherVolume, Pack
from docgen.domain.pack_states import AT_THE_DESK
from docgen.ports import Blobs, Clock, Register
from docgen.ports_of_packs import PaperFiles
from docgen.usecases.bind_pack import BROUGHT, DETACHED, BindPack, Bound
from docgen.usecases.note_pack import keep_pack
from docgen.usecases.open_pack import Keyed, OpenPack, Whose
from docgen.usecases.seal_pack import SealPack


@dataclass(frozen=True, kw_only=True)
class BuildPack:
    """Repeatable at any point: what is sealed is never sealed again.

    What is bound already is sealed as it was bound. It is bound anew only where the day's reckoning
    has another result; where the debtor has signed something meanwhile it is another pack.
    """

    open: OpenPack
    bind: BindPack
    register: Register
    blobs: Blobs
    seal: SealPack
    clock: Clock

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
        if stored is not None and stored.bound is not None:
            pack = self.open.note(checked, stored, by=whose.by)
            self._require_current(pack, whole)
        if (ready and stored is None) or (stored is not None and stored.state in AT_THE_DESK):
            pack = self.open.keep(checked, whole, whose, named=named, stored=stored)
        if pack is None or not ready:
            raise PackNotReady(len(found.blocks), len(found.open_warnings), found=found)
        if pack.bound is None or self.seal.outdated(pack, checked):
            self._step(pack, BuildStep.BINDING)
            bound = self.bind(checked, checked.files, number=named.number, owner=whose.owner)
            pack = self._keep(bound, pack, whose)
        self._step(pack, BuildStep.SEALING)
        return self.seal(pack, checked)

    def _require_current(self, pack: Pack, whole: Mapping[str, Any]) -> None:
        """What is bound already is sealed only while the same case would have the same number."""
        if self.open.named(whole, pack.owner).number != pack.id:
            raise PackOutdated(pack.id)

    def _step(self, pack: Pack | None, step: BuildStep) -> None:
        """Say how far it has come to whoever has asked for it, and watches."""
        if pack is None or pack.building is None:
            return
        with self.register.begin() as unit:
            unit.packs.note_step(pack.id, step)
            unit.commit()

    def _keep(self, bound: Bound, pack: Pack, whose: Whose) -> Pack:
        """Bound from now on: with what its files cannot be read again from elsewhere."""
        now = self.clock.now()
        for path, content in bound.files.items():
            if not path.startswith(BROUGHT) or path.endswith(DETACHED):
                self.blobs.put(content)
        first, *further = (
            FurtherVolume(sha256=self.blobs.put(each.pdf), pages=each.pages)
            for each in bound.volumes
        )
        volume = BoundVolume(
            sha256=first.sha256,
            pages=first.pages,
            manifest_sha256=self.blobs.put(bound.manifest),
            further=tuple(further),
        )
        details = {"volume": volume.sha256, "manifest": volume.manifest_sha256}
        with self.register.begin() as unit:
            kept = keep_pack(
                unit, unit.packs.get(pack.id).as_bound(volume, at=now), Event.PACK_BOUND, at=now,
                actor=whose.by, details=details, days=self.open.check.days,
            )  # fmt: skip
            unit.commit()
        return kept
