"""Every screen of the signing page by the rules of WCAG 2.2 AA, light and dark, kk and ru."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.watch import PERSON
from tests.browser.conftest import Site
from tests.browser.staff import AXE

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_TARGET = 48


def _found(page: Page) -> list[str]:
    page.wait_for_timeout(100)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(({violations}) => ({violations}))",
        _RULES,
    )
    return [
        f"{each['id']}: {node['html']}" for each in told["violations"] for node in each["nodes"]
    ]


def _small(page: Page) -> list[str]:
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
