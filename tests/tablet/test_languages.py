"""Switching the language of the tablet costs nobody what he had begun."""

import pytest
from playwright.sync_api import expect

from tests.tablet.conftest import Opened

_QUANTITY = '[data-pointer="/documents/0/values/works/0/quantity"]'
_NAME = '[data-pointer="/documents/0/values/services/0/name"]'


@pytest.mark.usefixtures("visit")
def test_what_is_wrong_is_said_in_the_other_language(opened: Opened) -> None:
    """At the same fields."""
    tablet = opened("ru")
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    page.fill(f"{_NAME} input", "")
    tablet.tap("#preview")
    expect(page.locator(f"{_NAME} .error")).to_have_text("Заполните")

    tablet.speak("kk")

    expect(page.locator(f"{_NAME} .error")).to_have_text("Толтырыңыз")
    expect(page.locator(".bar .error")).to_contain_text("Түзету қажет: 1")


@pytest.mark.usefixtures("visit")
def test_what_was_mended_is_not_marked_again(opened: Opened) -> None:
    """What is still wrong stays marked meanwhile, also when a row comes."""
    tablet = opened("ru")
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    page.fill(f"{_NAME} input", "")
    page.fill(f"{_QUANTITY} input", "много")
    tablet.tap("#preview")
    expect(page.locator(f"{_QUANTITY} .error")).to_have_count(1)
    page.fill(f"{_QUANTITY} input", "2")

    page.locator('[data-pointer="/documents/0/values/works"] > .tools button').click()
    tablet.speak("kk")

    expect(page.locator(f"{_NAME} .error")).to_have_count(1)
    expect(page.locator(f"{_QUANTITY} .error")).to_have_count(0)


@pytest.mark.usefixtures("visit")
def test_a_subscriber_goes_on_where_he_was(opened: Opened) -> None:
    """Signing by hand, with his strokes, his reason to decline and his place on the page."""
    tablet = opened("ru")
    page = tablet.page
    tablet.sign_in()
    tablet.hand_over()
    tablet.tap(".switch button >> nth=1")
    page.click(".decline summary")
    page.fill(".decline textarea", "Цена другая")
    page.locator("canvas.pad").scroll_into_view_if_needed()
    box = page.locator("canvas.pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 50 + 10 * step, box["y"] + 50 + 5 * step)
    page.mouse.up()
    at = page.evaluate("scrollY")

    tablet.speak("kk")

    expect(page.locator(".switch [aria-pressed=true]")).to_have_text("Өз қолымен")
    expect(page.locator(".decline textarea")).to_have_value("Цена другая")
    expect(page.locator(".decline textarea")).to_be_visible()
    expect(page.locator("canvas + .tools .main")).to_be_enabled()
    assert abs(page.evaluate("scrollY") - at) < 100


@pytest.mark.usefixtures("visit")
def test_what_was_typed_and_not_yet_sent_stays(opened: Opened) -> None:
    """Who signs in, the PIN of a tablet, and a visit that nobody has planned."""
    tablet = opened("ru")
    page = tablet.page
    page.fill("[name=login]", tablet.login)
    tablet.speak("kk")
    expect(page.locator("[name=login]")).to_have_value(tablet.login)
    tablet.sign_in()
    page.click(".top a.button")
    page.fill("[name=order]", "1-7")
    page.fill("[name=account]", "75")
    page.select_option("[name=kind]", "equipment_return")

    tablet.speak("ru")

    expect(page.locator("[name=order]")).to_have_value("1-7")
    expect(page.locator("[name=account]")).to_have_value("75")
    expect(page.locator("[name=kind]")).to_have_value("equipment_return")
    page.click("form .tools a")
    tablet.tap(".visits a.card")
    tablet.tap("#preview")
    page.fill(".pin input", "4711")
    tablet.speak("kk")
    expect(page.locator(".pin input")).to_have_value("4711")
