"""Which PDFs may be sealed, whoever asks: a seal vouches for what a reader will see.

What such a file may hold is listed. What has a name of its own here is only named the better.
"""

import io
from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from docgen.adapters.sealing import drawing
from docgen.adapters.sealing.objects import dictionary, elements, entry
from docgen.adapters.sealing.places import page_references
from docgen.adapters.sealing.revisions import revision_ends
from docgen.domain.errors import SealRefused

_FORBIDDEN_IN_CATALOG = {
    "/AcroForm": "form fields",
    "/OpenAction": "an action on opening",
    "/AA": "actions",
    "/OCProperties": "layers that can hide content",
    "/Perms": "permissions of another signature",
    "/DSS": "validation data of another signature",
    "/Collection": "a portfolio",
    "/AF": "attached files",
}
_CATALOG = {
    "/Type", "/Version", "/Pages", "/Metadata", "/OutputIntents", "/MarkInfo", "/StructTreeRoot",
    "/Lang", "/ViewerPreferences", "/PageMode", "/PageLayout", "/PageLabels", "/Outlines",
    "/Names", "/Dests",
}  # fmt: skip
_FORBIDDEN_NAMES = {"/JavaScript": "JavaScript", "/EmbeddedFiles": "attached files"}
_NAMES = {"/Dests"}
_PAGE = {
    "/Type", "/Parent", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate",
    "/Resources", "/Contents", "/Group", "/Tabs", "/StructParents", "/Annots",
}  # fmt: skip
_LINK = {
    "/Type", "/Subtype", "/Rect", "/Contents", "/P", "/NM", "/M", "/F", "/Border", "/BS", "/C",
    "/H", "/A", "/Dest", "/QuadPoints", "/StructParent",
}  # fmt: skip
_HARMLESS_ACTIONS = {"/GoTo": "/D", "/URI": "/URI"}
"""With the one entry that each of them needs."""
_MOST_OUTLINES = 5000


def require_fit(frozen: bytes) -> PdfFileReader:
    """A strict reader over the file; raises SealRefused, saying why it must not be sealed.

    Refused are: what is not one plain revision ending at its own end-of-file mark, encryption,
    signatures and other form fields, scripts, launching and opening actions, XFA, attachments,
    layers, annotations other than links, and whatever else is not listed as harmless.
    """
    try:
        reader = PdfFileReader(io.BytesIO(frozen), strict=True)
        finding = next(_findings(reader, frozen), None)
    except Exception as error:
        raise SealRefused("the file is not a sound PDF") from error
    if finding is not None:
        raise SealRefused(f"the file has {finding}")
    return reader


def _findings(reader: PdfFileReader, frozen: bytes) -> Iterator[str]:
    if "/Encrypt" in reader.trailer:
        yield "encryption"
    if reader.xrefs.total_revisions != 1 or reader.xrefs.hybrid_xrefs_present:
        yield "more than one revision"
    if revision_ends(reader, frozen)[-1:] != [len(frozen)] or not frozen.endswith(b"\n"):
        yield "bytes after its end, or no line end there"
    root = reader.root
    yield from (what for key, what in _FORBIDDEN_IN_CATALOG.items() if key in root)
    yield from _unlisted(root, _CATALOG, "its catalog")
    names = dictionary(root, "/Names")
    yield from (what for key, what in _FORBIDDEN_NAMES.items() if key in names)
    yield from _unlisted(names, _NAMES, "its names")
    for reference in page_references(reader):
        yield from _page_findings(reference.get_object())
    yield from _outline_findings(root)


def _page_findings(page: generic.PdfObject) -> Iterator[str]:
    if entry(page, "/AA") is not None:
        yield "actions on a page"
    yield from _unlisted(page, _PAGE, "a page")
    for element in elements(page, "/Annots"):
        annotation = element.get_object()
        if str(entry(annotation, "/Subtype")) != "/Link" or entry(annotation, "/AA") is not None:
            yield "annotations other than links"
        yield from _unlisted(annotation, _LINK, "a link")
        yield from _action_findings(annotation)
    yield from drawing.findings(page)


def _unlisted(holder: generic.PdfObject, listed: set[str], where: str) -> Iterator[str]:
    if isinstance(holder, generic.DictionaryObject):
        yield from (f"{key} in {where}" for key in holder if str(key) not in listed)


def _action_findings(holder: generic.PdfObject) -> Iterator[str]:
    action = entry(holder, "/A")
    if action is None:
        return
    kind = str(entry(action, "/S"))
    if kind not in _HARMLESS_ACTIONS or entry(action, "/Next") is not None:
        yield f"an action {kind}"
    else:
        yield from _unlisted(action, {"/Type", "/S", _HARMLESS_ACTIONS[kind]}, "an action")


def _outline_findings(root: generic.DictionaryObject) -> Iterator[str]:
    waiting = [entry(root, "/Outlines")]
    for _ in range(_MOST_OUTLINES):
        item = waiting.pop()
        if item is not None:
            yield from _action_findings(item)
            waiting.extend(entry(item, key) for key in ("/First", "/Next"))
        if not waiting:
            return
    yield "outlines without end"
