"""Strangers' pictures and PDFs made anew: only what can be seen of them goes on.

To be run where it may be killed: whatever a decoder does to us must end there.
"""

import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import pikepdf
from PIL import Image, ImageOps, ImageStat, UnidentifiedImageError
from pypdfium2 import PdfDocument, PdfiumError

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
PDF: Final = "application/pdf"

_BEGINNINGS: Final = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"%PDF-", PDF))
_MOST_PIXELS: Final = 60_000_000
"""A telephone's largest photo."""
_MOST_OF_A_PICTURE: Final = 8_000_000
_FEWEST: Final = 480
"""Pixels of a photo's shorter side: of fewer, nobody reads a paper."""
_PHOTO: Final = 2600
_PAGE: Final = 2200
"""Pixels of the longer side that are kept: some 190 dots an inch of an A4 page."""
_QUALITY: Final = 80
_MOST_PAGES: Final = 10
_LARGEST: Final = 8 * 1024 * 1024
"""Bytes that each document of an envelope takes along."""
_MOST_OBJECTS: Final = 20_000
_ACTIVE: Final = {"/JS", "/JavaScript", "/AA", "/Launch", "/EmbeddedFiles", "/XFA", "/RichMedia"}
_FLATTEST: Final = 6
"""How much longer than wide a page may be."""
_FAINTEST: Final = 16
"""Of 255: what differs less than that from the paper around it, nobody sees."""


class Refused(Exception):
    """It is not taken: a code of a finding, and its numbers."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}


@dataclass(frozen=True, kw_only=True)
class Remade:
    """What was made, and of what kind the given file was."""

    content: bytes
    media_type: str
    uploaded_type: str
    pages: int = 1
    width: int = 0
    height: int = 0


def picture(content: bytes) -> Remade:
    """A PNG as a PNG of its pixels alone, on white; raises Refused."""
    if _kind(content) != PNG:
        raise Refused("picture_unreadable")
    shown = _on_white(_opened(content, most=_MOST_OF_A_PICTURE, code="picture_unreadable"))
    if _is_blank(shown):
        raise Refused("picture_empty")
    out = io.BytesIO()
    shown.save(out, "PNG", optimize=True)
    return Remade(
        content=out.getvalue(),
        media_type=PNG,
        uploaded_type=PNG,
        width=shown.width,
        height=shown.height,
    )


def scan(content: bytes) -> Remade:
    """A photo as a JPEG, a PDF as a PDF of pictures; raises Refused."""
    kind = _kind(content)
    if kind is None:
        raise Refused("scan_unknown_kind")
    made = _of_pages(content) if kind == PDF else _of_photo(content, kind)
    if len(made.content) > _LARGEST:
        raise Refused("scan_too_large", limit=_LARGEST // (1024 * 1024))
    return made


def _kind(content: bytes) -> str | None:
    return next((kind for begins, kind in _BEGINNINGS if content.startswith(begins)), None)


def _opened(content: bytes, *, most: int, code: str) -> Image.Image:
    """The decoded picture, upright; its size is known before anything is unpacked."""
    try:
        image: Image.Image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
        if image.width * image.height > most or min(image.size) < 1:
            raise Refused("picture_too_large", limit=most // 1_000_000)
        image.draft("RGB", (_PHOTO, _PHOTO))
        image.load()
        turned = ImageOps.exif_transpose(image)
    except Image.DecompressionBombError as error:
        raise Refused("picture_too_large", limit=most // 1_000_000) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Refused(code) from error
    return turned


def _on_white(image: Image.Image) -> Image.Image:
    """Without transparency: what was unseen before stays unseen."""
    seen = image.convert("RGBA")
    paper = Image.new("RGBA", seen.size, "white")
    paper.alpha_composite(seen)
    return paper.convert("RGB")


def _is_blank(image: Image.Image) -> bool:
    """Whether all of it looks the same; a photo of an empty sheet has shadows, and is not known."""
    bands = ImageStat.Stat(image).extrema
    return all(high - low < _FAINTEST for low, high in bands)


def _require_shape(wide: float, high: float) -> None:
    longer, shorter = max(wide, high), min(wide, high)
    if shorter <= 0:
        raise Refused("scan_unreadable")
    if longer > shorter * _FLATTEST:
        raise Refused("scan_too_long", limit=_FLATTEST)


def _of_photo(content: bytes, kind: str) -> Remade:
    image = _opened(content, most=_MOST_PIXELS, code="scan_unreadable")
    if min(image.size) < _FEWEST:
        raise Refused("scan_too_small", limit=_FEWEST)
    _require_shape(*image.size)
    image.thumbnail((_PHOTO, _PHOTO), Image.Resampling.LANCZOS)
    shown = image.convert("RGB") if image.mode in {"RGB", "L", "CMYK"} else _on_white(image)
    if _is_blank(shown):
        raise Refused("scan_empty")
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Remade(content=out.getvalue(), media_type=JPEG, uploaded_type=kind)


def _of_pages(content: bytes) -> Remade:
    _require_harmless(content)
    try:
        with closing(PdfDocument(content)) as document:
            pages = list(_drawn(document))
    except PdfiumError as error:
        raise Refused("scan_unreadable") from error
    # Backs of papers are blank; a paper that somebody signed is not.
    if all(map(_is_blank, pages)):
        raise Refused("scan_empty")
    out = io.BytesIO()
    pages[0].save(
        out,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=_PAGE / 11.7,
        quality=_QUALITY,
    )
    return Remade(content=out.getvalue(), media_type=PDF, uploaded_type=PDF, pages=len(pages))


def _require_harmless(content: bytes) -> None:
    """We draw its pages only; but a scanner writes no scripts, so this is no scan."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise Refused("scan_encrypted")
            if not 1 <= len(pdf.pages) <= _MOST_PAGES:
                raise Refused("scan_pages", limit=_MOST_PAGES)
            if len(pdf.objects) > _MOST_OBJECTS or any(map(_is_active, pdf.objects)):
                raise Refused("scan_active")
            if isinstance(pdf.Root.get("/OpenAction"), pikepdf.Dictionary):
                raise Refused("scan_active")
    except pikepdf.PasswordError as error:
        raise Refused("scan_encrypted") from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise Refused("scan_unreadable") from error


def _is_active(found: pikepdf.Object) -> bool:
    """Also what is written inside of others: direct dictionaries are walked to some depth."""
    waiting = [(found, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            if _ACTIVE.intersection(value.keys()) or str(value.get("/S")) in _ACTIVE:
                return True
            inner = list(value.values()) if isinstance(value, pikepdf.Dictionary) else []
        else:
            inner = list(value) if isinstance(value, pikepdf.Array) else []
        if depth < 8:  # noqa: PLR2004
            waiting += [(each, depth + 1) for each in inner if _is_direct(each)]
    return False


def _is_direct(value: object) -> bool:
    nested = isinstance(value, pikepdf.Dictionary | pikepdf.Array)
    return nested and not getattr(value, "is_indirect", False)


def _drawn(document: PdfDocument) -> Iterator[Image.Image]:
    for number in range(len(document)):
        with closing(document[number]) as page:
            wide, high = page.get_size()
            _require_shape(wide, high)
            with closing(page.render(scale=_PAGE / max(wide, high))) as bitmap:
                yield bitmap.to_pil().convert("RGB")
