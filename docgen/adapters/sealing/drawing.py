"""What a page may be drawn with: nothing that could be hidden, exchanged or fetched later.

All that is known to be harmless is listed; whatever is not listed is a finding (ISO 32000-1, 7.8.3,
8.9.5, 8.10; ISO 19005-3, 6.1.7.1, 6.2.9, 6.9).
"""

from collections.abc import Iterator
from typing import Final

from pyhanko.pdf_utils import generic

from docgen.adapters.sealing.objects import dictionary, elements, entry

_RESOURCES: Final = {
    "/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/ProcSet",
    "/Properties",
}  # fmt: skip
_STREAM: Final = {"/Length", "/Filter", "/DecodeParms"}
_FILTERS: Final = {"/FlateDecode", "/DCTDecode"}
_IMAGE: Final = _STREAM | {
    "/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Decode",
    "/Interpolate", "/Intent", "/SMask", "/Mask", "/ImageMask", "/StructParent", "/Name",
    "/Matte",
}  # fmt: skip
_FORM: Final = _STREAM | {
    "/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Resources", "/Group", "/StructParent",
    "/StructParents", "/Name",
}  # fmt: skip
_PATTERN: Final = _STREAM | {
    "/Type", "/PatternType", "/PaintType", "/TilingType", "/BBox", "/XStep", "/YStep",
    "/Resources", "/Matrix", "/Shading", "/ExtGState",
}  # fmt: skip
_FONTS: Final = {"/TrueType", "/Type0", "/Type1"}
_DEEPEST: Final = 8


def findings(page: generic.PdfObject) -> Iterator[str]:
    """What is on the page, or below it, that is not known to be harmless."""
    for stream in _one_or_many(page, "/Contents"):
        yield from _unknown(stream.get_object(), _STREAM, "a page's content")
    yield from _drawn_with(_resources(page), depth=0)


def _resources(page: generic.PdfObject | None) -> generic.PdfObject | None:
    """The page's own, or those it inherits (ISO 32000-1, 7.7.3.4)."""
    for _ in range(_DEEPEST):
        if page is None or entry(page, "/Resources") is not None:
            return entry(page, "/Resources")
        page = entry(page, "/Parent")
    return None


def _drawn_with(resources: generic.PdfObject | None, *, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield "drawings within drawings without end"
        return
    yield from _unknown(resources, _RESOURCES, "resources")
    for each in _values(resources, "/Properties"):
        # Named lists of marked content: a group or membership of them could hide what it marks.
        if str(entry(each, "/Type")) in {"/OCG", "/OCMD"}:
            yield "layers that can hide content"
    for font in _values(resources, "/Font"):
        if str(entry(font, "/Subtype")) not in _FONTS:
            yield f"a font of the kind {entry(font, '/Subtype')}"
    for form in _values(resources, "/XObject"):
        yield from _form_findings(form, depth=depth)
    for pattern in _values(resources, "/Pattern"):
        yield from _unknown(pattern, _PATTERN, "a pattern")
        yield from _drawn_with(entry(pattern, "/Resources"), depth=depth + 1)


def _form_findings(form: generic.PdfObject, *, depth: int) -> Iterator[str]:
    kind = str(entry(form, "/Subtype"))
    if kind == "/Image":
        yield from _unknown(form, _IMAGE, "an image")
        mask = entry(form, "/SMask")
        if mask is not None:
            yield from _unknown(mask, _IMAGE, "an image")
    elif kind == "/Form":
        yield from _unknown(form, _FORM, "a drawing")
        yield from _drawn_with(entry(form, "/Resources"), depth=depth + 1)
    else:
        yield f"a drawing of the kind {kind}"


def _unknown(holder: generic.PdfObject | None, known: set[str], what: str) -> Iterator[str]:
    """Entries that are not listed, and filters that no reader need have."""
    if not isinstance(holder, generic.DictionaryObject):
        return
    yield from (f"{key} in {what}" for key in holder if str(key) not in known)
    if isinstance(holder, generic.StreamObject):
        named = (str(each) for each in _one_or_many(holder, "/Filter"))
        yield from (f"the filter {each} in {what}" for each in named if each not in _FILTERS)


def _one_or_many(holder: generic.PdfObject, key: str) -> list[generic.PdfObject]:
    single = entry(holder, key)
    return elements(holder, key) or ([] if single is None else [single])


def _values(holder: generic.PdfObject | None, key: str) -> Iterator[generic.PdfObject]:
    found = dictionary(holder, key)
    yield from (found[name] for name in found)
