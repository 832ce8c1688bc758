"""Every screen by the rules of WCAG 2.2 AA: by a link, and in the example portal's own page."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Frame, Page, expect

from tests.api.watch import PERSON
from tests.browser.conftest import PHONE, Site
from tests.browser.staff import AXE

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_TARGET = 48
_SIZES = (PHONE, (800, 1280), (1280, 900))


def _found(page: Page | Frame) -> list[str]:
    page.wait_for_timeout(100)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    told: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(({violations}) => ({violations}))",
        _RULES,
    )
    return [
        f"{each['id']}: {node['html']}" for each in told["violations"] for node in each["nodes"]
    ]


def _small(page: Page | Frame) -> list[str]:
    """Whatever is pressed or typed into, and is lower than a finger."""
    sized: list[list[Any]] = page.evaluate(
        "() => [...document.querySelectorAll('button, input, textarea, summary, a.main')]"
        ".filter((it) => it.offsetParent).map((it) => [it.outerHTML.slice(0, 60), it.offsetHeight])"
    )
    return [html for html, height in sized if height < _TARGET]


@pytest.mark.parametrize(("language", "scheme"), [("kk", "light"), ("ru", "dark")])
def test_every_screen_is_accessible(
    chromium: Browser, site: Site, language: str, scheme: Any
) -> None:
    """From the first to the last, with an error on it: names, contrast, order, and 48 pixels."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, color_scheme=scheme, bypass_csp=True
    )
    page, found = context.new_page(), []

    def look() -> None:
        found.extend(_found(page) + _small(page))

    address = f"{site.service}/sign/?lang={language}"
    page.goto(f"{address}#{site.ticket(site.here.created(documents=2), 'link')}")
    expect(page.locator("#open")).to_be_visible()
    look()
    page.locator("#open").click()
    page.locator("#iin-end").fill("0000")
    page.locator("#iin-end").press("Enter")
    expect(page.locator("#proof-error")).not_to_be_empty()
    look()
    page.locator("#iin-end").fill(PERSON["iin"][-4:])
    page.locator("#iin-end").press("Enter")
    expect(page.locator("#papers figure img").first).to_be_visible()
    page.locator(".decline summary").press("Enter")
    look()
    page.locator("#send").click()
    expect(page.locator("#code")).to_be_focused()
    page.locator("#code").fill("999999")
    expect(page.locator("#act-error")).not_to_be_empty()
    look()
    page.locator("#code").fill(site.code())
    expect(page.locator("#files button").first).to_be_visible()
    look()
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator("#over-title")).not_to_be_empty()
    look()

    assert found == []


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_portal_and_the_frame_in_it_are_accessible(
    chromium: Browser, site: Site, cabinet: Flask, language: str
) -> None:
    """Each of its pages, each screen inside, on a phone, a tablet and a desk; nothing is cut."""
    del cabinet
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    found: list[str] = []

    def look(*places: Page | Frame) -> None:
        for width, height in _SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for place in places:
                found.extend(f"{width}: {each}" for each in _found(place) + _small(place))
                if place.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    found.append(f"{width}: {place.url} is wider than its window")

    page.goto(f"{site.portal}/?lang={language}")
    look(page)
    page.locator("button").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("#open")).to_be_visible()
    (inside,) = (each for each in page.frames if each.url.startswith(f"{site.service}/sign/"))
    look(page, inside)
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()
    frame.locator(".decline summary").press("Enter")
    look(inside)
    frame.locator("#send").click()
    frame.locator("#code").fill("999999")
    expect(frame.locator("#act-error")).not_to_be_empty()
    look(inside)
    frame.locator("#code").fill("123456")
    expect(frame.locator("#files button")).to_be_visible()
    look(page, inside)
    context.close()

    assert found == []
