"""A world, its service and a tablet for each test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator
from structlog.testing import capture_logs

from docgen.domain.staff import Role
from docgen.texts import dates
from tests.api.portal import Portal, portal
from tests.api.test_visits import VISITS, planned
from tests.browser.staff import Screen, screens
from tests.browser.standing import Service, standing


@dataclass
class Tablet(Screen):
    """A page in somebody's hands; it counts how often it is touched."""

    taps: int = 0

    def tap(self, what: str | Locator) -> None:
        """Touch it."""
        self.taps += 1
        (self.page.locator(what) if isinstance(what, str) else what).click()

    def sign_in(self) -> None:
        """From the sign-in page to the list of visits."""
        super().sign_in()
        self.page.wait_for_selector("[data-view=visits] .visits[aria-busy]", state="detached")

    def hand_over(self) -> None:
        """From the list of visits into the subscriber's hands, by way of the first visit."""
        self.tap(".visits a.card")
        self.tap("#preview")
        self.tap("#hand-over")
        self.page.wait_for_selector("#send")

    def take_back(self) -> None:
        """Out of the subscriber's hands, by the password."""
        self.tap("#take-back")
        self.page.fill("dialog input", self.password)
        self.tap("dialog [type=submit]")
        self.page.wait_for_selector("[data-view=visits]")

    def speak(self, language: str) -> None:
        """Switch the page to it."""
        box = self.page.locator(f".languages [lang={language}]").bounding_box()
        assert box is not None
        # As a finger does it: playwright's own clicking scrolls beforehand.
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.wait_for_selector(f"html[lang={language}]")

    @property
    def wrong_code(self) -> str:
        """One that was not sent."""
        return f"{(int(self.code) + 1) % 1_000_000:06}"

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
    with standing(world) as started:
        yield started


Opened = Callable[..., Tablet]


@pytest.fixture
def opened(chromium: Browser, world: Portal, service: Service) -> Iterator[Opened]:
    """Opens tablets, each with somebody's account and a browser of its own."""
    with screens(world, service) as all_of_them:

        def tablet(
            language: str = "ru", width: int = 800, height: int = 1280, *,
            browser: Browser = chromium, role: Role = Role.TECHNICIAN,
        ) -> Tablet:  # fmt: skip
            return all_of_them.open(
                Tablet, browser, "/field/", role=role, locale=language, has_touch=True,
                viewport={"width": width, "height": height},
            )  # fmt: skip

        yield tablet


@pytest.fixture
def visit(world: Portal) -> dict[str, Any]:
    """Planned for today, with all that an envelope wants."""
    today = dates.local_day(datetime.now(UTC)).isoformat()
    answer = replace(world.program).post(VISITS, planned(planned_on=today))
    told: dict[str, Any] = answer.get_json()
    return told
