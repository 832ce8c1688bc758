"""A world, its service and a tablet for each test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from structlog.testing import capture_logs

from docgen.texts import dates
from tests.api.people import hired
from tests.api.portal import Portal, portal
from tests.api.test_visits import VISITS, planned
from tests.tablet.serving import Service

_AXE = Path(__file__).parents[1] / "services" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
_SMALL = """() => [...document.querySelectorAll("button, input, select, a.button, a.card, summary")]
  .filter((each) => each.checkVisibility() && !each.disabled && each.type !== "checkbox")
  .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
  .filter(([, box]) => box.height < 47.5 || box.width < 47.5).map(([html]) => html)"""


def barriers(page: Page) -> list[str]:
    """What keeps somebody out of a page, sticks out of it, or is too small for a finger."""
    found: list[str] = page.evaluate(
        "async () => (await axe.run()).violations.map((v) => v.id + ' ' + v.nodes[0].html)"
    )
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        found.append("it is wider than the screen")
    small: list[str] = page.evaluate(_SMALL)
    return found + small


@dataclass
class Tablet:
    """A page in somebody's hands; it counts how often it is touched."""

    page: Page
    here: Portal
    login: str
    password: str
    taps: int = 0
    errors: list[str] = field(default_factory=list)

    def tap(self, what: str | Locator) -> None:
        """Touch it."""
        self.taps += 1
        (self.page.locator(what) if isinstance(what, str) else what).click()

    def sign_in(self) -> None:
        """From the sign-in page to the list of visits."""
        self.page.fill("[name=login]", self.login)
        self.page.fill("[name=password]", self.password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector("[data-view=visits] .visits[aria-busy]", state="detached")

    def look(self) -> None:
        """The page as it is now keeps nobody out, and nothing of it sticks out."""
        assert barriers(self.page) == []

    @property
    def code(self) -> str:
        """The one that was sent last."""
        return self.here.world.chance.given[-1]


@pytest.fixture
def world(sqlite_url: str, redis_url: str) -> Iterator[Portal]:
    """The installation, at this very moment."""
    with capture_logs(), portal(sqlite_url, redis_url) as here:
        here.world.clock.moment = datetime.now(UTC)
        yield here


@pytest.fixture
def service(world: Portal) -> Iterator[Service]:
    """It answers."""
    started = Service(world)
    started.start()
    yield started
    started.stop()


Opened = Callable[..., Tablet]


@pytest.fixture
def opened(chromium: Browser, world: Portal, service: Service) -> Iterator[Opened]:
    """Opens tablets, each with somebody's account and a browser of its own."""
    contexts: list[BrowserContext] = []
    tablets: list[Tablet] = []

    def tablet(language: str = "ru", width: int = 800, height: int = 1280) -> Tablet:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, locale=language, has_touch=True
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.add_init_script(path=_AXE)
        page = context.new_page()
        login, password = hired(world.world)
        made = Tablet(page, world, login, password)
        page.on("pageerror", lambda error: made.errors.append(str(error)))
        page.goto(f"{service.url}/field/")
        page.wait_for_selector("form.card")
        tablets.append(made)
        return made

    yield tablet
    for context in contexts:
        context.close()
    assert [error for each in tablets for error in each.errors] == []


@pytest.fixture
def visit(world: Portal) -> dict[str, Any]:
    """Planned for today, with all that an envelope wants."""
    today = dates.local_day(datetime.now(UTC)).isoformat()
    answer = replace(world.program).post(VISITS, planned(planned_on=today))
    told: dict[str, Any] = answer.get_json()
    return told
