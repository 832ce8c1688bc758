"""A world and three origins for each test, the example portal, and a phone to look at them."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect
from structlog.testing import capture_logs

from docgen.domain.caller import NOT_OF_TESTS, Scope
from tests.api.portal import Portal, portal
from tests.api.program import ENVELOPES
from tests.browser.serving import Now, page, served, service
from tests.browser.waiting import comes_true

EXAMPLE = Path(__file__).parents[2] / "examples" / "portal"
HOOK_SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
PHONE = (390, 844)
expect.set_options(timeout=20_000)
EMBEDDING = """<!doctype html><html lang="kk"><meta charset="utf-8"><title>Portal</title>
<meta name="viewport" content="width=device-width"><body style="margin:1rem">
<script>window.told = []; window.raw = [];
addEventListener("message", (event) => raw.push(event.data));</script>
<script type="module" src="{service}/embed.js"></script>
<qoltanba-sign {attributes}></qoltanba-sign>
<script>for (const type of ["ready", "resized", "document-viewed", "code-sent", "code-failed",
  "signed", "sealed", "declined", "expired", "session-expiring", "error"])
  document.querySelector("qoltanba-sign").addEventListener(type, (it) => told.push(it.detail));
</script></body></html>"""


@dataclass
class Site:
    """The service, a portal and a hostile page, each of an origin of its own."""

    here: Portal
    now: Now
    service: str = ""
    portal: str = ""
    hostile: str = ""
    shown: dict[str, str] = field(default_factory=lambda: {"portal": "", "hostile": ""})
    headers: dict[str, str] = field(default_factory=dict)
    """With which the portal sends its page."""

    def ticket(self, envelope_id: str, kind: str = "embed", *, origin: str = "") -> str:
        """A ticket of the portal's, or of a program whose page is elsewhere."""
        self.now.set()
        program = self.here.issued(client="cabinet", origins=(origin or self.portal,))
        answer = program.post(f"{ENVELOPES}/{envelope_id}/tickets", {"kind": kind})
        return str(answer.get_json()["ticket"])

    def embedding(self, ticket: str, *, at: str = "portal", **attributes: str) -> str:
        """Have a page embed it; its address."""
        given = " ".join(f'{name}="{value}"' for name, value in attributes.items())
        self.shown[at] = EMBEDDING.format(
            service=self.service, attributes=f'ticket="{ticket}" {given}'
        )
        return f"{self.portal if at == 'portal' else self.hostile}/"

    def code(self) -> str:
        """The one that was sent last."""
        return self.here.world.chance.given[-1]


def framed(page: Page, address: str) -> FrameLocator:
    """The signing in the page at that address."""
    page.goto(address)
    return page.frame_locator("iframe")


def opened(page: Page, address: str) -> FrameLocator:
    """The signing in the page at that address, its papers shown."""
    frame = framed(page, address)
    frame.locator("#open").click()
    expect(frame.locator("#papers figure img").first).to_be_visible()
    return frame


def told(page: Page, kind: str) -> list[dict[str, Any]]:
    """Events of that kind that the portal heard, once there is one."""
    comes_true(page, "kind => told.some((each) => each.type === kind)", kind)
    found: list[dict[str, Any]] = page.evaluate("kind => told.filter((e) => e.type === kind)", kind)
    return found


@pytest.fixture
def site(sqlite_url: str, redis_url: str) -> Iterator[Site]:
    """Three origins; `localhost` and `127.0.0.1` are two sites to a browser."""
    with capture_logs(), portal(sqlite_url, redis_url) as here, ExitStack() as stack:
        now = Now(here)
        now.set()
        built = Site(here, now)
        built.service = f"http://localhost:{stack.enter_context(served(service(here, now)))}"
        for name in ("portal", "hostile"):
            sent_with = built.headers if name == "portal" else {}
            app = page(lambda name=name: built.shown[name], sent_with)  # type: ignore[misc]
            setattr(built, name, f"http://127.0.0.1:{stack.enter_context(served(app))}")
        yield built


@pytest.fixture
def cabinet(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The example portal; its address takes the place of the one that other tests have."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    apps: list[Flask] = []
    with served(lambda environ, start: apps[0](environ, start)) as port:  # noqa: PLW0108
        site.portal = f"http://127.0.0.1:{port}"
        key = site.here.issued(
            client="cabinet",
            origins=(site.portal,),
            is_test=True,
            scopes=frozenset(Scope) - NOT_OF_TESTS,
        ).key
        service = import_module("qoltanba").Qoltanba(url=site.service, key=key)
        apps.append(import_module("portal").create_app(service, webhook_secret=HOOK_SECRET))
        yield apps[0]


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page on a phone, whose console must stay silent."""
    context = chromium.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]},
        device_scale_factor=2,
        has_touch=True,
        locale="kk",
    )
    yield from _watched(context)


def _watched(context: BrowserContext) -> Iterator[Page]:
    context.set_default_timeout(15_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []
