"""Show packs: one with everything that was found, lists, and what is due."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from docgen.domain.caller import Caller
from docgen.domain.errors import BlobNotFound, DocumentNotFound, PackNotFound
from docgen.domain.pack_deadlines import Deadline, deadlines, years_of
from docgen.domain.pack_record import Pack, PackFilter
from docgen.domain.pack_states import FOR_THE_COURT
from docgen.ports import Blobs, Clock, PageImages, Register
from docgen.ports_of_packs import WorkingDays
from docgen.texts.dates import local_day
from docgen.usecases.note_pack import visible_pack
from docgen.usecases.work_pack import PapersOf


@dataclass(frozen=True, kw_only=True)
class ShownPack:
    """A pack, and what its last check found, as `describe_pack` says it."""

    pack: Pack
    found: Mapping[str, Any]
    deadlines: Sequence[Deadline]
    today: date


@dataclass(frozen=True, kw_only=True)
class ListedPack:
    """A pack in a list."""

    pack: Pack
    deadlines: Sequence[Deadline]


@dataclass(frozen=True, kw_only=True)
class ShowPack:
    """Reads one; every answer is of this day."""

    register: Register
    blobs: Blobs
    clock: Clock
    days: WorkingDays
    images: PageImages
    papers_of: PapersOf

    def __call__(self, pack_id: str, *, caller: Caller) -> ShownPack:
        """The pack; raises PackNotFound."""
        return self.of(self._seen(pack_id, caller))

    def of(self, pack: Pack) -> ShownPack:
        """The same of one that was read already."""
        return ShownPack(
            pack=pack,
            found=json.loads(self.blobs.get(pack.checked_sha256)),
            deadlines=deadlines(pack, self.days.calendar(*years_of(pack))),
            today=local_day(self.clock.now()),
        )

    def package(self, pack_id: str, *, caller: Caller) -> bytes:
        """The archive; raises PackNotFound where there is none yet."""
        pack = self._seen(pack_id, caller)
        if pack.sealed is None:
            raise PackNotFound(pack_id)
        return self.blobs.get(pack.sealed.package_sha256)

    def file(self, pack_id: str, sha256: str, *, caller: Caller) -> bytes:
        """A paper of the case, or a volume; raises PackNotFound or DocumentNotFound."""
        pack = self._seen(pack_id, caller)
        volumes = [each.sha256 for each in pack.volumes] if pack.bound else []
        if pack.sealed:
            volumes += [pack.sealed.sha256, *(each.sha256 for each in pack.sealed.further)]
        if sha256 in volumes:
            return self.blobs.get(sha256)
        case = json.loads(self.blobs.get(pack.case_sha256))["case"]
        brought = {paper["path"] for paper in case.get("papers", ())}
        for paper in json.loads(self.blobs.get(pack.checked_sha256))["papers"]:
            if paper["sha256"] == sha256:
                # What the service has found by itself was this owner's when it was found.
                ours = paper["path"] not in brought
                return self.blobs.get(sha256) if ours else self._paper(pack, case, paper["path"])
        raise DocumentNotFound(sha256)

    def _paper(self, pack: Pack, case: Mapping[str, Any], path: str) -> bytes:
        try:
            return self.papers_of(pack.owner, case).read(path)
        except BlobNotFound as error:
            raise DocumentNotFound(path) from error

    def _seen(self, pack_id: str, caller: Caller) -> Pack:
        with self.register.view() as unit:
            return visible_pack(unit, pack_id, caller)


@dataclass(frozen=True, kw_only=True)
class FindPacks:
    """Reads lists, the newest first."""

    register: Register
    days: WorkingDays

    def __call__(
        self, wanted: PackFilter, *, after: str | None, limit: int
    ) -> tuple[Sequence[ListedPack], str | None]:
        """A page, and after which number the next one begins."""
        with self.register.view() as unit:
            found = unit.packs.find(wanted, after=after, limit=limit + 1)
        page = [
            ListedPack(pack=each, deadlines=deadlines(each, self.days.calendar(*years_of(each))))
            for each in found[:limit]
        ]
        return page, page[-1].pack.id if len(found) > limit else None

    def for_the_court(self, owner: str, region: str | None) -> Sequence[Pack]:
        """All whose inscription the debtor has objected to."""
        wanted = PackFilter(owner=owner, region=region, states=FOR_THE_COURT)
        with self.register.view() as unit:
            return unit.packs.find(wanted, after=None, limit=_MOST_OF_THE_COURT)


_MOST_OF_THE_COURT = 10_000
