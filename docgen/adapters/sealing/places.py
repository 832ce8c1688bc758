"""Where a frozen file wants its marks: named destinations, which Word bookmarks become."""

from dataclasses import dataclass
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.rw_common import PdfHandler

from docgen.adapters.sealing.objects import dictionary, elements, entry
from docgen.domain import reserved
from docgen.domain.errors import SealRefused

SEAL: Final = reserved.SEAL
"""Destination whose point is the top left corner of the visible seal, where its widget sits."""
SECOND_SEAL: Final = SEAL + reserved.SECOND
"""The same place in the second language's half; it gets the picture alone."""
MARKS: Final = {way: (name, name + reserved.SECOND) for way, name in reserved.MARKS.items()}
"""Destinations of the boxes to cross, by the way of signing."""

_DEEPEST = 32
_XYZ_LENGTH = 4


@dataclass(frozen=True, kw_only=True)
class Place:
    """A point on a page, counted from 0, in points from the lower left corner."""

    page: int
    left: float
    top: float


def places(pdf: PdfHandler) -> dict[str, Place]:
    """Every named destination with a page and a point, whichever way the file keeps its names.

    Sources: the name tree /Names /Dests with its kids, and the dictionary /Dests of PDF 1.1
    (ISO 32000-1, 12.3.2.3). LibreOffice writes the latter and spells `_` as `5F` there.
    """
    found: dict[str, Place] = {}
    pages = {reference: index for index, reference in enumerate(page_references(pdf))}
    for name, value in _destinations(pdf.root):
        place = _place(value, pages)
        if place is not None:
            found.setdefault(name, place)
    return found


def required(found: dict[str, Place], name: str) -> Place:
    """The place of that name; raises SealRefused where the file has none."""
    for place in optional(found, name):
        return place
    raise SealRefused(f"no place for the seal: the file has no destination {name}")


def optional(found: dict[str, Place], *names: str) -> list[Place]:
    """The places of those names that the file has, in either spelling."""
    spellings = ((name, name.replace("_", "5F")) for name in names)
    return [found[s] for pair in spellings for s in dict.fromkeys(pair) if s in found]


def page_references(pdf: PdfHandler) -> list[generic.Reference]:
    """References of all pages in order; raises SealRefused for a page tree that is none."""
    references: list[generic.Reference] = []
    _collect_pages(pdf.root.raw_get("/Pages"), references, depth=0)
    return references


def _collect_pages(node: generic.PdfObject, found: list[generic.Reference], *, depth: int) -> None:
    value = node.get_object()
    if depth > _DEEPEST or not isinstance(value, generic.DictionaryObject):
        raise SealRefused("the page tree is broken")
    if "/Kids" in value:
        for kid in elements(value, "/Kids"):
            _collect_pages(kid, found, depth=depth + 1)
    elif isinstance(node, generic.IndirectObject):
        found.append(node.reference)


def _destinations(root: generic.DictionaryObject) -> list[tuple[str, generic.PdfObject]]:
    listed: list[tuple[str, generic.PdfObject]] = []
    _walk_name_tree(dictionary(dictionary(root, "/Names"), "/Dests"), listed, depth=0)
    plain = dictionary(root, "/Dests")
    listed.extend((key.removeprefix("/"), plain[key]) for key in plain)
    return listed


def _walk_name_tree(
    node: generic.PdfObject, found: list[tuple[str, generic.PdfObject]], *, depth: int
) -> None:
    if depth > _DEEPEST:
        return
    pairs = elements(node, "/Names")
    for key, target in zip(pairs[::2], pairs[1::2], strict=False):
        found.append((str(key.get_object()), target.get_object()))
    for kid in elements(node, "/Kids"):
        _walk_name_tree(kid.get_object(), found, depth=depth + 1)


def _place(value: generic.PdfObject, pages: dict[generic.Reference, int]) -> Place | None:
    """The point of an explicit destination [page /XYZ left top zoom], bare or under /D."""
    target = entry(value, "/D") or value
    if not isinstance(target, generic.ArrayObject) or len(target) < _XYZ_LENGTH:
        return None
    page, kind, left, top = target.raw_get(0), target[1], target[2], target[3]
    if kind != "/XYZ" or not isinstance(page, generic.IndirectObject):
        return None
    if page.reference not in pages or not (_is_number(left) and _is_number(top)):
        return None
    return Place(page=pages[page.reference], left=float(left), top=float(top))


def _is_number(value: object) -> bool:
    return isinstance(value, generic.NumberObject | generic.FloatObject)
