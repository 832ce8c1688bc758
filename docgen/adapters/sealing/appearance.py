"""The visible seal and the cross in a box: what they look like."""

from dataclasses import dataclass
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from docgen.adapters.sealing.typeface import Typeface
from docgen.domain.errors import SealRefused
from docgen.domain.handwriting import Strokes
from docgen.domain.reserved import SEAL_HEIGHT_MM, SEAL_WIDTH_MM

POINTS_PER_MM: Final = 72 / 25.4
SEAL_WIDTH: Final = SEAL_WIDTH_MM * POINTS_PER_MM
"""Width of the visible seal, in points; the templates keep a cell for it."""
SEAL_HEIGHT: Final = SEAL_HEIGHT_MM * POINTS_PER_MM
"""Height of the visible seal, in points."""
BOX: Final = 6 * POINTS_PER_MM
"""Side of the box that takes the cross, in points."""

_BLUE = b"0.09 0.20 0.46"
_INK = b"0.13 0.15 0.20"
_BORDER = 0.9
_CORNER = 3.0
_PADDING = 6.0
_INK_WIDTH = 30 * POINTS_PER_MM
_INK_HEIGHT = SEAL_HEIGHT - 2 * _PADDING
_INK_LINE = 1.1
ROOM: Final = SEAL_WIDTH - 2 * _PADDING
"""Width that the caption has, in points."""
BESIDE_INK: Final = ROOM - _INK_WIDTH - _PADDING
"""The same beside the strokes of a hand."""
_LEADING = 1.28
_LARGEST = 10.0
_COMFORTABLE = 7.5
_SMALLEST = 3.0
_STEP = 0.25
_CROSS_INSET = 1.1 * POINTS_PER_MM
_CROSS_WIDTH = 1.3
_CURVE = 0.5523
"""How far a Bézier handle reaches for a quarter of a circle of radius 1."""


@dataclass(frozen=True)
class Line:
    """A line of text as it is set: with which face, and what it says."""

    face: Typeface
    text: str


class SealPicture:
    """The seal's rectangle with its caption: the first line bold, all fitted into the box."""

    def __init__(self, *, regular: Typeface, bold: Typeface) -> None:
        self._regular = regular
        self._bold = bold

    def embed(
        self, writer: BasePdfFileWriter, caption: tuple[str, ...], *, ink: Strokes | None = None
    ) -> generic.IndirectObject:
        """Add the picture as a form XObject of SEAL_WIDTH x SEAL_HEIGHT points.

        The strokes of a hand stand at its right, the words beside them. Raises SealRefused when
        the caption cannot be set legibly without being clipped.
        """
        fonts = {
            pdf_name("/Regular"): self._regular.embed(writer),
            pdf_name("/Bold"): self._bold.embed(writer),
        }
        form = generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): generic.ArrayObject(
                    [generic.FloatObject(v) for v in (0, 0, SEAL_WIDTH, SEAL_HEIGHT)]
                ),
                pdf_name("/Resources"): generic.DictionaryObject(
                    {pdf_name("/Font"): generic.DictionaryObject(fonts)}
                ),
            },
            stream_data=b"\n".join(self._drawn(caption, ink)),
        )
        form.compress()
        return writer.add_object(form)

    def require_room(self, caption: tuple[str, ...]) -> None:
        """Raise SealRefused unless the caption fits, also beside strokes."""
        for room in (ROOM, BESIDE_INK):
            self.fit(caption, room=room)

    def fit(
        self, caption: tuple[str, ...], *, room: float = ROOM
    ) -> tuple[float, tuple[Line, ...]]:
        """The largest size, in points, at which the caption fits, and its lines as broken for it.

        Lines are broken only where they would be set too small otherwise. Raises SealRefused when
        even the smallest legible size does not fit.
        """
        texts = [text.strip() for text in caption if text.strip()]
        lines = [Line(self._regular if at else self._bold, text) for at, text in enumerate(texts)]
        for size in _sizes(_LARGEST, down_to=_COMFORTABLE):
            if _fits(lines, size, room):
                return size, tuple(lines)
        for size in _sizes(_LARGEST, down_to=_SMALLEST):
            broken = [part for line in lines for part in _broken(line, size, room)]
            if _fits(broken, size, room):
                return size, tuple(broken)
        raise SealRefused("the seal's caption does not fit its picture")

    def _drawn(self, caption: tuple[str, ...], ink: Strokes | None) -> tuple[bytes, ...]:
        if ink is None:
            return b"q", _frame(), self._text(caption, ROOM), b"Q"
        return b"q", _frame(), self._text(caption, BESIDE_INK), _ink(ink), b"Q"

    def _text(self, caption: tuple[str, ...], room: float) -> bytes:
        size, lines = self.fit(caption, room=room)
        leading = size * _LEADING
        top = (SEAL_HEIGHT + leading * len(lines)) / 2
        drawn = [b"BT"]
        for index, line in enumerate(lines):
            name, colour = (b"/Bold", _BLUE) if line.face is self._bold else (b"/Regular", _INK)
            baseline = top - leading * index - size
            drawn.append(
                b"%s rg %s %.2f Tf 1 0 0 1 %.2f %.2f Tm %s Tj"
                % (colour, name, size, _PADDING, baseline, line.face.shown(line.text))
            )
        return b"\n".join((*drawn, b"ET"))


