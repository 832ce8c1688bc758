"""One Word document out of two halves."""

import io

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from lxml import etree

from docgen.adapters.rendering.compose import Composed, compose
from docgen.domain.errors import TemplateRejected
from docgen.domain.language import BOTH, Language
from tests.adapters.rendering import word


def joined(kk: WordDocument, ru: WordDocument) -> Composed:
    """The two composed."""
    return compose([(Language.KK, word.saved(kk)), (Language.RU, word.saved(ru))])


def visits() -> Composed:
    """Both halves of the visit."""
    return compose([(language, word.visit(language)) for language in BOTH])


def names(composed: Composed, tag: str, attribute: str) -> list[str]:
    """An attribute of every such element in the body."""
    return [str(e.get(qn(attribute))) for e in composed.document.element.body.iter(qn(tag))]


def test_the_second_half_renames_its_bookmarks() -> None:
    """`seal` stays the first half's, the second's is `seal_2`; numbers are unique."""
    composed = visits()
    assert names(composed, "w:bookmarkStart", "w:name") == [
        "mark_sms", "seal", "mark_sms_2", "seal_2",
    ]  # fmt: skip
    assert names(composed, "w:bookmarkStart", "w:id") == ["1", "2", "3", "4"]


def test_references_follow_their_bookmarks() -> None:
    """A reference in the second half leads to the second half's bookmark."""
    halves = []
    for _ in BOTH:
        document = word.blank()
        paragraph = document.add_paragraph()
        word.bookmark(paragraph, "seal")
        word.field(paragraph, " PAGEREF seal ")
        link = OxmlElement("w:hyperlink", attrs={qn("w:anchor"): "seal"})
        paragraph._p.append(link)
        halves.append(document)
    composed = joined(*halves)
    body = composed.document.element.body
    assert names(composed, "w:hyperlink", "w:anchor") == ["seal", "seal_2"]
    assert [e.text for e in body.iter(qn("w:instrText"))] == [" PAGEREF seal ", " PAGEREF seal_2 "]


def test_the_second_half_begins_on_a_new_page() -> None:
    """There are two sections, and the second follows on a new page."""
    assert [s.start_type for s in visits().document.sections][1] == WD_SECTION.NEW_PAGE


def test_page_numbers_run_on() -> None:
    """A second half that counts from 1 is made to go on counting."""
    halves = [word.blank(), word.blank()]
    for document in halves:
        document.add_paragraph("text")
        numbering = OxmlElement("w:pgNumType", attrs={qn("w:start"): "1"})
        document.sections[0]._sectPr.append(numbering)
    composed = joined(*halves)
    assert names(composed, "w:pgNumType", "w:start") == ["1", "None"]


def test_each_half_keeps_its_header_and_footer() -> None:
    """Headers and footers stay in their section and know their language."""
    composed = visits()
    footers = [s.footer.paragraphs[0].text for s in composed.document.sections]
    assert [footer.split()[0] for footer in footers] == ["бет", "стр."]
    assert sorted(composed.stories.values()) == ["kk", "kk", "ru", "ru"]


def test_a_half_that_ends_with_a_table_is_closed_by_a_line_of_its_own() -> None:
    """A section ends with a paragraph, so a table at the end gets one."""
    kk, ru = word.blank(), word.blank()
    kk.add_table(rows=1, cols=1)
    ru.add_paragraph("text")
    tags = [
        etree.QName(e).localname
        for e in joined(kk, ru).document.element.body
        if e.tag != etree.Comment
    ]
    assert tags == ["tbl", "p", "p", "sectPr"]


def test_a_half_that_ends_with_a_condition_keeps_its_section() -> None:
    """A paragraph that may disappear must not take the section with it."""
    kk, ru = word.blank(), word.blank()
    for text in ("{%p if x %}", "text", "{%p endif %}"):
        kk.add_paragraph(text)
    ru.add_paragraph("text")
    endings = joined(kk, ru).document.element.body.xpath("./w:p[w:pPr/w:sectPr]")
    assert ["".join(e.itertext()) for e in endings] == [""]


def test_every_run_says_its_language() -> None:
    """Runs get the language of their half, and keep one they have."""
    kk, ru = word.blank(), word.blank()
    kk.add_paragraph("мәтін")
    ru.add_paragraph("текст")
    run = ru.add_paragraph("online").runs[0]._r.get_or_add_rPr()
    run.append(OxmlElement("w:lang", attrs={qn("w:val"): "en-US"}))
    assert names(joined(kk, ru), "w:lang", "w:val") == ["kk-KZ", "ru-RU", "en-US"]


@pytest.mark.parametrize("language", BOTH)
def test_the_document_declares_its_first_language(language: Language) -> None:
    """Whatever language the template's author worked in, the document's is the half's."""
    document = compose([(language, word.visit(language))]).document
    assert [e.get(qn("w:val")) for e in document.styles.element.iter(qn("w:lang"))] == [
        f"{language}-{'KZ' if language is Language.KK else 'RU'}"
    ]


def numbers_of(composed: Composed) -> list[str]:
    """The list each paragraph belongs to."""
    return names(composed, "w:numId", "w:val")


def numbered(style: str | None, list_id: str | None) -> WordDocument:
    """A document of one paragraph that is numbered by its style or by itself."""
    document = word.blank()
    paragraph = document.add_paragraph("text", style=style)
    if list_id:
        paragraph._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = int(list_id)
    return document


@pytest.mark.parametrize(("style", "list_id"), [("List Number", None), (None, "2")])
def test_lists_of_the_second_half_count_anew(style: str | None, list_id: str | None) -> None:
    """A list in the second half is another list, however it is made."""
    composed = joined(numbered(style, list_id), numbered(style, list_id))
    first = composed.document.part.numbering_part.element
    ids = [str(e.get(qn("w:numId"))) for e in first.findall(qn("w:num"))]
    assert len(ids) == len(set(ids))
    copied = numbers_of(composed)[-1]
    assert copied in ids
    assert copied != (list_id or "None")
    assert len(numbers_of(composed)) == (2 if list_id else 1)


def test_halves_with_other_styles_are_refused() -> None:
    """A style that differs is named: the translator's file was formatted on its own."""
    kk, ru = word.blank(), word.blank()
    for document in (kk, ru):
        document.add_paragraph("text")
    ru.styles["Title"].font.size = Pt(7)
    with pytest.raises(TemplateRejected, match="'Title'"):
        joined(kk, ru)


def test_a_half_without_the_header_of_the_first_is_refused() -> None:
    """A section without a header shows the header before it, in the other language."""
    ru = word.blank()
    ru.add_paragraph("text")
    with pytest.raises(TemplateRejected, match="header"):
        compose([(Language.KK, word.visit(Language.KK)), (Language.RU, word.saved(ru))])


def test_the_composed_package_opens_again() -> None:
    """Names of parts and relations are unique: the saved file reads back with both halves."""
    stream = io.BytesIO()
    visits().document.save(stream)
    again = Document(io.BytesIO(stream.getvalue()))
    headings = [p.text for p in again.paragraphs if p.text in ("Қабылдау актісі", "Акт приёмки")]
    assert headings == ["Қабылдау актісі", "Акт приёмки"]
    assert all("{{ number }}" in s.header.paragraphs[0].text for s in again.sections)
