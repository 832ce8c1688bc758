"""How papers are shared among volumes: cut at the borders of papers, as a binder would."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VolumeLimit:
    """What one volume holds at most; a paper that is larger by itself is a volume alone."""

    pages: int = 250
    size: int = 50_000_000
    """Bytes of its papers as they come."""


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """How much room a paper takes."""

    pages: int
    size: int


def cut(papers: Sequence[Bulk], limit: VolumeLimit, *, title_pages: int) -> tuple[int, ...]:
    """The number of each paper's volume, from 1 on; all but the first begin with a title page.

    The order of papers is kept, and none is torn apart.
    """
    volume, pages, size = 1, 0, 0
    placed: list[int] = []
    for paper in papers:
        over = pages + paper.pages > limit.pages or size + paper.size > limit.size
        if placed and placed[-1] == volume and over:
            volume, pages, size = volume + 1, title_pages, 0
        placed.append(volume)
        pages, size = pages + paper.pages, size + paper.size
    return tuple(placed)


USUAL = VolumeLimit()
"""As many pages as a binder sews into one volume."""
