"""A signature by hand: lines drawn on a screen, as they are kept, checked and drawn again.

Canonical JSON knows no fractions: coordinates are kept in hundredths of a pixel, pressure in
thousandths, times in milliseconds from the first point on.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from docgen.domain.canonical import canonical_json
from docgen.domain.errors import FieldError

FORMAT: Final = "qoltanba-strokes/1"
PIXEL: Final = 100
"""Units of a coordinate in a pixel of the canvas."""
FEWEST_POINTS: Final = 8
MOST_POINTS: Final = 5000
MOST_STROKES: Final = 200
LONGEST_MS: Final = 300_000
SMALLEST_SHARE: Final = 20
"""The ink is at least this part of the canvas wide or high: a dot is no signature."""


class Tool(StrEnum):
    """By what it was drawn."""

    PEN = "pen"
    FINGER = "finger"
    MOUSE = "mouse"


@dataclass(frozen=True, kw_only=True)
class Point:
    """Where the tip was, and when; `pressure` is None where the screen does not feel it."""

    x: int
    y: int
    t: int
    pressure: int | None = None


Stroke = tuple[Point, ...]
"""From where the tip touched to where it left; y grows downwards."""


@dataclass(frozen=True, kw_only=True)
class Strokes:
    """A signature as it was drawn on a canvas of so many pixels."""

    width: int
    height: int
    tool: Tool
    strokes: tuple[Stroke, ...]

    @property
    def points(self) -> int:
        """How many there are in all strokes."""
        return sum(map(len, self.strokes))

    @property
    def lasted_ms(self) -> int:
        """From the first touch to the last, in milliseconds."""
        times = [point.t for stroke in self.strokes for point in stroke]
        return max(times, default=0) - min(times, default=0)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the ink, in hundredths of a pixel."""
        points = [point for stroke in self.strokes for point in stroke]
        xs, ys = [point.x for point in points], [point.y for point in points]
        return min(xs), min(ys), max(xs), max(ys)

    def content(self) -> bytes:
        """As it is kept and hashed: canonical JSON, a point being [x, y, t] or [x, y, t, p]."""
        return canonical_json(
            {
                "format": FORMAT,
                "canvas": {"width": self.width, "height": self.height},
                "tool": self.tool.value,
                "strokes": [[_listed(point) for point in stroke] for stroke in self.strokes],
            }
        )

    @classmethod
    def read(cls, content: bytes) -> Self:
        """What `content` wrote; raises ValueError for anything else."""
        try:
            read = cls._of(json.loads(content))
        except (ValueError, TypeError, KeyError, RecursionError):
            raise ValueError("no strokes of ours") from None
        if read.content() != content or next(findings(read), None) is not None:
            raise ValueError("no strokes of ours")
        return read

    @classmethod
    def _of(cls, stated: Mapping[str, Any]) -> Self:
        width, height = stated["canvas"]["width"], stated["canvas"]["height"]
        if type(width) is not int or type(height) is not int:
            raise ValueError("no whole number")
        return cls(
            width=width,
            height=height,
            tool=Tool(stated["tool"]),
            strokes=tuple(tuple(_point(*each) for each in stroke) for stroke in stated["strokes"]),
        )


def findings(drawn: Strokes) -> Iterator[FieldError]:
    """Why this is no signature, each kind of fault once, at its first place."""
    if drawn.points < FEWEST_POINTS or not all(drawn.strokes):
        yield FieldError("/strokes", "points_too_few", (("limit", str(FEWEST_POINTS)),))
        return
    if drawn.points > MOST_POINTS or len(drawn.strokes) > MOST_STROKES:
        yield too_many()
        return
    yield from _outside(drawn)
    yield from _not_rising(drawn)
    left, top, right, bottom = drawn.box
    wide, high = (right - left) * SMALLEST_SHARE, (bottom - top) * SMALLEST_SHARE
    if wide < drawn.width * PIXEL and high < drawn.height * PIXEL:
        yield FieldError("/strokes", "strokes_too_small")


def too_many() -> FieldError:
    """More than any signature has."""
    limits = (("limit", str(MOST_POINTS)), ("strokes", str(MOST_STROKES)))
    return FieldError("/strokes", "points_too_many", limits)


def _outside(drawn: Strokes) -> Iterator[FieldError]:
    right, bottom = drawn.width * PIXEL, drawn.height * PIXEL
    for place, point in _places(drawn):
        if not (0 <= point.x <= right and 0 <= point.y <= bottom):
            yield FieldError(place, "point_outside")
            return


def _not_rising(drawn: Strokes) -> Iterator[FieldError]:
    """Two points of one moment may be: screens report several at once."""
    before = 0
    for place, point in _places(drawn):
        if point.t < before:
            yield FieldError(place, "times_not_rising")
            return
        before = point.t
    if drawn.lasted_ms == 0:
        yield FieldError("/strokes", "times_not_rising")
    elif before > LONGEST_MS:
        yield FieldError("/strokes", "drawn_too_long", (("limit", str(LONGEST_MS // 60_000)),))


def _places(drawn: Strokes) -> Iterator[tuple[str, Point]]:
    for number, stroke in enumerate(drawn.strokes):
        for place, point in enumerate(stroke):
            yield f"/strokes/{number}/{place}", point


def _listed(point: Point) -> list[int]:
    where = [point.x, point.y, point.t]
    return where if point.pressure is None else [*where, point.pressure]


def _point(x: object, y: object, t: object, pressure: object = None) -> Point:
    numbers = (x, y, t) if pressure is None else (x, y, t, pressure)
    if not all(type(number) is int for number in numbers):
        raise ValueError("no whole number")
    return Point(x=x, y=y, t=t, pressure=pressure)  # type: ignore[arg-type]
