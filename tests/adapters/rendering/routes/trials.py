"""Small templates, tried on every route by the real engine."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from docx.document import Document as WordDocument

from docgen.adapters.rendering.renderer import LibreOfficeRenderer
from docgen.domain.language import Language
from docgen.domain.rendering import RenderOrder
from docgen.domain.template import RouteReport
from tests.adapters.rendering import word
from tests.adapters.rendering.conftest import bare, shelve

Values = Mapping[str, Any]


def order(values: Values) -> RenderOrder:
    """The Kazakh template `one` with these values."""
    return bare("one", contexts={Language.KK: values})


def tried(
    renderer: LibreOfficeRenderer, directory: Path, docx: bytes, *values: Values
) -> RouteReport:
    """Prove the template with an order for each of these values."""
    shelve(directory, "one", kk=docx)
    return renderer.prove("one", (Language.KK,), lambda: [order(each) for each in values])


def made(renderer: LibreOfficeRenderer, values: Values) -> tuple[str, bytes]:
    """The route that a document went, and its bytes."""
    rendered = renderer.render(order(values))
    return rendered.engine.split(", ")[1], rendered.pdf


def with_table(*rows: Sequence[str], before: Sequence[str] = ()) -> bytes:
    """A document with one table of these cells."""
    document = word.blank()
    for text in before:
        document.add_paragraph(text)
    _add(document, rows)
    document.add_paragraph("after")
    return word.saved(document)


def _add(document: WordDocument, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=max(len(row) for row in rows))
    table.style = "Table Grid"
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            table.cell(number, place).text = text


LOOP = (
    ("head", "price"),
    ("{%tr for row in rows %}",),
    ("{{ row.name }}", "at {{ row.price }}"),
    ("{%tr endfor %}",),
    ("total", "{{ total }}"),
)


def rows(count: int) -> dict[str, Any]:
    """So many rows for LOOP."""
    return {
        "rows": [{"name": f"name {n}", "price": f"{n},00"} for n in range(count)],
        "total": str(count),
    }
