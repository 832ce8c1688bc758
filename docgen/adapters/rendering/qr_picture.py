"""The picture named `qr`: all its places in a document share one part, to be replaced at once."""

from collections.abc import Iterator

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part, XmlPart
from docx.oxml.ns import qn
from lxml import etree

NAME = "qr"
QR_MEMBER = "word/media/document_qr.png"
_NAMES = {
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}


def share_qr_part(document: Document) -> None:
    """Point every picture whose name or description is `qr` to the part QR_MEMBER."""
    shared: Part | None = None
    for part, blip, placeholder in _replaceable(document):
        shared = shared or Part(
            PackURI(f"/{QR_MEMBER}"), CONTENT_TYPE.PNG, placeholder.blob, part.package
        )
        blip.set(qn("r:embed"), part.relate_to(shared, RELATIONSHIP_TYPE.IMAGE))
        for extension in blip.findall("a:extLst", _NAMES):
            blip.remove(extension)


def has_qr(document: Document) -> bool:
    """Whether there is a picture that a QR code could take the place of."""
    return any(True for _ in _replaceable(document))


def _replaceable(document: Document) -> Iterator[tuple[Part, etree._Element, Part]]:
    stories = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
    parts: list[Part] = [document.part]
    parts += [r.target_part for r in document.part.rels.values() if r.reltype in stories]
    for part in parts:
        for blip in _placeholders(part):
            placeholder = part.related_parts.get(str(blip.get(qn("r:embed"))))
            if placeholder is not None and placeholder.content_type == CONTENT_TYPE.PNG:
                yield part, blip, placeholder


def _placeholders(part: Part) -> list[etree._Element]:
    if not isinstance(part, XmlPart):
        return []
    found = []
    for frame in part.element.iter(f"{{{_NAMES['wp']}}}inline", f"{{{_NAMES['wp']}}}anchor"):
        properties = frame.find("wp:docPr", _NAMES)
        if properties is not None and NAME in (properties.get("name"), properties.get("descr")):
            found += list(frame.iter(f"{{{_NAMES['a']}}}blip"))
    return found
