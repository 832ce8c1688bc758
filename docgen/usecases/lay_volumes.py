"""Lay the papers of a pack into volumes: cut, numbered on, with inventory and title pages."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from docgen.domain.errors import RenderFailed
from docgen.domain.language import BOTH
from docgen.domain.pack_papers import Slot
from docgen.domain.pack_volumes import USUAL, Bulk, VolumeLimit, cut
from docgen.forms.pack_papers import Listed, PackFacts
from docgen.forms.pack_results import Looked
from docgen.forms.pack_volumes import VolumeFacts
from docgen.ports import Renderer
from docgen.texts.pack import paper as paper_title
from docgen.usecases.make_paper import MakePaper, title_order

_MOST_TRIES = 6
_FIT_A_PAGE = 18
"""Papers that a page of the inventory lists, more or less: a good guess saves a rendering."""


@dataclass(frozen=True)
class LaidPaper:
    """One paper on its way into a volume, and where it lies in the package."""

    looked: Looked
    path: str
    pdf: bytes
    detached: bytes = b""

    @property
    def pages(self) -> int:
        """How many it has."""
        return self.looked.listed.pages


@dataclass(frozen=True, kw_only=True)
class LaidVolume:
    """The papers of one volume; all but the first begin with a title page."""

    number: int
    first: int
    """The number of its first page."""
    papers: tuple[LaidPaper, ...]
    title: bytes = b""
    title_pages: int = 0

    @property
    def pages(self) -> int:
        """How many it has."""
        return self.title_pages + sum(paper.pages for paper in self.papers)


@dataclass(frozen=True, kw_only=True)
class LayVolumes:
    """The same papers are laid the same way."""

    renderer: Renderer
    limit: VolumeLimit = USUAL

    def __call__(
        self, rest: Sequence[LaidPaper], facts: PackFacts, owner: str
    ) -> tuple[LaidVolume, ...]:
        """The inventory and `rest`; raises RenderFailed where the inventory does not settle.

        It is made until its own pages, and those of the titles, are as many as it says itself.
        """
        pages, title_pages = 2 + 2 * (len(rest) // _FIT_A_PAGE), len(BOTH)
        for _ in range(_MOST_TRIES):
            laid = self._laid([_blank(pages), *rest], title_pages)
            inventory = self._inventory(laid, facts, owner)
            titled = (laid[0], *(self._titled(each, laid, facts, owner) for each in laid[1:]))
            wanted = {title_pages, *(each.title_pages for each in titled[1:])}
            if inventory.pages == pages and len(wanted) == 1:
                first = replace(titled[0], papers=(inventory, *titled[0].papers[1:]))
                return (first, *titled[1:])
            pages, title_pages = inventory.pages, max(wanted)
        raise RenderFailed("the inventory does not settle")

    def _laid(self, papers: Sequence[LaidPaper], title_pages: int) -> tuple[LaidVolume, ...]:
        bulks = [Bulk(pages=paper.pages, size=len(paper.pdf)) for paper in papers]
        numbers = cut(bulks, self.limit, title_pages=title_pages)
        volumes: list[LaidVolume] = []
        first = 1
        for number in range(1, numbers[-1] + 1):
            its = [paper for paper, of in zip(papers, numbers, strict=True) if of == number]
            own = 0 if number == 1 else title_pages
            placed = _placed(its, number=number, first=first + own)
            volumes.append(LaidVolume(number=number, first=first, papers=placed, title_pages=own))
            first += volumes[-1].pages
        return tuple(volumes)

    def _inventory(self, laid: Sequence[LaidVolume], facts: PackFacts, owner: str) -> LaidPaper:
        listed = [paper.looked.listed for volume in laid for paper in volume.papers]
        # Its own hash cannot stand in it.
        own = replace(listed[0], sha256="")
        whole = replace(
            facts, listed=(own, *listed[1:]), pages=sum(volume.pages for volume in laid)
        )
        made = MakePaper(renderer=self.renderer)(Slot.INVENTORY, whole, caller=owner)
        return paper_of(Slot.INVENTORY, made.pdf, path=_INVENTORY, pages=made.pages)

    def _titled(
        self, volume: LaidVolume, laid: Sequence[LaidVolume], facts: PackFacts, owner: str
    ) -> LaidVolume:
        before = sum(len(each.papers) for each in laid[: volume.number - 1])
        told = VolumeFacts(
            pack=facts,
            number=volume.number,
            of=len(laid),
            first=volume.first,
            last=volume.first + volume.pages - 1,
            papers=tuple(range(before + 1, before + len(volume.papers) + 1)),
        )
        made = self.renderer.render(title_order(told, languages=BOTH, caller=owner))
        return replace(volume, title=made.pdf, title_pages=made.pages)


_INVENTORY = "papers/inventory.pdf"


def paper_of(
    slot: Slot, pdf: bytes, *, path: str, pages: int, month: date | None = None
) -> LaidPaper:
    """A paper that is not placed yet."""
    listed = Listed(
        slot=slot,
        title={language: paper_title(slot, month, language) for language in BOTH},
        sha256=hashlib.sha256(pdf).hexdigest(),
        first=1,
        pages=pages,
    )
    return LaidPaper(looked=Looked(listed=listed, seen=None), path=path, pdf=pdf)


def _blank(pages: int) -> LaidPaper:
    return paper_of(Slot.INVENTORY, b"", path=_INVENTORY, pages=pages)


def _placed(papers: Sequence[LaidPaper], *, number: int, first: int) -> tuple[LaidPaper, ...]:
    placed = []
    for paper in papers:
        listed = replace(paper.looked.listed, first=first, volume=number)
        placed.append(replace(paper, looked=replace(paper.looked, listed=listed)))
        first += listed.pages
    return tuple(placed)
