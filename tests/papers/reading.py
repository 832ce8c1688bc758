"""What stands on the pages of a PDF, and where."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pypdfium2

A4 = (595, 842)
_HEADER, _FOOTER = 62, 76
"""Points from the edges of the paper: the margins of all Word files of the forms."""
_BROKEN_HYPHEN = "\x02"
"""What PDFium makes of a hyphen at the end of a line, where a reader sees a hyphen."""
_SHARED = 0.4
"""Part of the smaller of two glyphs' boxes that may be covered: kerning brings letters close."""


@dataclass(frozen=True, kw_only=True)
class Glyph:
    """A visible character and its box in points from the lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def area(self) -> float:
        """Of its box."""
        return max(0.0, self.right - self.left) * max(0.0, self.top - self.bottom)


def squeezed(text: str) -> str:
    """Without white space, and with the no-break space that figures are grouped by."""
    return re.sub(r"\s", "", text)


def pages(pdf: bytes) -> list[str]:
    """The text of each page, without white space."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [squeezed(page.get_textpage().get_text_range()) for page in document]


def text(pdf: bytes) -> str:
    """What stands between headers and footers, without white space, so that it runs on."""
    with pypdfium2.PdfDocument(pdf) as document:
        bodies = [
            page.get_textpage().get_text_bounded(bottom=_FOOTER, top=page.get_height() - _HEADER)
            for page in document
        ]
    return squeezed("".join(bodies)).replace(_BROKEN_HYPHEN, "-")


def glyphs(pdf: bytes) -> list[list[Glyph]]:
    """The visible characters of each page."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [list(_glyphs(page)) for page in document]


def _glyphs(page: Any) -> Iterator[Glyph]:
    read = page.get_textpage()
    for index in range(read.count_chars()):
        character = read.get_text_range(index, 1)
        if character.strip():
            left, bottom, right, top = read.get_charbox(index)
            yield Glyph(text=character, left=left, bottom=bottom, right=right, top=top)


def overlaps(page: list[Glyph]) -> list[tuple[str, str]]:
    """Pairs of characters printed over one another."""
    found = []
    ordered = sorted((g for g in page if g.area > 0), key=lambda g: g.left)
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if other.left >= one.right:
                break
            if _common(one, other) > _SHARED * min(one.area, other.area):
                found.append((one.text, other.text))
    return found


def outside(page: list[Glyph]) -> list[str]:
    """Characters off the paper or in its margins of 10 mm."""
    margin = 28
    return [
        g.text
        for g in page
        if g.left < margin or g.right > A4[0] - margin or g.bottom < margin / 2
        or g.top > A4[1] - margin / 2
    ]  # fmt: skip


def unread(shown: object, pdf: bytes) -> list[str]:
    """Strings of what a template saw that do not stand on the paper."""
    read = text(pdf)
    return [each for each in leaves(shown) if squeezed(each) not in read]


def misprints(pdf: bytes) -> list[tuple[str, ...]]:
    """What is printed over something else, or off the paper."""
    found: list[tuple[str, ...]] = []
    for page in glyphs(pdf):
        found += [*overlaps(page), *((each,) for each in outside(page))]
    return found


def _common(one: Glyph, other: Glyph) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    return max(0.0, width) * max(0.0, height)


def leaves(value: object) -> Iterator[str]:
    """Every string somewhere in what a template sees."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each)
