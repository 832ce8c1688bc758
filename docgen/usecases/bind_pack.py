"""Bind a pack: its own papers, the inventory and everything brought along become one volume."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from docgen.domain.canonical import canonical_json
from docgen.domain.errors import RenderFailed
from docgen.domain.language import BOTH
from docgen.domain.operator import Operator
from docgen.domain.pack_papers import CHECKLIST, Slot, Wanted
from docgen.forms.pack_papers import Listed, PackFacts
from docgen.forms.pack_results import Looked
from docgen.ports import Renderer
from docgen.ports_of_packs import Binder, PaperFiles, Part, Volume
from docgen.texts.phrases import say
from docgen.usecases.check_pack import CheckedPack
from docgen.usecases.describe_pack import describe
from docgen.usecases.make_paper import MakePaper

_ORDER = {place.slot: order for order, place in enumerate(CHECKLIST)}
_MADE = tuple(place.slot for place in CHECKLIST if place.wanted is Wanted.MADE)
_MOST_TRIES = 4
_FIT_A_PAGE = 18
"""Papers that a page of the inventory lists, more or less: a good guess saves a rendering."""
FORMAT = "qoltanba-pack-manifest/1"


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The volume before its seal, its manifest, and every file of the package."""

    volume: Volume
    manifest: bytes
    described: Mapping[str, Any]
    """The manifest as JSON values."""
    files: Mapping[str, bytes]
    """By path in the package: originals with what lies beside them, and papers of ours."""
    looked: Sequence[Looked]


@dataclass(frozen=True)
class _Paper:
    """One paper on its way into the volume."""

    looked: Looked
    path: str
    pdf: bytes
    detached: bytes = b""


@dataclass(frozen=True, kw_only=True)
class BindPack:
    """The same checked case gives the same bytes."""

    renderer: Renderer
    binder: Binder
    operator: Operator

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
        papers = self._with_inventory(rest, facts, owner)
        parts = [
            Part(title=_outlined(paper, BOTH), pdf=paper.pdf, pages=paper.looked.listed.pages)
            for paper in papers
        ]
        title = " / ".join(say("pack.volume.title", language) for language in BOTH)
        volume = self.binder.bind(parts, number=number, title=title)
        described = _manifest(checked, papers, volume, number=number)
        return Bound(
            volume=volume,
            manifest=canonical_json(described),
            described=described,
            files=_files(papers),
            looked=[paper.looked for paper in papers],
        )

    def _made(self, slot: Slot, facts: PackFacts, owner: str) -> _Paper:
        made = MakePaper(renderer=self.renderer)(slot, facts, caller=owner)
        return _paper(slot, made.pdf, path=f"papers/{slot}.pdf", pages=made.pages)

    def _with_inventory(
        self, rest: Sequence[_Paper], facts: PackFacts, owner: str
    ) -> Sequence[_Paper]:
        """Made until its own pages are as many as it says itself."""
        pages = 2 + 2 * (len(rest) // _FIT_A_PAGE)
        for _ in range(_MOST_TRIES):
            blank = _paper(Slot.INVENTORY, b"", path="papers/inventory.pdf", pages=pages)
            numbered = _numbered([blank, *rest])
            listed = [each.looked.listed for each in numbered]
            # Its own hash cannot stand in it.
            own = replace(listed[0], sha256="")
            made = self._made(Slot.INVENTORY, replace(facts, listed=(own, *listed[1:])), owner)
            if made.looked.listed.pages == pages:
                return _numbered([made, *rest])
            pages = made.looked.listed.pages
        raise RenderFailed("the inventory does not settle")


def _paper(slot: Slot, pdf: bytes, *, path: str, pages: int) -> _Paper:
    listed = Listed(
        slot=slot,
        title={language: say(f"pack.slot.{slot}", language) for language in BOTH},
        sha256=hashlib.sha256(pdf).hexdigest(),
        first=1,
        pages=pages,
    )
    return _Paper(looked=Looked(listed=listed, seen=None), path=path, pdf=pdf)


def _brought(checked: CheckedPack, files: PaperFiles) -> Iterator[_Paper]:
    """What comes from outside, in the order of months and of names."""
    pairs = zip(checked.case.papers, checked.seen, strict=True)
    ordered = sorted(pairs, key=lambda each: (_ORDER[each[1].slot], each[0].path))
    for place, (paper, seen) in enumerate(ordered, start=1):
        pdf = files.read(paper.path)
        path = f"originals/{place:02}_{seen.slot}.pdf"
        made = _paper(seen.slot, pdf, path=path, pages=seen.pages)
        looked = replace(made.looked, seen=seen, original=paper.original)
        yield replace(made, looked=looked, detached=files.detached(paper.path))


def _numbered(papers: Sequence[_Paper]) -> list[_Paper]:
    numbered, first = [], 1
    for paper in papers:
        listed = replace(paper.looked.listed, first=first)
        numbered.append(replace(paper, looked=replace(paper.looked, listed=listed)))
        first += listed.pages
    return numbered


def _outlined(paper: _Paper, languages: Sequence[Any]) -> str:
    listed = paper.looked.listed
    return f"{listed.first}. " + " / ".join(listed.title[language] for language in languages)


def _files(papers: Sequence[_Paper]) -> dict[str, bytes]:
    files = {paper.path: paper.pdf for paper in papers}
    return files | {f"{paper.path}.cms": paper.detached for paper in papers if paper.detached}


def _manifest(
    checked: CheckedPack, papers: Sequence[_Paper], volume: Volume, *, number: str
) -> dict[str, Any]:
    """All that is in the package, and all it was decided by; nothing of the day it was made."""
    return {
        "format": FORMAT,
        "number": number,
        "as_of": checked.case.as_of.isoformat(),
        "volume": {
            "sha256": hashlib.sha256(volume.pdf).hexdigest(),
            "pages": volume.pages,
        },
        "files": [
            {
                "path": path,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
            }
            for path, content in sorted(_files(papers).items())
        ],
        "bound": [
            {
                "slot": paper.looked.listed.slot.value,
                "path": paper.path,
                "first": paper.looked.listed.first,
                "last": paper.looked.listed.last,
                "original": paper.looked.original,
            }
            for paper in papers
        ],
        "checked": describe(checked),
    }
