"""Signing by hand on the tablet: what is drawn stays what was drawn."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.tablet.conftest import Opened, Tablet


@pytest.fixture
def drawing(opened: Opened, visit: object) -> Tablet:  # noqa: ARG001
    """A tablet before a subscriber who signs by hand."""
    tablet = opened(width=820, height=1180)
    tablet.sign_in()
    tablet.hand_over()
    tablet.tap(".switch button >> nth=1")
    return tablet


def _draw(page: Page, points: int, *, left: float = 0.2) -> None:
    """A stroke of so many points, placed by shares of the field."""
    page.locator("canvas.pad").scroll_into_view_if_needed()
    box = page.locator("canvas.pad").bounding_box()
    assert box is not None
    for step in range(points):
        x = box["x"] + box["width"] * (left + 0.02 * step)
        y = box["y"] + box["height"] * (0.3 + 0.1 * (step % 4))
        page.mouse.move(x, y)
        if step == 0:
            page.mouse.down()
    page.mouse.up()


def _ink(page: Page) -> int:
    """How much of the field is inked."""
    found: int = page.evaluate(
        """() => { const it = document.querySelector("canvas.pad");
        const { data } = it.getContext("2d").getImageData(0, 0, it.width, it.height);
        return data.filter((each, at) => at % 4 === 3 && each > 0).length; }"""
    )
    return found


def _signed(page: Page) -> dict[str, Any]:
    """What the service is told when it is signed."""
    with page.expect_request("**/handwritten") as asked:
        page.click("canvas + .tools .main")
    request: Request = asked.value
    page.wait_for_selector("[data-state=sealed]")
    told: dict[str, Any] = json.loads(request.post_data or "{}")
    return told


def test_fewer_points_than_a_signature_has_cannot_be_signed(drawing: Tablet) -> None:
    """A dot is none: the service would refuse it."""
    page = drawing.page
    go = page.locator("canvas + .tools .main")
    _draw(page, 1)
    expect(go).to_be_disabled()
    _draw(page, 6)
    expect(go).to_be_disabled()

    _draw(page, 12)

    expect(go).to_be_enabled()
    drawing.look()


def test_a_signature_outlives_the_turning_of_the_tablet(drawing: Tablet) -> None:
    """Its points are of one field, whatever the size at which each of them was drawn."""
    page = drawing.page
    _draw(page, 10, left=0.2)
    before = _ink(page)

    page.set_viewport_size({"width": 390, "height": 844})
    assert _ink(page) == before
    _draw(page, 10, left=0.6)
    told = _signed(page)

    first, second = told["strokes"]
    width, height = told["canvas"]["width"], told["canvas"]["height"]
    for stroke, left in ((first, 0.2), (second, 0.6)):
        assert abs(stroke[0]["x"] / width - left) < 0.02
        assert abs(stroke[0]["y"] / height - 0.3) < 0.02


def test_a_stroke_that_leaves_the_field_ends_at_its_edge(drawing: Tablet) -> None:
    """And is signed by, instead of being refused afterwards."""
    page = drawing.page
    _draw(page, 20, left=0.75)

    told = _signed(page)

    assert max(point["x"] for point in told["strokes"][0]) == told["canvas"]["width"]
