"""Pages drawn by PDFium, in few colours, since they travel to a phone."""

import io
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from PIL import Image
from pypdfium2 import PdfBitmap, PdfDocument, PdfiumError, PdfPage
from pypdfium2.raw import FPDFBitmap_BGRA

from docgen.domain.errors import Busy, DocumentNotFound, UnreadableDocument

_PDFIUM: Final = threading.Lock()
"""PDFium is not thread-safe: whatever of it is used, opened or closed is so under this lock."""

_WAITING: Final = threading.BoundedSemaphore(4)
"""Whoever waits for a page holds a thread that others need too."""

_PATIENCE_SECONDS: Final = 2.0

_COLOURS: Final = 32
"""The sample act at 1000 pixels takes 45-105 kB a page, a quarter of the full colours' 195-435,
and none of its colours moves by more than 18 of 255."""

_MOST_PIXELS: Final = 8_000_000
"""More than an A4 page 2000 pixels wide; one page takes a dozen bytes for each of them."""


class PdfiumPages:
    """Page images as palette PNGs on white, seal and other annotations drawn.

    One page is drawn at a time in a process; the same page always gives the same bytes.
    """

    def image(self, pdf: bytes, page: int, *, width: int) -> bytes:
        """PNG of a page (from 1), so many pixels wide.

        Raises DocumentNotFound for a page that is not there, and UnreadableDocument for what is no
        PDF or would be too long a picture; Busy where too many wait already.
        """
        if not _WAITING.acquire(timeout=_PATIENCE_SECONDS):
            raise Busy("too many pages are being drawn")
        try:
            with _PDFIUM, _document(pdf) as document:
                if not 1 <= page <= len(document):
                    raise DocumentNotFound(f"no page {page} of {len(document)}")
                picture = _drawn(document, page - 1, width)
            return _png(picture)
        finally:
            _WAITING.release()


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


def _png(picture: Image.Image) -> bytes:
    # Maximum coverage keeps white white and small coloured things coloured.
    few = picture.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()
