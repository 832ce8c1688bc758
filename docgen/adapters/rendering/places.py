"""Where an element stands in a part of a Word file, counted as a reader counts."""

from collections import Counter
from dataclasses import replace

from docx.oxml.ns import qn
from lxml import etree

from docgen.domain.template import Place, Story

_STORIES = {qn("w:document"): Story.BODY, qn("w:hdr"): Story.HEADER, qn("w:ftr"): Story.FOOTER}
_TABLE, _ROW, _CELL, _PARAGRAPH = (qn(f"w:{name}") for name in ("tbl", "tr", "tc", "p"))


class Places:
    """The places of one part's paragraphs, tables, rows and cells."""

    def __init__(self, root: etree._Element, entry: str) -> None:
        story = _STORIES.get(root.tag, Story.OTHER)
        self._whole = Place(story=story, entry="" if story is Story.BODY else entry)
        self._known: dict[etree._Element, Place] = {}
        self._tables = self._paragraphs = 0
        self._rows: Counter[int] = Counter()
        self._cells: Counter[tuple[int, int]] = Counter()
        self._walk(root, self._whole)

    def of(self, element: etree._Element) -> Place:
        """The paragraph or cell it stands in, or is; the whole part where it is in none."""
        at: etree._Element | None = element
        while at is not None:
            if at in self._known:
                return self._known[at]
            at = at.getparent()
        return self._whole

    def _walk(self, parent: etree._Element, place: Place) -> None:
        for child in parent.iterchildren("*"):
            here = self._counted(str(child.tag), place)
            if here is not place:
                self._known[child] = here
            self._walk(child, here)

    def _counted(self, tag: str, place: Place) -> Place:
        if tag == _TABLE:
            self._tables += 1
            return replace(place, paragraph=0, table=self._tables, row=0, cell=0)
        if tag == _ROW and place.table:
            self._rows[place.table] += 1
            return replace(place, row=self._rows[place.table], cell=0)
        if tag == _CELL and place.row:
            self._cells[place.table, place.row] += 1
            return replace(place, cell=self._cells[place.table, place.row])
        if tag == _PARAGRAPH and not place.table and not place.paragraph:
            self._paragraphs += 1
            return replace(place, paragraph=self._paragraphs)
        return place


class PlacesOfParts:
    """The places of elements in any part of one file; a part is walked when first asked for."""

    def __init__(self) -> None:
        self._parts: dict[str, Places] = {}

    def of(self, element: etree._Element, entry: str) -> Place:
        """Where it stands in the part of that name."""
        if entry not in self._parts:
            self._parts[entry] = Places(element.getroottree().getroot(), entry)
        return self._parts[entry].of(element)
