"""Every run says its language, so that a reader aloud pronounces each half as it is written."""

from typing import Final

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import etree

from docgen.domain.language import Language

TAGS: Final = {Language.KK: "kk-KZ", Language.RU: "ru-RU"}
_AFTER_LANG = (qn("w:eastAsianLayout"), qn("w:specVanish"), qn("w:oMath"))


def mark_runs(root: etree._Element, language: Language) -> None:
    """Give the half's language to runs that name none (w:lang, ECMA-376 part 1, 17.3.2.20)."""
    for run in root.iter(qn("w:r")):
        _set_language(run.get_or_add_rPr(), language)


def strip_languages(document: Document) -> None:
    """Take languages out of the styles, which both halves share."""
    for element in list(document.styles.element.iter(qn("w:lang"))):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def declare_language(document: Document, language: Language) -> None:
    """Make it the document's own language, which becomes /Lang of the PDF."""
    place = document.styles.element
    for name in ("w:docDefaults", "w:rPrDefault", "w:rPr"):
        found = place.find(qn(name))
        if found is None:
            found = OxmlElement(name)
            place.insert(0, found)
        place = found
    _set_language(place, language)


def _set_language(properties: etree._Element, language: Language) -> None:
    lang = properties.find(qn("w:lang"))
    if lang is None:
        lang = OxmlElement("w:lang")
        later = next((e for e in properties if e.tag in _AFTER_LANG), None)
        if later is None:
            properties.append(lang)
        else:
            later.addprevious(lang)
    if lang.get(qn("w:val")) is None:
        lang.set(qn("w:val"), TAGS[language])
