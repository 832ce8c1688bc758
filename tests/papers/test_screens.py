"""Pages of real papers as a telephone and a tablet get them."""

from collections.abc import Callable

import pytest
from pypdfium2 import PdfDocument

from docgen.adapters.pages.pdfium import PdfiumPages
from docgen.domain.language import Language
from tests.papers.conftest import FORMS

PHONE, TABLET = (800, 60), (1280, 120)
"""Pixels across, and the most KiB of a page."""


@pytest.mark.parametrize("code", FORMS)
@pytest.mark.parametrize(("width", "most"), [PHONE, TABLET], ids=["phone", "tablet"])
def test_every_page_is_light(
    example: Callable[[str, tuple[Language, ...]], bytes], code: str, width: int, most: int
) -> None:
    """A technician reads it where the line is bad."""
    pdf = example(code, (Language.KK,))
    with PdfDocument(pdf) as document:
        numbers = range(1, len(document) + 1)

    sizes = [len(PdfiumPages().image(pdf, number, width=width)) for number in numbers]

    assert max(sizes) < most * 1024
