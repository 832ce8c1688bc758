"""A world, its service and a desk in the office for each test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser
from structlog.testing import capture_logs

from docgen.domain.staff import Role
from tests.api.packing import TODAY
from tests.api.portal import Portal, portal
from tests.browser.staff import Screen, screens
from tests.browser.standing import Service, standing


@dataclass
class Desk(Screen):
    """A page before somebody of the office."""

    def go(self, path: str) -> None:
        """To another page."""
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
    with standing(world) as started:
        yield started


Seated = Callable[..., Desk]


@pytest.fixture
def seated(chromium: Browser, world: Portal, service: Service) -> Iterator[Seated]:
    """Desks, each with an account of its own and a browser of its own."""
    with screens(world, service) as all_of_them:

        def desk(
            role: Role = Role.COLLECTOR, language: str = "ru", width: int = 1280, height: int = 800
        ) -> Desk:
            return all_of_them.open(
                Desk, chromium, "/office/packs", role=role, locale=language, accept_downloads=True,
                viewport={"width": width, "height": height},
            )  # fmt: skip

        yield desk
