"""Values into a template in LibreOffice's own format, as text: the route called `loaded`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from jinja2 import Template, TemplateSyntaxError
from lxml import etree
from markupsafe import Markup

from docgen.adapters.rendering.fill import rendered
from docgen.adapters.rendering.routes.merging import PARAGRAPHS
from docgen.adapters.rendering.routes.open_document import (
    CELL,
    CONTENT,
    META,
    ROW,
    TABLE,
    TAG,
    OpenDocument,
    packed,
    titled,
)
from docgen.adapters.rendering.routes.refusal import NotCompilable
from docgen.adapters.rendering.routes.tokens import Stands
from docgen.adapters.rendering.tags import Piece, Pieces, TagEnvironment
from docgen.domain.language import Language
from docgen.domain.rendering import RenderOrder

_TAG_WRITTEN: Final = re.compile('<[a-z0-9]+:tag(?: xmlns:[a-z0-9]+="[^"]*")* n="([0-9]+)"/>')
_LINE_BREAK: Final = "<text:line-break/>"
_SPACE: Final = "<text:s/>"


@dataclass(frozen=True, kw_only=True)
class OpenTemplate:
    """A compiled template; `fill` takes about a millisecond."""

    members: Mapping[str, bytes]
    pieces: Mapping[str, Pieces]
    qr_members: frozenset[str]

    def fill(self, order: RenderOrder, qr: bytes | None) -> bytes:
        """The document of one order; raises RenderFailed naming a value that is missing."""
        members = dict(self.members)
        members[META] = titled(order.title)
        for name in self.pieces:
            members[name] = rendered(self.pieces[name], order).encode()
        if qr is not None:
            members |= dict.fromkeys(self.qr_members, qr)
        return packed(members)

    def body(self, order: RenderOrder) -> str:
        """The part with the document's text; raises RenderFailed as `fill` does."""
        return rendered(self.pieces[CONTENT], order)


def compile_open(document: OpenDocument) -> OpenTemplate:
    """Read every tag once; raises NotCompilable."""
    environment = TagEnvironment(written_in_open_document)
    for root in document.parts.values():
        _refuse_what_needs_mending(root, document)
    return OpenTemplate(
        members=document.members,
        pieces={
            name: _pieces(_with_jinja(root, document), environment.from_string)
            for name, root in document.parts.items()
        },
        qr_members=document.qr_members,
    )


def written_in_open_document(text: str) -> Markup:
    """A value's text in XML of ODF, where only single spaces between words count (5.1.3)."""
    lines = []
    for line in text.split("\n"):
        made = escape(line)
        if made.startswith(" "):
            made = _SPACE + made[1:]
        if made.endswith(" "):
            made = made[:-1] + _SPACE
        lines.append(made.replace("  ", " " + _SPACE).replace("  ", " " + _SPACE))
    return Markup(_LINE_BREAK.join(lines))  # noqa: S704  # every line of it is escaped


def _with_jinja(root: etree._Element, document: OpenDocument) -> list[tuple[str, Language | None]]:
    """The part's text, cut into pieces that belong to one language."""
    xml = etree.tostring(root, encoding="unicode")
    pieces: list[tuple[str, Language | None]] = []
    language: Language | None = None
    made: list[str] = []
    position = 0
    for found in _TAG_WRITTEN.finditer(xml):
        tag = document.tags[int(found[1])]
        made.append(xml[position : found.start()])
        if tag.language is not language:
            pieces.append(("".join(made), language))
            made, language = [], tag.language
        made.append(tag.jinja)
        position = found.end()
    pieces.append(("".join([*made, xml[position:]]), language))
    return pieces


def _pieces(
    texts: Sequence[tuple[str, Language | None]], compiled: Callable[[str], Template]
) -> Pieces:
    made: list[str | Piece] = []
    for text, language in texts:
        if language is None:
            made.append(text)
            continue
        try:
            made.append(Piece(language=language, template=compiled(text)))
        except TemplateSyntaxError as error:
            raise NotCompilable(f"{language}: {error.message}") from error
    return tuple(made)


def _refuse_what_needs_mending(root: etree._Element, document: OpenDocument) -> None:
    """A cell or table that a condition can take everything from is mended in Word's format only."""
    for cell in root.iter(CELL):
        if any(child.tag == TAG for child in cell) and not _text_outside_blocks(cell, document):
            raise NotCompilable("a condition can take all paragraphs of a cell")
    for table in root.iter(f"{{{TABLE}}}table"):
        rows = [e for e in table.iter(ROW, TAG) if e.tag == ROW or _of_rows(e, document)]
        if rows and not _any_outside(rows, document):
            raise NotCompilable("a condition can take all rows of a table")


def _of_rows(element: etree._Element, document: OpenDocument) -> bool:
    return document.tag(element).stands is Stands.ROW


def _text_outside_blocks(cell: etree._Element, document: OpenDocument) -> bool:
    children = [e for e in cell if e.tag == TAG or e.tag in PARAGRAPHS]
    return _any_outside(children, document)


def _any_outside(elements: Sequence[etree._Element], document: OpenDocument) -> bool:
    depth = 0
    for element in elements:
        if element.tag == TAG:
            depth += document.tag(element).deeper
        elif depth == 0:
            return True
    return False
