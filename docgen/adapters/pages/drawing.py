"""A page drawn by PDFium, in few colours, since it travels to a phone."""

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from PIL import Image
from pypdfium2 import PdfBitmap, PdfDocument, PdfiumError, PdfPage
from pypdfium2.raw import FPDFBitmap_BGRA

from docgen.domain.errors import DocumentNotFound, UnreadableDocument

KIND: Final = "webp16"
"""Name of the way pictures are made; another way needs another name, or old ones would stay."""

_COLOURS: Final = 16
"""Of these no colour of our papers moves by more than 27 of 255, and their pages take at most
57 KiB at 800 pixels and 102 KiB at 1280: half of a PNG, a third of a lossy WebP."""

_EFFORT: Final = {"quality": 75, "method": 6}
"""More of either takes seconds for a tenth of the bytes."""

_MOST_PIXELS: Final = 8_000_000
"""More than an A4 page 2000 pixels wide; one page takes a dozen bytes for each of them."""


def draw(pdf: bytes, page: int, *, width: int) -> bytes:
    """WebP of a page (from 1) on white, so many pixels wide, seal and other annotations drawn.

    Raises DocumentNotFound for a page that is not there, and UnreadableDocument for what is no
    PDF or would be too long a picture. PDFium is not thread-safe, and nor is this.
    """
    with _document(pdf) as document:
        if not 1 <= page <= len(document):
            raise DocumentNotFound(f"no page {page} of {len(document)}")
        return _webp(_drawn(document, page - 1, width))


def count(pdf: bytes) -> int:
    """How many pages there are; raises UnreadableDocument for what is no PDF, or has none."""
    with _document(pdf) as document:
        if not len(document):
            raise UnreadableDocument("a PDF without pages")
        return len(document)


def speak(pdf: bytes, page: int) -> str:
    """The words of a page (from 1), line by line, for whoever hears it; raises as `draw` does."""
    with _document(pdf) as document:
        if not 1 <= page <= len(document):
            raise DocumentNotFound(f"no page {page} of {len(document)}")
        try:
            found = document[page - 1]
        except PdfiumError as error:
            raise UnreadableDocument(f"page {page} is not readable") from error
        with closing(found), closing(found.get_textpage()) as text:
            words: str = text.get_text_bounded()
    return "\n".join(line.strip() for line in words.splitlines() if line.strip())


@contextmanager
def _document(pdf: bytes) -> Iterator[PdfDocument]:
    try:
        document = PdfDocument(pdf)
    except PdfiumError as error:
        raise UnreadableDocument("not a readable PDF") from error
    with closing(document):
        # Signature fields are drawn with the forms only.
        document.init_forms()
        yield document


def _drawn(document: PdfDocument, index: int, width: int) -> Image.Image:
    try:
        page = document[index]
    except PdfiumError as error:
        raise UnreadableDocument(f"page {index + 1} is not readable") from error
    with closing(page), closing(_rendered(page, width)) as bitmap:
        picture: Image.Image = bitmap.to_pil()
        # A new picture in any case: PDFium's pixels go with the bitmap.
        return picture.convert("RGB")


def _rendered(page: PdfPage, width: int) -> PdfBitmap:
    # Without alpha, PDFium draws a widget's text for the subpixels of a screen: coloured fringes.
    return page.render(scale=_scale(page, width), force_bitmap_format=FPDFBitmap_BGRA)


def _scale(page: PdfPage, width: int) -> float:
    # PDFium's binding rounds sizes up: a hair less makes it this width exactly.
    scale: float = (width - 0.01) / page.get_width()
    if width * page.get_height() * scale > _MOST_PIXELS:
        raise UnreadableDocument("a page of such a shape is too long a picture")
    return scale


def _webp(picture: Image.Image) -> bytes:
    # Maximum coverage keeps white white and small coloured things coloured.
    few = picture.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.convert("RGB").save(out, "WEBP", lossless=True, **_EFFORT)
    return out.getvalue()
