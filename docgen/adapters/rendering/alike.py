"""What two Word files must share to become the halves of one document."""

from collections.abc import Iterator

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from lxml import etree

from docgen.adapters.rendering.objection import Objection
from docgen.domain.faults import Fault

_NOTES = (qn("w:footnoteReference"), qn("w:endnoteReference"))
_REFERENCES = (qn("w:headerReference"), qn("w:footerReference"))


def differences(first: WordDocument, second: WordDocument) -> Iterator[Objection]:
    """Everything for which the second cannot follow the first."""
    ours, theirs = _styles(first), _styles(second)
    for style in sorted({*ours, *theirs}):
        if ours.get(style) != theirs.get(style):
            said = f"the style {style!r} differs between the two languages"
            yield Objection(said, Fault.STYLE_DIFFERS, style=style)
    if has_even_pages(first) != has_even_pages(second):
        said = "only one language has headers of its own for even pages"
        yield Objection(said, Fault.EVEN_PAGES_DIFFER)
    for kind in sorted(_header_kinds(first) - _header_kinds(second)):
        # a section without one inherits it: the second half would show the first's language
        said = "the second language lacks a header or footer the first one has"
        yield Objection(said, Fault.HEADER_MISSING, kind=kind)
    if any(True for _ in second.element.body.iter(*_NOTES)):
        said = "the second language has notes, which cannot be joined"
        yield Objection(said, Fault.NOTES_NOT_JOINED)


def has_even_pages(document: WordDocument) -> bool:
    """Whether even pages have headers and footers of their own."""
    return bool(document.settings.odd_and_even_pages_header_footer)


def _styles(document: WordDocument) -> dict[str, bytes]:
    copied = etree.fromstring(etree.tostring(document.styles.element))
    for element in list(copied.iter(qn("w:lang"), qn("w:rsid"))):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    found = {"w:docDefaults": copied.find(qn("w:docDefaults"))}
    found |= {str(e.get(qn("w:styleId"))): e for e in copied.findall(qn("w:style"))}
    return {k: etree.tostring(e, method="c14n") for k, e in found.items() if e is not None}


def _header_kinds(document: WordDocument) -> set[str]:
    """`header default`, `footer first` and so on: those that its first section has."""
    section = next(document.element.body.iter(qn("w:sectPr")))
    return {
        f"{etree.QName(e).localname.removesuffix('Reference')} {e.get(qn('w:type'), 'default')}"
        for e in section.iter(*_REFERENCES)
    }
