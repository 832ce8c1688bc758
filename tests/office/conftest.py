"""A world, its service and a desk in the office for each test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from structlog.testing import capture_logs

from docgen.domain.staff import Role
from tests.api.packing import TODAY
from tests.api.people import hired
from tests.api.portal import Portal, portal
from tests.tablet.conftest import barriers
from tests.tablet.serving import Service

_AXE = Path(__file__).parents[1] / "services" / "axe" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Desk:
    """A page before somebody of the office."""

    page: Page
    here: Portal
    login: str
    password: str
    errors: list[str] = field(default_factory=list)

    def sign_in(self) -> None:
        """From the sign-in page to whatever he may see."""
        self.page.fill("[name=login]", self.login)
        self.page.fill("[name=password]", self.password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector("#main:not([data-view=sign-in])")

    def look(self) -> None:
        """The page as it is now keeps nobody out, and nothing of it sticks out."""
        assert barriers(self.page) == []

    def go(self, path: str) -> None:
        """To another page, and wait until it is there."""
        self.page.evaluate("(path) => { location.hash = path; }", path)


@pytest.fixture
def world(sqlite_url: str, redis_url: str) -> Iterator[Portal]:
    """The installation, on the day of the sample's case; nobody hears of work."""
    with capture_logs(), portal(sqlite_url, redis_url) as here:
        here.world.clock.moment = TODAY
        here.worker.away = True
        yield here


@pytest.fixture
def service(world: Portal) -> Iterator[Service]:
    """It answers."""
    started = Service(world)
    started.start()
    yield started
    started.stop()


Seated = Callable[..., Desk]


@pytest.fixture
def seated(chromium: Browser, world: Portal, service: Service) -> Iterator[Seated]:
    """Desks, each with an account of its own and a browser of its own."""
    contexts: list[BrowserContext] = []
    desks: list[Desk] = []

    def desk(
        role: Role = Role.COLLECTOR, language: str = "ru", width: int = 1280, height: int = 800
    ) -> Desk:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, locale=language, accept_downloads=True
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.add_init_script(path=_AXE)
        page = context.new_page()
        region = "ALA" if role is Role.TECHNICIAN else None
        login, password = hired(world.world, role, region=region)
        made = Desk(page, world, login, password)
        page.on("pageerror", lambda error: made.errors.append(str(error)))
        page.goto(f"{service.url}/office/packs")
        page.wait_for_selector("form.card")
        desks.append(made)
        return made

    yield desk
    for context in contexts:
        context.close()
    assert [error for each in desks for error in each.errors] == []
