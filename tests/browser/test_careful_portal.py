"""A portal that lets in nothing it does not name, and a reader whose browser keeps nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site, told

_PAGE = """<!doctype html><html lang="kk"><meta charset="utf-8"><title>Portal</title>
<script nonce="n-1">window.told = [];</script>
<script type="module" src="{service}/embed.js"></script>
<qoltanba-sign ticket="{ticket}" language="kk"></qoltanba-sign>
<script nonce="n-1">for (const type of ["signed", "sealed", "error"])
  document.querySelector("qoltanba-sign").addEventListener(type, (it) => told.push(it.detail));
</script></html>"""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'nonce-n-1' {service}/embed.js; frame-src {service}/sign/; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; "
        "sandbox allow-scripts allow-same-origin allow-forms allow-downloads"
    ),
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": 'camera=(), geolocation=(), otp-credentials=(self "{service}")',
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
"""What docs/portal.md says a page needs at least, and everything else forbidden."""


@pytest.fixture
def keeping_nothing(chromium: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """All cookies and with them all storage forbidden by the reader's own settings; no cache."""
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    preferences.write_text(json.dumps(settings), encoding="utf-8")
    context = chromium.browser_type.launch_persistent_context(
        tmp_path, executable_path="/usr/bin/chromium", args=["--no-sandbox"]
    )
    # Whoever looks at requests gets none of them out of a cache.
    context.route("**/*", lambda route: route.continue_())
    yield context
    context.close()


def test_signing_works_under_a_strict_policy_and_with_nothing_kept(
    keeping_nothing: BrowserContext, site: Site
) -> None:
    """To the download of the sealed file; the page that shows it is isolated and sandboxed."""
    page, said = keeping_nothing.new_page(), []
    page.on("console", lambda it: said.append(it.text) if it.type == "error" else None)
    envelope_id = site.here.created()
    ticket = site.ticket(envelope_id)
    site.shown["portal"] = _PAGE.format(service=site.service, ticket=ticket)
    site.headers |= {name: value.format(service=site.service) for name, value in _HEADERS.items()}

    page.goto(f"{site.portal}/")
    frame = page.frame_locator("iframe")
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img")).to_be_visible()
    assert page.evaluate("crossOriginIsolated")
    assert _storage(page) == ["SecurityError"] * 2
    frame.locator("#send").click()
    expect(frame.locator("#code")).to_be_focused()
    frame.locator("#code").fill(site.code())
    expect(frame.locator("#files button")).to_be_visible()
    assert [told(page, each)[0]["type"] for each in ("signed", "sealed")] == ["signed", "sealed"]
    with page.expect_download() as found:
        frame.locator("#files button").click()

    document = site.here.world.envelope(envelope_id).documents[0]
    assert found.value.suggested_filename == f"{document.number}.pdf"
    assert said == []


def _storage(page: Page) -> list[str]:
    """What the frame gets that asks for its storage."""
    child = next(each for each in page.frames if "/sign/" in each.url)
    names: list[str] = child.evaluate(
        "() => ['localStorage', 'sessionStorage'].map((name) => {"
        "try { return String(window[name]); } catch (refused) { return refused.name; } })"
    )
    return names


def test_the_frame_can_neither_leave_nor_open_anything(phone: Page, site: Site) -> None:
    """It has what signing and downloading need, and no more."""
    phone.goto(site.embedding(site.ticket(site.here.created())))
    told(phone, "ready")

    frame = phone.locator("iframe")
    allowed = (frame.get_attribute("sandbox") or "").split()
    assert allowed == ["allow-scripts", "allow-same-origin", "allow-forms", "allow-downloads"]
    assert frame.get_attribute("referrerpolicy") == "no-referrer"
    child = phone.frames[1]
    assert child.evaluate("open('about:blank')") is None
    assert child.evaluate("document.referrer") == ""
