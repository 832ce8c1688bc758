"""What a PDF looks like, by pdfium."""

import re

from pypdfium2 import PdfDocument

_DOTS_PER_INCH = 100
_POINTS_PER_INCH = 72
_BROKEN_HYPHEN = "\x02"
_PART = b'pdfaid:part="3"', b"<pdfaid:part>3</pdfaid:part>"


class NotThePaper(Exception):
    """A route did not do its work."""


def require_paper(pdf: bytes, *, pages: int) -> None:
    """Raise NotThePaper unless it is a PDF/A-3 of so many pages: nobody wins by failing."""
    if not pdf.startswith(b"%PDF-") or not any(part in pdf for part in _PART):
        raise NotThePaper("not a PDF/A-3")
    with PdfDocument(pdf) as document:
        if len(document) != pages:
            raise NotThePaper(f"{len(document)} pages instead of {pages}")


def text(pdf: bytes) -> str:
    """All that can be read, without white space, so that broken lines run on."""
    with PdfDocument(pdf) as document:
        read = "".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s", "", read).replace(_BROKEN_HYPHEN, "-")


def pictures(pdf: bytes) -> list[tuple[int, int, bytes]]:
    """Width, height and pixels of every page."""
    with PdfDocument(pdf) as document:
        found = []
        for page in document:
            bitmap = page.render(scale=_DOTS_PER_INCH / _POINTS_PER_INCH)
            found.append((bitmap.width, bitmap.height, bytes(bitmap.buffer)))
        return found
