"""Names and numbers that must stay unique when two halves become one document."""

import re
from collections.abc import Iterable

from docx.oxml.ns import qn
from lxml import etree

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_DRAWING_ID = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_REFERENCE = re.compile(r"^(\s*(?:REF|PAGEREF|NOTEREF)\s+)(\S+)")


def drop_editing_traces(root: etree._Element) -> None:
    """Remove what only an editor needs: spelling marks, the last cursor, paragraph identities."""
    for element in list(root.iter(qn("w:proofErr"), qn("w:bookmarkStart"))):
        if element.tag == qn("w:proofErr"):
            _remove(element)
        elif element.get(qn("w:name")) == "_GoBack":
            for end in list(root.iter(qn("w:bookmarkEnd"))):
                if end.get(qn("w:id")) == element.get(qn("w:id")):
                    _remove(end)
            _remove(element)
    for element in root.iter("*"):
        for name in (f"{_W14}paraId", f"{_W14}textId"):
            element.attrib.pop(name, None)


def bookmark_names(roots: Iterable[etree._Element]) -> frozenset[str]:
    """Every bookmark's name."""
    starts = (start for root in roots for start in root.iter(qn("w:bookmarkStart")))
    return frozenset(str(start.get(qn("w:name"))) for start in starts)


def rename_bookmarks(roots: Iterable[etree._Element], suffix: str) -> None:
    """Add the suffix to every bookmark's name and to whatever refers to one inside the half."""
    roots = list(roots)
    names = bookmark_names(roots)
    for element in (element for root in roots for element in root.iter("*")):
        name = str(element.get(qn("w:name")))
        anchor = str(element.get(qn("w:anchor")))
        if element.tag == qn("w:bookmarkStart"):
            element.set(qn("w:name"), name + suffix)
        elif element.tag == qn("w:hyperlink") and anchor in names:
            element.set(qn("w:anchor"), anchor + suffix)
        elif element.tag == qn("w:instrText") and element.text:
            element.text = _REFERENCE.sub(
                lambda m: m[1] + m[2] + (suffix if m[2] in names else ""), element.text
            )


def renumber(roots: Iterable[etree._Element]) -> None:
    """Number all bookmarks and drawings of the document anew, each kind from 1."""
    bookmark = drawing = 0
    for root in roots:
        open_bookmarks: dict[str, str] = {}
        for element in root.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"), _DRAWING_ID):
            if element.tag == _DRAWING_ID:
                drawing += 1
                element.set("id", str(drawing))
            elif element.tag == qn("w:bookmarkStart"):
                bookmark += 1
                open_bookmarks[str(element.get(qn("w:id")))] = str(bookmark)
                element.set(qn("w:id"), str(bookmark))
            else:
                old = str(element.get(qn("w:id")))
                element.set(qn("w:id"), open_bookmarks.pop(old, old))


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
