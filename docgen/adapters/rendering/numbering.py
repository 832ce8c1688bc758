"""Lists of the second half keep their own numbers (ECMA-376 part 1, 17.9)."""

import copy
from collections.abc import Iterable, Mapping

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part, XmlPart
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import etree

ListLevel = tuple[str, str]
"""A list's `numId` and the level in it."""

_FOREIGN = ("w:nsid", "w:tmpl", "w:styleLink", "w:numStyleLink")
"""What ties a list to its origin: kept in a copy, Word would take both for one list."""


def adopt_lists(first: Document, second: Document, roots: Iterable[etree._Element]) -> None:
    """Copy the second document's lists into the first, and point the paragraphs to the copies.

    `roots` are the second's body and its headers and footers.
    """
    source, target = numbering_part(second), numbering_part(first)
    if source is None:
        return
    if target is None:
        first.part.relate_to(source, RELATIONSHIP_TYPE.NUMBERING)
        return
    numbers = _copied(target.element, source.element)
    by_style = style_lists(second)
    for root in roots:
        for paragraph in root.iter(qn("w:p")):
            _repoint(paragraph, numbers, by_style)


def numbering_part(document: Document) -> XmlPart | None:
    """Where its lists are defined."""
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.NUMBERING:
            part: Part = relation.target_part
            return part if isinstance(part, XmlPart) else None
    return None


def _copied(target: etree._Element, source: etree._Element) -> dict[str, str]:
    """From the source's `numId` to the copy's."""
    abstract = _highest(target, "w:abstractNum", "w:abstractNumId") + 1
    number = _highest(target, "w:num", "w:numId") + 1
    abstracts: dict[str, str] = {}
    numbers: dict[str, str] = {}
    place = len(target.findall(qn("w:numPicBullet"))) + len(target.findall(qn("w:abstractNum")))
    for original in source.findall(qn("w:abstractNum")):
        made = copy.deepcopy(original)
        _cut_ties(made)
        abstracts[_id(original, "w:abstractNumId")] = str(abstract)
        made.set(qn("w:abstractNumId"), str(abstract))
        target.insert(place, made)
        abstract, place = abstract + 1, place + 1
    for original in source.findall(qn("w:num")):
        made = copy.deepcopy(original)
        link = made.find(qn("w:abstractNumId"))
        if link is not None:
            link.set(qn("w:val"), abstracts.get(_id(link, "w:val"), "0"))
        numbers[_id(original, "w:numId")] = str(number)
        made.set(qn("w:numId"), str(number))
        _last_number(target).addnext(made)
        number += 1
    return numbers


def _cut_ties(abstract: etree._Element) -> None:
    for tag in _FOREIGN:
        for element in abstract.findall(qn(tag)):
            abstract.remove(element)
    for level in abstract.findall(qn("w:lvl")):
        for style in level.findall(qn("w:pStyle")):
            level.remove(style)


def _last_number(numbering: etree._Element) -> etree._Element:
    placed = [*numbering.findall(qn("w:abstractNum")), *numbering.findall(qn("w:num"))]
    return placed[-1]


def _highest(numbering: etree._Element, tag: str, attribute: str) -> int:
    return max((int(_id(e, attribute)) for e in numbering.findall(qn(tag))), default=0)


def _id(element: etree._Element, attribute: str) -> str:
    return str(element.get(qn(attribute), "0"))


def style_lists(document: Document) -> dict[str, ListLevel]:
    """Styles that number their paragraphs, themselves or by what they are based on."""
    styles = {_id(e, "w:styleId"): e for e in document.styles.element.findall(qn("w:style"))}
    found: dict[str, ListLevel] = {}
    for style_id in styles:
        seen: set[str] = set()
        current: str | None = style_id
        while current in styles and current not in seen:
            seen.add(current)
            level = _level(styles[current].find(qn("w:pPr")))
            if level:
                found[style_id] = level
                break
            base = styles[current].find(qn("w:basedOn"))
            current = None if base is None else _id(base, "w:val")
    return found


def _level(properties: etree._Element | None) -> ListLevel | None:
    numbered = None if properties is None else properties.find(qn("w:numPr"))
    number = None if numbered is None else numbered.find(qn("w:numId"))
    if numbered is None or number is None:
        return None
    level = numbered.find(qn("w:ilvl"))
    return _id(number, "w:val"), "0" if level is None else _id(level, "w:val")


def list_level(paragraph: etree._Element, by_style: Mapping[str, ListLevel]) -> ListLevel:
    """The list a paragraph belongs to, by itself or by its style; list `0` is none."""
    properties = paragraph.find(qn("w:pPr"))
    if properties is None:
        return "0", "0"
    style = properties.find(qn("w:pStyle"))
    inherited = None if style is None else by_style.get(_id(style, "w:val"))
    return _level(properties) or inherited or ("0", "0")


def _repoint(
    paragraph: etree._Element, numbers: Mapping[str, str], by_style: Mapping[str, ListLevel]
) -> None:
    number, level = list_level(paragraph, by_style)
    if number not in numbers:
        return
    numbered = paragraph.get_or_add_pPr().get_or_add_numPr()
    for child in list(numbered):
        numbered.remove(child)
    for tag, value in (("w:ilvl", level), ("w:numId", numbers[number])):
        element = OxmlElement(tag)
        element.set(qn("w:val"), value)
        numbered.append(element)
