"""Bind a pack: its own papers, the inventory and everything brought along become volumes."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from docgen.domain.canonical import canonical_json
from docgen.domain.language import BOTH
from docgen.domain.operator import Operator
from docgen.domain.pack_papers import CHECKLIST, Slot, Wanted
from docgen.domain.pack_volumes import USUAL, VolumeLimit
from docgen.forms.pack_papers import PackFacts
from docgen.forms.pack_volumes import called
from docgen.ports import Renderer
from docgen.ports_of_packs import Binder, PaperFiles, Part, Volume
from docgen.texts.phrases import say
from docgen.usecases.check_pack import CheckedPack
from docgen.usecases.describe_pack import describe
from docgen.usecases.lay_volumes import LaidPaper, LaidVolume, LayVolumes, paper_of
from docgen.usecases.make_paper import MakePaper

_ORDER = {place.slot: order for order, place in enumerate(CHECKLIST)}
_MADE = tuple(place.slot for place in CHECKLIST if place.wanted is Wanted.MADE)
BROUGHT, DETACHED = "originals/", ".cms"
"""How the package calls what was brought along, and what lies beside it."""
FORMAT = "qoltanba-pack-manifest/2"


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The volumes before their seals, their manifest, and every file of the package."""

    volumes: Sequence[Volume]
    manifest: bytes
    described: Mapping[str, Any]
    """The manifest as JSON values."""
    files: Mapping[str, bytes]
    """By path in the package: originals with what lies beside them, and papers of ours."""


@dataclass(frozen=True, kw_only=True)
class BindPack:
    """The same checked case gives the same bytes."""

    renderer: Renderer
    binder: Binder
    operator: Operator
    limit: VolumeLimit = USUAL

    def __call__(
        self, checked: CheckedPack, files: PaperFiles, *, number: str, owner: str
    ) -> Bound:
        """Bind it; raises what hinders rendering or binding."""
        facts = PackFacts(
            number=number,
            case=checked.case,
            claim=checked.claim,
            policy=checked.policy,
            calendar=checked.calendar,
            operator=self.operator,
        )
        brought = list(_brought(checked, files))
        made = [self._made(slot, facts, owner) for slot in _MADE if slot is not Slot.INVENTORY]
        rest = sorted([*made, *brought], key=lambda each: _ORDER[each.looked.listed.slot])
        laid = LayVolumes(renderer=self.renderer, limit=self.limit)(rest, facts, owner)
        of = sum(each.pages for each in laid)
        volumes = [self._volume(each, laid, number=number, of=of) for each in laid]
        described = _manifest(checked, laid, volumes, number=number)
        return Bound(
            volumes=volumes,
            manifest=canonical_json(described),
            described=described,
            files=_files(laid),
        )

    def _made(self, slot: Slot, facts: PackFacts, owner: str) -> LaidPaper:
        made = MakePaper(renderer=self.renderer)(slot, facts, caller=owner)
        return paper_of(slot, made.pdf, path=f"papers/{slot}.pdf", pages=made.pages)

    def _volume(
        self, laid: LaidVolume, among: Sequence[LaidVolume], *, number: str, of: int
    ) -> Volume:
        names = [called(laid.number, len(among), language) for language in BOTH]
        name = " / ".join(filter(None, names))
        titled = [Part(title=f"{laid.first}. {name}", pdf=laid.title, pages=laid.title_pages)]
        parts = [Part(title=_outlined(p), pdf=p.pdf, pages=p.pages) for p in laid.papers]
        title = " / ".join(say("pack.volume.title", language) for language in BOTH)
        return self.binder.bind(
            [*(titled if laid.title_pages else ()), *parts],
            number=number,
            title=f"{title}. {name}" if name else title,
            before=laid.first - 1,
            of=of,
        )


def _brought(checked: CheckedPack, files: PaperFiles) -> Iterator[LaidPaper]:
    """What comes from outside, in the order of months and of names."""
    pairs = zip(checked.case.papers, checked.seen, strict=True)
    ordered = sorted(pairs, key=lambda each: (_ORDER[each[1].slot], each[0].path))
    for place, (paper, seen) in enumerate(ordered, start=1):
        pdf = files.read(paper.path)
        path = f"{BROUGHT}{place:02}_{seen.slot}.pdf"
        made = paper_of(seen.slot, pdf, path=path, pages=seen.pages, month=paper.month)
        looked = replace(made.looked, seen=seen, original=paper.original)
        yield replace(made, looked=looked, detached=files.detached(paper.path))


def _outlined(paper: LaidPaper) -> str:
    listed = paper.looked.listed
    return f"{listed.first}. " + " / ".join(listed.title[language] for language in BOTH)


def _files(laid: Sequence[LaidVolume]) -> dict[str, bytes]:
    papers = [paper for volume in laid for paper in volume.papers]
    files = {paper.path: paper.pdf for paper in papers}
    return files | {f"{paper.path}{DETACHED}": paper.detached for paper in papers if paper.detached}


def path_of_volume(number: int, of: int) -> str:
    """In the package: `volume.pdf`, or `volume-2.pdf` where there are several."""
    return "volume.pdf" if of == 1 else f"volume-{number}.pdf"


def _manifest(
    checked: CheckedPack, laid: Sequence[LaidVolume], volumes: Sequence[Volume], *, number: str
) -> dict[str, Any]:
    """All that is in the package, and all it was decided by; nothing of the day it was made."""
    return {
        "format": FORMAT,
        "number": number,
        "as_of": checked.case.as_of.isoformat(),
        "volumes": [
            _described(each, volume, len(laid)) for each, volume in zip(laid, volumes, strict=True)
        ],
        "files": [
            {
                "path": path,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
            }
            for path, content in sorted(_files(laid).items())
        ],
        "bound": [_placed(paper) for volume in laid for paper in volume.papers],
        "checked": describe(checked),
    }


def _described(laid: LaidVolume, volume: Volume, of: int) -> dict[str, Any]:
    return {
        "path": path_of_volume(laid.number, of),
        "sha256": hashlib.sha256(volume.pdf).hexdigest(),
        "pages": volume.pages,
        "first": laid.first,
        "last": laid.first + laid.pages - 1,
    }


def _placed(paper: LaidPaper) -> dict[str, Any]:
    listed = paper.looked.listed
    return {
        "slot": listed.slot.value,
        "path": paper.path,
        "sha256": listed.sha256,
        "volume": listed.volume,
        "first": listed.first,
        "last": listed.last,
        "original": paper.looked.original,
    }
