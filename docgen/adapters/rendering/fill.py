"""Values into a compiled template, strictly: nothing missing, nothing lost, nothing executed."""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import segno
from docx.oxml.ns import qn
from jinja2 import TemplateError
from lxml import etree

from docgen.adapters.rendering.bookmarks import bookmark_names
from docgen.adapters.rendering.qr_picture import QR_MEMBER
from docgen.adapters.rendering.qr_png import png_of
from docgen.adapters.rendering.tags import BODY, Compiled, Pieces
from docgen.domain.errors import RenderFailed, TemplateRejected
from docgen.domain.rendering import RenderOrder

CORE_PROPERTIES = "docProps/core.xml"
# Control characters would be dropped on the way, and unpaired surrogates are not characters.
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties '
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></cp:coreProperties>'
)
QR_PIXELS_PER_MODULE = 10
"""A 41-module symbol of 17 mm becomes 610 dots per inch: as sharp as office printers."""
QR_BORDER = 4
"""Modules of white around it (ISO/IEC 18004, 5.3.8)."""
QR_MASK = 3
"""Any of the eight will do for a reader; to find the fairest takes half of a symbol's making."""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A Word file with its values, and the bookmarks that are left in its body."""

    docx: bytes
    bookmarks: frozenset[str]


def fill(compiled: Compiled, order: RenderOrder, qr: bytes | None) -> Filled:
    """The filled Word file with a picture of the QR code; raises RenderFailed naming the value."""
    roots = {
        name: _parsed(rendered(pieces, order), name) for name, pieces in compiled.pieces.items()
    }
    bookmarks = bookmark_names([roots[BODY]])
    if len(bookmarks) != len(list(roots[BODY].iter(qn("w:bookmarkStart")))):
        raise RenderFailed(f"{order.template} repeats a bookmark")
    members = dict(compiled.members)
    for name, root in roots.items():
        members[name] = _mended(root)
    members[CORE_PROPERTIES] = _CORE.format(title=escape(order.title)).encode()
    if qr is not None:
        members[QR_MEMBER] = qr
    return Filled(docx=packed(members), bookmarks=bookmarks)


def qr_of(compiled: Compiled, order: RenderOrder) -> bytes | None:
    """The picture of an order's QR code, as PNG; raises TemplateRejected without a place for it."""
    if order.qr is None:
        return None
    if QR_MEMBER not in compiled.members:
        raise TemplateRejected(f"{order.template} has no picture named qr")
    symbol = segno.make(order.qr, error="m", micro=False, mask=QR_MASK)
    return png_of(symbol.matrix, border=QR_BORDER, scale=QR_PIXELS_PER_MODULE)


def check_values(order: RenderOrder) -> None:
    """Raise RenderFailed for what is no text, number, list or mapping, or cannot be printed."""
    for language, context in order.contexts.items():
        _check_value(context, language)
    texts = {"title": order.title, "identifier": order.identifier, "qr": order.qr or ""}
    for name, text in texts.items():
        if _UNPRINTABLE.search(text) or "\n" in text:
            raise RenderFailed(f"{name} has a control character")


def _check_value(value: object, path: str) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise RenderFailed(f"{path} has a key that is not a string")
            _check_value(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            _check_value(item, f"{path}[{number}]")
    elif not isinstance(value, str | int):
        raise RenderFailed(f"{path} is of type {type(value).__name__}")
    elif _UNPRINTABLE.search(str(value)):
        raise RenderFailed(f"{path} has a control character")


def rendered(pieces: Pieces, order: RenderOrder) -> str:
    """The text of a part; raises RenderFailed for a value that is missing."""
    made = []
    for piece in pieces:
        if isinstance(piece, str):
            made.append(piece)
            continue
        context: Mapping[str, Any] = order.contexts[piece.language]
        try:
            made.append(piece.template.render(context))
        except (TemplateError, TypeError, ValueError, OverflowError) as error:
            raise RenderFailed(f"{piece.language} {order.template}: {error}") from error
    return "".join(made)


def _parsed(xml: str, name: str) -> etree._Element:
    try:
        return etree.fromstring(xml.encode())
    except etree.XMLSyntaxError as error:
        raise RenderFailed(f"{name} is not well-formed once filled") from error


def _mended(root: etree._Element) -> bytes:
    """Mended where a condition took all of a cell or a table."""
    for table in list(root.iter(qn("w:tbl"))):
        parent = table.getparent()
        if table.find(qn("w:tr")) is None and parent is not None:
            parent.remove(table)
    for cell in root.iter(qn("w:tc")):
        if len(cell) == 0 or cell[-1].tag != qn("w:p"):
            etree.SubElement(cell, qn("w:p"))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def packed(members: Mapping[str, bytes]) -> bytes:
    """The Word package of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, blob in members.items():
            archive.writestr(zipfile.ZipInfo(name), blob)
    return stream.getvalue()
