"""One Word document out of one or two language halves, made once per pair of templates.

The first half comes as it is; the second follows in a new section on a new page, with its own
headers and footers, while page numbers run on. Word knows no scopes, so the result says which
half every header and footer belongs to, and comments in the body tell the halves apart.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part, XmlPart
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import etree

from docgen.adapters.rendering.alike import differences, has_even_pages
from docgen.adapters.rendering.bookmarks import (
    drop_editing_traces,
    rename_bookmarks,
    renumber,
)
from docgen.adapters.rendering.numbering import adopt_lists
from docgen.adapters.rendering.objection import damaged
from docgen.adapters.rendering.run_language import declare_language, mark_runs, strip_languages
from docgen.domain.language import Language
from docgen.domain.reserved import SECOND

HALF_MARK = "half "
"""Comments in the body: `half kk`, `half ru`, `half end`."""
_STORIES = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A Word document, and the language of each of its headers and footers by part name."""

    document: WordDocument
    stories: Mapping[str, Language]


def compose(halves: Sequence[tuple[Language, bytes]]) -> Composed:
    """Join the checked packages in the given order; raises TemplateRejected."""
    (first_language, first_docx), *rest = halves
    first = opened(first_docx)
    _prepare(first, first_language)
    body = first.element.body
    body.insert(0, _mark(first_language))
    stories = dict.fromkeys(_story_names(first), first_language)
    for language, docx in rest:
        second = opened(docx)
        _prepare(second, language)
        for difference in differences(first, second):
            raise difference
        stories |= dict.fromkeys(_append(first, second, language), language)
    if next(body[-2].iter(qn("w:bookmarkStart")), None) is not None:
        # LibreOffice 7.4 loses the last bookmark of a document's last paragraph
        body.insert(len(body) - 1, _low_paragraph())
    body.insert(len(body) - 1, _mark("end"))
    strip_languages(first)
    declare_language(first, first_language)
    renumber(_roots(first))
    return Composed(document=first, stories=stories)


def opened(docx: bytes) -> WordDocument:
    """The checked package as a document; raises TemplateRejected."""
    try:
        document = Document(io.BytesIO(docx))
        body = document.element.body
        # parts of another kind than their names say come to light only when they are used
        _ = document.styles.element, has_even_pages(document)
    except (KeyError, ValueError, AttributeError, TypeError, etree.XMLSyntaxError) as error:
        raise damaged("the package does not hold together") from error
    if body is None or len(body) == 0 or body[-1].tag != qn("w:sectPr"):
        raise damaged("the body does not end with its section")
    return document


def _prepare(document: WordDocument, language: Language) -> None:
    for root in _roots(document):
        drop_editing_traces(root)
        mark_runs(root, language)


def let_rows_split(document: WordDocument) -> None:
    """Every row may go over to the next page, even if it should not.

    Where the first row of a table ends a hair above the foot of a page and the next one must not
    be split, LibreOffice 7.4 prints none of the rows that follow.
    """
    for whole in list(document.element.body.iter(qn("w:cantSplit"))):
        parent = whole.getparent()
        if parent is not None:
            parent.remove(whole)


def _mark(name: str) -> etree._Element:
    return etree.Comment(HALF_MARK + name)


def stories_of(document: WordDocument) -> Iterator[XmlPart]:
    """Its headers and footers."""
    for relation in document.part.rels.values():
        if relation.reltype in _STORIES and isinstance(relation.target_part, XmlPart):
            yield relation.target_part


def _story_names(document: WordDocument) -> list[str]:
    return [str(part.partname).removeprefix("/") for part in stories_of(document)]


def _roots(document: WordDocument) -> list[etree._Element]:
    return [document.element.body, *(part.element for part in stories_of(document))]


def _append(first: WordDocument, second: WordDocument, language: Language) -> list[str]:
    """Move the second's body to the end of the first's; the names of the stories it brought."""
    _run_on(second)
    _end_section(first.element.body)
    roots = _roots(second)
    rename_bookmarks(roots, SECOND)
    adopt_lists(first, second, roots)
    known = set(_story_names(first))
    _carry_relations(second.part, second.element.body, first.part, language)
    body = first.element.body
    body.append(_mark(language))
    for element in list(second.element.body):
        body.append(element)
    return [name for name in _story_names(first) if name not in known]


def _run_on(document: WordDocument) -> None:
    """Begin on a new page, and let no section count pages anew."""
    for number, section in enumerate(document.element.body.iter(qn("w:sectPr"))):
        for pages in section.findall(qn("w:pgNumType")):
            pages.attrib.pop(qn("w:start"), None)
        if number == 0:
            section.get_or_add_type().set(qn("w:val"), "nextPage")


def _end_section(body: etree._Element) -> None:
    """Turn the section at the end of the body into one that ends with its last paragraph."""
    section = body[-1]
    body.remove(section)
    last = body[-1]
    if last.tag != qn("w:p") or "{%" in "".join(last.itertext()) or _ends_section(last):
        last = _low_paragraph()
        body.append(last)
    last.get_or_add_pPr().append(section)


def _low_paragraph() -> etree._Element:
    """An empty paragraph as low as a line can be, lest it fall onto a page of its own."""
    paragraph = OxmlElement("w:p")
    spacing = OxmlElement("w:spacing")
    for name, value in (("before", "0"), ("after", "0"), ("line", "20"), ("lineRule", "exact")):
        spacing.set(qn(f"w:{name}"), value)
    paragraph.get_or_add_pPr().append(spacing)
    return paragraph


def _ends_section(paragraph: etree._Element) -> bool:
    return paragraph.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None


def _carry_relations(source: Part, root: etree._Element, target: Part, language: Language) -> None:
    """Give the target every relation that `root` names, and rewrite the names in it."""
    renamed: dict[str, str] = {}
    for element in root.iter("*"):
        for name, value in element.attrib.items():
            if not str(name).startswith(_RELATION) or str(value) not in source.rels:
                continue
            old = str(value)
            if old not in renamed:
                renamed[old] = _carried(source, old, target, language)
            element.set(name, renamed[old])


def _carried(source: Part, relation_id: str, target: Part, language: Language) -> str:
    relation = source.rels[relation_id]
    if relation.is_external:
        return target.relate_to(relation.target_ref, relation.reltype, is_external=True)
    original = relation.target_part
    name = PackURI(f"/{language}{original.partname}")
    package = target.package
    for existing in package.iter_parts() if package else ():
        if existing.partname == name:
            return target.relate_to(existing, relation.reltype)
    made = type(original).load(name, original.content_type, original.blob, package)
    new_id = target.relate_to(made, relation.reltype)
    if isinstance(made, XmlPart):
        _carry_relations(original, made.element, made, language)
    return new_id
