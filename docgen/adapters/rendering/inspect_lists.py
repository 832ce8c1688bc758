"""The signs before the paragraphs of lists: Word likes to take them from fonts of its own."""

import re
from collections.abc import Iterable, Iterator

from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from docgen.adapters.rendering.inspect_fonts import PinnedFonts, named_font
from docgen.adapters.rendering.inspect_text import Paragraph
from docgen.adapters.rendering.numbering import (
    ListLevel,
    list_level,
    numbering_part,
    style_lists,
)
from docgen.domain.faults import Fault
from docgen.domain.template import Finding, Place, found

_NUMBER = re.compile(r"%\d")


def list_faults(
    document: Document, paragraphs: Iterable[Paragraph], pinned: PinnedFonts
) -> Iterator[Finding]:
    """Bullets and numbers in a font that is not pinned, or without a glyph; each level once."""
    part = numbering_part(document)
    if part is None:
        return
    by_style, seen = style_lists(document), {("0", "0")}
    for paragraph in paragraphs:
        used = list_level(paragraph.element, by_style)
        if used not in seen:
            seen.add(used)
            for level in _definition(part.element, used):
                yield from _of_level(level, paragraph.place, pinned)


def _definition(numbering: etree._Element, used: ListLevel) -> Iterator[etree._Element]:
    """The level as the list itself redefines it, else as its kind of list does."""
    number, level = used
    same = [e for e in numbering.findall(qn("w:num")) if e.get(qn("w:numId")) == number]
    for each in same:
        link = each.find(qn("w:abstractNumId"))
        kinds = [
            e
            for e in numbering.findall(qn("w:abstractNum"))
            if link is not None and e.get(qn("w:abstractNumId")) == link.get(qn("w:val"))
        ]
        levels = [e for where in (each, *kinds) for e in where.iter(qn("w:lvl"))]
        yield from [e for e in levels if e.get(qn("w:ilvl")) == level][:1]


def _of_level(level: etree._Element, place: Place, pinned: PinnedFonts) -> Iterator[Finding]:
    text = level.find(qn("w:lvlText"))
    signs = _NUMBER.sub("", "" if text is None else str(text.get(qn("w:val"), "")))
    font = named_font(level.find(f"{qn('w:rPr')}/{qn('w:rFonts')}"), "hAnsi")
    if font and font not in pinned:
        yield found(Fault.FONT_NOT_PINNED, place, font=font, text=signs)
        return
    for letter in signs if font else "":
        if not letter.isspace() and not pinned.has(font, letter):
            code = f"U+{ord(letter):04X}"
            yield found(Fault.GLYPH_MISSING, place, letter=letter, code=code, font=font)
