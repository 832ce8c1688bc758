"""Forms made into PDF, and what their readers see between header and footer."""

from collections.abc import Callable
from pathlib import Path

import docx
import pypdfium2
from docx.document import Document

from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Form

ROOT = Path(__file__).parents[2]
Bodies = Callable[[int, Language], str]
"""What stands between header and footer of an annex in a language."""
_BROKEN_HYPHEN = "\x02"
"""What PDFium makes of a hyphen at the end of a line, where a reader sees a hyphen."""


def form_of(annex: int) -> Form:
    """The form that the contract prints as that annex."""
    (found,) = (form for form in Catalogue() if form.annex == annex)
    return found


def template(annex: int, language: Language) -> Document:
    """The Word file of its newest edition."""
    form = form_of(annex)
    name = form.template(form.editions[-1])
    return docx.Document(str(ROOT / f"templates_{language}" / f"{name}.docx"))


def body_text(pdf: bytes, word: Document) -> str:
    """The text of all pages without what stands in the margins, line by line as it is set."""
    section = word.sections[0]
    below, above = section.bottom_margin, section.top_margin
    assert below is not None
    assert above is not None
    pages = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        text = page.get_textpage()
        pages.append(text.get_text_bounded(bottom=below.pt, top=page.get_height() - above.pt))
    document.close()
    return "\n".join(pages).replace(_BROKEN_HYPHEN, "-").replace("\r\n", "\n")
