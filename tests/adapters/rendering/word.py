"""Small Word templates of every kind, good and bad."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import segno
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from docgen.domain.language import Language

WORDS = {
    Language.KK: {"act": "Қабылдау актісі", "page": "бет", "name": "Абонент", "total": "Барлығы"},
    Language.RU: {"act": "Акт приёмки", "page": "стр.", "name": "Абонент (рус)", "total": "Итого"},
}
KAZAKH = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі ₸ № «»"


def visit(language: Language, *, lines: Sequence[str] = ()) -> bytes:
    """An act with a header (number, QR), a footer (page of pages), a table and a seal's place."""
    words = WORDS[language]
    document = blank()
    document.add_heading(words["act"], level=1)
    document.add_paragraph(f"{words['name']}: {{{{ subscriber.name }}}}")
    for text in ("{%p if note %}", "{{ note }}", "{%p endif %}", KAZAKH, *lines):
        document.add_paragraph(text)
    _rows(document)
    document.add_paragraph(f"{words['total']}: {{{{ total }}}}")
    for name in ("mark_sms", "seal"):
        bookmark(document.add_paragraph(), name)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    header = section.header.paragraphs[0]
    header.add_run("№ {{ number }} ")
    header.add_run().add_picture(io.BytesIO(placeholder()), width=Mm(17))
    next(header._p.iter(qn("wp:docPr"))).set("name", "qr")
    footer = section.footer.paragraphs[0]
    for part in (words["page"], "PAGE", "/", "NUMPAGES"):
        field(footer, part) if part.isupper() else footer.add_run(f" {part} ")
    return saved(document)


def blank() -> WordDocument:
    """An empty document in Noto Sans."""
    document = Document()
    for fonts in list(document.styles.element.iter(qn("w:rFonts"))):
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), "Noto Sans")
    return document


def saved(document: WordDocument) -> bytes:
    """Its bytes."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def template(*lines: str) -> bytes:
    """A document of these paragraphs only."""
    document = blank()
    for line in lines:
        document.add_paragraph(line)
    return saved(document)


def bookmark(paragraph: Paragraph, name: str) -> None:
    """An empty bookmark at the paragraph's end."""
    number = str(len(name))
    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        element = OxmlElement(tag)
        element.set(qn("w:id"), number)
        if tag == "w:bookmarkStart":
            element.set(qn("w:name"), name)
        paragraph._p.append(element)


def field(paragraph: Paragraph, *codes: str) -> None:
    """A field whose code is written in as many runs as there are pieces."""
    for kind in ("begin", *codes, "separate", "end"):
        run = paragraph.add_run()._r
        if kind in codes:
            element = OxmlElement("w:instrText")
            element.text = kind
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run.append(element)


def placeholder() -> bytes:
    """The picture that waits for a QR code."""
    stream = io.BytesIO()
    segno.make("placeholder").save(stream, kind="png")
    return stream.getvalue()


def with_member(docx: bytes, name: str, content: bytes) -> bytes:
    """The same package with one more entry, or with that entry replaced."""
    return _repacked(docx, lambda old, blob: None if old == name else blob, {name: content})


def replaced(docx: bytes, name: str, old: str, new: str) -> bytes:
    """The same package with a text in one entry replaced; the text must be there."""

    def change(member: str, blob: bytes) -> bytes:
        if member != name:
            return blob
        assert old.encode() in blob
        return blob.replace(old.encode(), new.encode())

    return _repacked(docx, change, {})


def member(docx: bytes, name: str) -> str:
    """The text of one entry."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return archive.read(name).decode()


def values(**more: Any) -> dict[str, Any]:
    """Everything `visit` asks for."""
    rows = [{"name": "Кабель", "price": "1 200,00 ₸"}, {"name": "ONT", "price": "20 000,00 ₸"}]
    plain = {"subscriber": {"name": "Әбдіғалиев Қуаныш"}, "note": "", "rows": rows}
    return {**plain, "total": "21 200,00 ₸", "number": "QT-1", **more}


def _rows(document: WordDocument) -> None:
    table = document.add_table(rows=3, cols=2)
    table.cell(0, 0).text = "{%tr for row in rows %}"
    table.cell(1, 0).text = "{{ row.name }}"
    table.cell(1, 1).text = "{{ row.price }}"
    table.cell(2, 0).text = "{%tr endfor %}"


def _repacked(
    docx: bytes, change: Callable[[str, bytes], bytes | None], added: dict[str, bytes]
) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            blob = change(name, source.read(name))
            if blob is not None:
                target.writestr(name, blob)
        for name, blob in added.items():
            target.writestr(name, blob)
    return stream.getvalue()
