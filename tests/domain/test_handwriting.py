"""Strokes of a hand: one spelling, strict bounds, clear findings."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.handwriting import (
    LONGEST_MS,
    MOST_POINTS,
    MOST_STROKES,
    PIXEL,
    Point,
    Strokes,
    Tool,
    findings,
)
from tests import hands

_LINE = tuple(Point(x=1000 + 500 * n, y=5000 + 90 * n, t=20 * n) for n in range(12))
_PLACES = st.builds(
    Point,
    x=st.integers(0, 800 * PIXEL),
    y=st.integers(0, 300 * PIXEL),
    t=st.integers(0, LONGEST_MS),
    pressure=st.none() | st.integers(0, 1000),
)
_DRAWN = st.builds(
    Strokes,
    width=st.just(800),
    height=st.just(300),
    tool=st.sampled_from(Tool),
    strokes=st.lists(st.lists(_PLACES, max_size=20).map(tuple), max_size=5).map(tuple),
)


def _codes(drawn: Strokes) -> dict[str, str]:
    return {each.pointer: each.code for each in findings(drawn)}


def _of(*strokes: tuple[Point, ...]) -> Strokes:
    return hands.strokes(strokes=strokes)


def test_a_signature_has_nothing_against_it() -> None:
    """Three strokes, 170 points, 2.4 seconds."""
    drawn = hands.strokes()

    assert _codes(drawn) == {}
    assert (len(drawn.strokes), drawn.points, drawn.lasted_ms) == (3, 170, 2390)


@given(_DRAWN)
def test_what_is_kept_is_read_back_or_was_no_signature(drawn: Strokes) -> None:
    """The same strokes from the same bytes; of what has a finding nothing is read."""
    if _codes(drawn):
        with pytest.raises(ValueError, match="no strokes"):
            Strokes.read(drawn.content())
    else:
        assert Strokes.read(drawn.content()) == drawn


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"\xff", b"[" * 100_000,
        hands.strokes().content() + b" ",
        hands.strokes().content().replace(b'"pen"', b'"brush"'),
        hands.strokes().content().replace(b'"width":800', b'"width":800.0'),
        hands.strokes().content().replace(b"strokes/1", b"strokes/2"),
        hands.strokes().content().replace(b"[12000,", b"[true,", 1),
    ],
)  # fmt: skip
def test_other_bytes_are_no_strokes(content: bytes) -> None:
    """Another spelling would have another hash."""
    with pytest.raises(ValueError, match="no strokes"):
        Strokes.read(content)


def test_too_few_points_are_no_signature() -> None:
    """Nor is an empty stroke among others."""
    assert _codes(_of(_LINE[:7])) == {"/strokes": "points_too_few"}
    assert _codes(_of()) == {"/strokes": "points_too_few"}
    assert _codes(_of(_LINE, ())) == {"/strokes": "points_too_few"}


def test_too_many_points_or_strokes_are_refused() -> None:
    """Nobody writes so much."""
    long = tuple(replace(_LINE[0], x=n % 70_000, t=n) for n in range(MOST_POINTS + 1))

    assert _codes(_of(long)) == {"/strokes": "points_too_many"}
    assert _codes(_of(*[_LINE] * (MOST_STROKES + 1))) == {"/strokes": "points_too_many"}
    assert "points_too_many" not in _codes(_of(long[:-1])).values()


@pytest.mark.parametrize("where", [{"x": -1}, {"x": 80_001}, {"y": -1}, {"y": 30_001}])
def test_a_point_outside_of_the_canvas_is_named(where: dict[str, int]) -> None:
    """The first of them; on the very edge is inside."""
    spoilt = (*_LINE[:5], replace(_LINE[5], **where), *_LINE[6:])

    assert _codes(_of(_LINE, spoilt))["/strokes/1/5"] == "point_outside"
    assert _codes(_of((*_LINE, Point(x=80_000, y=30_000, t=999)))) == {}


def test_times_never_fall() -> None:
    """Two points of one moment may be; a fall, or no time at all, is named."""
    back = (*_LINE[:6], replace(_LINE[6], t=10), *_LINE[7:])
    twice = (*_LINE[:6], replace(_LINE[6], t=_LINE[5].t), *_LINE[7:])
    still = tuple(replace(point, t=0) for point in _LINE)

    assert _codes(_of(back)) == {"/strokes/0/6": "times_not_rising"}
    assert _codes(_of(_LINE, _LINE)) == {"/strokes/1/0": "times_not_rising"}
    assert _codes(_of(still)) == {"/strokes": "times_not_rising"}
    assert _codes(_of(twice)) == {}


def test_a_dot_and_an_endless_signature_are_refused() -> None:
    """Ink on a twentieth of the canvas, within five minutes."""
    dot = tuple(Point(x=1000 + n, y=1000 + n, t=n) for n in range(20))
    late = (*_LINE, replace(_LINE[-1], t=LONGEST_MS + 1))

    assert _codes(_of(dot)) == {"/strokes": "strokes_too_small"}
    assert _codes(_of(late)) == {"/strokes": "drawn_too_long"}
