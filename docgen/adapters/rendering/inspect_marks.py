"""Places reserved for what is drawn later: bookmarks, and the room around the seal's."""

from collections.abc import Iterator

from docx.oxml.ns import qn
from lxml import etree

from docgen.adapters.rendering.inspect_fonts import Styles
from docgen.adapters.rendering.places import Places
from docgen.domain.reserved import SEAL
from docgen.domain.template import Bookmark, Room

_TWIPS_PER_MM = 1440 / 25.4
_PRINTED = (qn("w:t"), qn("w:drawing"), qn("w:pict"), qn("w:sym"))


def bookmarks(root: etree._Element, places: Places) -> Iterator[Bookmark]:
    """All of a part."""
    for start in root.iter(qn("w:bookmarkStart")):
        yield Bookmark(name=str(start.get(qn("w:name"))), place=places.of(start))


def seal_room(body: etree._Element, styles: Styles) -> Room | None:
    """What the cell of the first bookmark `seal` offers; None where it stands in no cell."""
    for start in body.iter(qn("w:bookmarkStart")):
        cell = next(start.iterancestors(qn("w:tc")), None)
        named = start.get(qn("w:name")) == SEAL
        if named and cell is not None and _in_table(cell):
            return Room(
                width_mm=(_width(cell) - _margin(cell, "left", styles)) / _TWIPS_PER_MM,
                height_mm=(_height(cell) - _margin(cell, "top", styles)) / _TWIPS_PER_MM,
                empty=not any(_prints(e) for e in cell.iter(*_PRINTED)),
            )
    return None


def _in_table(cell: etree._Element) -> bool:
    return all(next(cell.iterancestors(qn(tag)), None) is not None for tag in ("w:tr", "w:tbl"))


def _prints(element: etree._Element) -> bool:
    return element.tag != qn("w:t") or bool((element.text or "").strip())


def _width(cell: etree._Element) -> int:
    """As the cell says it in twips, else of the columns it spans."""
    own = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
    if own is not None and own.get(qn("w:type")) == "dxa":
        return _number(own, "w:w")
    table = next(cell.iterancestors(qn("w:tbl")))
    columns = [_number(e, "w:w") for e in table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
    first = sum(_span(before) for before in cell.itersiblings(qn("w:tc"), preceding=True))
    return sum(columns[first : first + _span(cell)])


def _span(cell: etree._Element) -> int:
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    return 1 if span is None else max(1, _number(span, "w:val"))


def _height(cell: etree._Element) -> int:
    """Of its row, and of the rows below that it is merged with; zero where nothing reserves it."""
    row = next(cell.iterancestors(qn("w:tr")))
    height = _row_height(row)
    if cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}") is None:
        return height
    for below in row.itersiblings(qn("w:tr")):
        merges = below.findall(f"{qn('w:tc')}/{qn('w:tcPr')}/{qn('w:vMerge')}")
        if not any(e.get(qn("w:val"), "continue") == "continue" for e in merges):
            break
        height += _row_height(below)
    return height


def _row_height(row: etree._Element) -> int:
    said = row.find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
    if said is None or said.get(qn("w:hRule")) == "auto":
        return 0
    return _number(said, "w:val")


def _margin(cell: etree._Element, side: str, styles: Styles) -> int:
    """The cell's own, else its table's, else that of the table's style."""
    table = next(cell.iterancestors(qn("w:tbl")))
    styled = table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")
    key = "" if styled is None else str(styled.get(qn("w:val"), ""))
    margins = f"{qn('w:tblPr')}/{qn('w:tblCellMar')}/{qn(f'w:{side}')}"
    found = [
        cell.find(f"{qn('w:tcPr')}/{qn('w:tcMar')}/{qn(f'w:{side}')}"),
        *(each.find(margins) for each in (table, *styles.chain(key))),
    ]
    return next((_number(e, "w:w") for e in found if e is not None), 0)


def _number(element: etree._Element, attribute: str) -> int:
    try:
        return round(float(element.get(qn(attribute), "0")))
    except ValueError:
        return 0