def cross(left: float, top: float) -> bytes:
    """Content that draws a cross inside the box whose inner top left corner is given, in points."""
    x0, x1 = left + _CROSS_INSET, left + BOX - _CROSS_INSET
    y0, y1 = top - _CROSS_INSET, top - BOX + _CROSS_INSET
    return b"q %s RG %.2f w 1 J %.3f %.3f m %.3f %.3f l %.3f %.3f m %.3f %.3f l S Q" % (
        _BLUE, _CROSS_WIDTH, x0, y0, x1, y1, x0, y1, x1, y0,
    )  # fmt: skip


def _sizes(largest: float, *, down_to: float) -> list[float]:
    return [largest - step * _STEP for step in range(1 + int((largest - down_to) / _STEP))]


def _fits(lines: list[Line], size: float, room: float) -> bool:
    high = len(lines) * size * _LEADING <= SEAL_HEIGHT - _PADDING
    return high and all(line.face.width(line.text) * size <= room for line in lines)


def _broken(line: Line, size: float, room: float) -> list[Line]:
    """The line broken at spaces so that each part is as long as the box allows."""
    parts: list[str] = []
    for word in line.text.split():
        longer = f"{parts[-1]} {word}" if parts else word
        if parts and line.face.width(longer) * size <= room:
            parts[-1] = longer
        else:
            parts.append(word)
    return [Line(line.face, part) for part in parts]


def _ink(strokes: Strokes) -> bytes:
    """The strokes as lines, as large as their place lets them be, and in its middle."""
    left, top, right, bottom = strokes.box
    wide, high = max(right - left, 1), max(bottom - top, 1)
    scale = min(_INK_WIDTH / wide, _INK_HEIGHT / high)
    x0 = SEAL_WIDTH - _PADDING - (_INK_WIDTH + wide * scale) / 2
    y0 = (SEAL_HEIGHT + high * scale) / 2
    paths = (
        b" ".join(
            b"%.2f %.2f %s" % (
                x0 + (point.x - left) * scale,
                y0 - (point.y - top) * scale,
                b"l" if place else b"m",
            )
            for place, point in enumerate((*stroke, stroke[-1]))
        )
        for stroke in strokes.strokes
    )  # fmt: skip
    return b"%s RG %.2f w 1 J 1 j\n%s\nS" % (_BLUE, _INK_LINE, b"\n".join(paths))


def _frame() -> bytes:
    """A rounded rectangle, drawn wholly inside the form's box."""
    x0 = y0 = _BORDER / 2
    x1, y1 = SEAL_WIDTH - _BORDER / 2, SEAL_HEIGHT - _BORDER / 2
    r, k = _CORNER, _CORNER * (1 - _CURVE)
    path = (
        f"{x0 + r:.2f} {y0:.2f} m {x1 - r:.2f} {y0:.2f} l "
        f"{x1 - k:.2f} {y0:.2f} {x1:.2f} {y0 + k:.2f} {x1:.2f} {y0 + r:.2f} c "
        f"{x1:.2f} {y1 - r:.2f} l "
        f"{x1:.2f} {y1 - k:.2f} {x1 - k:.2f} {y1:.2f} {x1 - r:.2f} {y1:.2f} c "
        f"{x0 + r:.2f} {y1:.2f} l "
        f"{x0 + k:.2f} {y1:.2f} {x0:.2f} {y1 - k:.2f} {x0:.2f} {y1 - r:.2f} c "
        f"{x0:.2f} {y0 + r:.2f} l "
        f"{x0:.2f} {y0 + k:.2f} {x0 + k:.2f} {y0:.2f} {x0 + r:.2f} {y0:.2f} c s"
    )
    return b"%s RG %.2f w %s" % (_BLUE, _BORDER, path.encode("ascii"))
