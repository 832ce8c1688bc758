"""Fewer pieces of text and fewer styles, with the same look.

Word's way is a span of character formatting around every piece of text. Where all of a
paragraph's text has the same, the paragraph's own style can say it; then styles that nothing
uses any more are dropped.
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

STYLE: Final = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
TEXT: Final = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
SPAN: Final = f"{{{TEXT}}}span"
_STYLE_NAME = f"{{{TEXT}}}style-name"
_NAME, _FAMILY, _PARENT = f"{{{STYLE}}}name", f"{{{STYLE}}}family", f"{{{STYLE}}}parent-style-name"
_LOOK = f"{{{STYLE}}}text-properties"
PARAGRAPHS: Final = (f"{{{TEXT}}}p", f"{{{TEXT}}}h")
_AUTOMATIC = f"{{{OFFICE}}}automatic-styles"
_NAMING = re.compile(r"(^|-)style(-name)?$|^list-style-name$|^master-page-name$|^apply-style-name$")

Look = tuple[tuple[str, str], ...]


def merge_spans(parts: Mapping[str, etree._Element]) -> None:
    """Do it in all parts of one document; their trees are changed."""
    named = _looks(
        style
        for root in parts.values()
        for group in root.iterchildren(f"{{{OFFICE}}}styles")
        for style in group
    )
    for root in parts.values():
        automatic = root.find(_AUTOMATIC)
        if automatic is not None:
            _Merging(automatic, named).merge(root)
    _drop_unused(parts)


class _Merging:
    def __init__(self, automatic: etree._Element, named: Mapping[str, Look]) -> None:
        self._automatic = automatic
        self._named = named
        self._own = _looks(automatic)
        self._paragraphs = {
            style.get(_NAME): style for style in automatic if style.get(_FAMILY) == "paragraph"
        }
        self._made: dict[tuple[str, str], str] = {}

    def merge(self, root: etree._Element) -> None:
        for paragraph in root.iter(*PARAGRAPHS):
            for span in list(paragraph.iter(SPAN)):
                if not span.text and len(span) == 0:
                    _unwrap(span)
            style = self._shared(paragraph)
            if style:
                for span in list(paragraph.iter(SPAN)):
                    if span.get(_STYLE_NAME) == style:
                        _unwrap(span)
                old = paragraph.get(_STYLE_NAME, "")
                paragraph.set(_STYLE_NAME, self._joined(old, style))

    def _shared(self, paragraph: etree._Element) -> str:
        """The automatic style that all text has, if nothing else says other than it."""
        chains = list(_chains(paragraph))
        innermost = {chain[0] if chain else "" for chain in chains}
        if len(innermost) != 1:
            return ""
        (style,) = innermost
        others = {name for chain in chains for name in chain[1:]}
        if style not in self._own or style in others:
            return ""
        said = {name for name, _ in self._own[style]}
        for other in others:
            look = self._own.get(other, self._named.get(other))
            if look is None or said & {name for name, _ in look}:
                return ""
        return style

    def _joined(self, paragraph_style: str, span_style: str) -> str:
        known = self._made.get((paragraph_style, span_style))
        if known:
            return known
        name = f"Q{len(self._made)}"
        old = self._paragraphs.get(paragraph_style)
        if old is None:
            made = etree.SubElement(self._automatic, f"{{{STYLE}}}style")
            made.set(_FAMILY, "paragraph")
            made.set(_PARENT, paragraph_style)
        else:
            made = copy.deepcopy(old)
            self._automatic.append(made)
        made.set(_NAME, name)
        look = made.find(_LOOK)
        if look is None:
            look = etree.SubElement(made, _LOOK)
        for attribute, value in self._own[span_style]:
            look.set(attribute, value)
        self._made[paragraph_style, span_style] = name
        return name


def _chains(paragraph: etree._Element) -> Iterator[Sequence[str]]:
    """For every piece of a paragraph that can be seen, the styles of its spans, innermost first."""
    if paragraph.text:
        yield ()
    for child in paragraph.iterdescendants("*"):
        outside = [str(span.get(_STYLE_NAME, "")) for span in child.iterancestors(SPAN)]
        if child.tail:
            yield outside
        if child.tag != SPAN:
            yield outside
        elif child.text:
            yield [str(child.get(_STYLE_NAME, "")), *outside]


def _looks(styles: Iterable[etree._Element]) -> dict[str, Look]:
    """Character formatting of text styles that have nothing else and are based on none."""
    looks = {}
    for style in styles:
        plain = style.get(_FAMILY) == "text" and style.get(_PARENT) is None
        if plain and [child.tag for child in style] == [_LOOK] and len(style[0]) == 0:
            looks[str(style.get(_NAME))] = tuple(
                (str(name), str(value)) for name, value in style[0].attrib.items()
            )
    return looks


def _unwrap(span: etree._Element) -> None:
    """Leave what is in a span in its place."""
    parent, before = span.getparent(), span.getprevious()
    if parent is None:
        return
    at = parent.index(span)
    if span.text and before is not None:
        before.tail = (before.tail or "") + span.text
    elif span.text:
        parent.text = (parent.text or "") + span.text
    children, tail = list(span), span.tail
    span.tail = None
    parent.remove(span)
    for offset, child in enumerate(children):
        parent.insert(at + offset, child)
    if not tail:
        return
    last = children[-1] if children else before
    if last is not None:
        last.tail = (last.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail


def _drop_unused(parts: Mapping[str, etree._Element]) -> None:
    """Styles that nothing names, neither text nor another style."""
    dropped = True
    while dropped:
        named = {
            str(value)
            for root in parts.values()
            for element in root.iter("*")
            for name, value in element.attrib.items()
            if _NAMING.search(etree.QName(name).localname)
        }
        unused = [
            style
            for root in parts.values()
            for group in root
            if group.tag in (_AUTOMATIC, f"{{{OFFICE}}}styles")
            for style in group.iterchildren(f"{{{STYLE}}}style")
            if style.get(_NAME) not in named | {"Standard"}
        ]
        dropped = bool(unused)
        for style in unused:
            parent = style.getparent()
            if parent is not None:
                parent.remove(style)
