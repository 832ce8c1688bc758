"""Pages of the staff before somebody: each with an account and a browser of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Page

from docgen.domain.staff import Role
from tests.api.people import hired
from tests.api.portal import Portal
from tests.browser.standing import Service

AXE = Path(__file__).parents[1] / "services" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
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
class Screen:
    """A page before somebody who has an account."""

    page: Page
    here: Portal
    login: str
    password: str

    def sign_in(self) -> None:
        """From the sign-in page to whatever he may see."""
        self.page.fill("[name=login]", self.login)
        self.page.fill("[name=password]", self.password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector("#main:not([data-view=sign-in])")

    def look(self) -> None:
        """The page as it is now keeps nobody out, and nothing of it sticks out."""
        found = barriers(self.page)
        assert not found, found


S = TypeVar("S", bound=Screen)


@dataclass
class Screens:
    """Opens them; `close` ends their browsers, and none may have met an error of its scripts."""

    here: Portal
    service: Service
    contexts: list[BrowserContext] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, kind: type[S], browser: Browser, path: str, *, role: Role, **given: Any) -> S:
        """The page of that path, as a stranger meets it; `given` is what the browser is like."""
        context = browser.new_context(**given)
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        context.add_init_script(path=AXE)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        region = "ALA" if role is Role.TECHNICIAN else None
        login, password = hired(self.here.world, role, region=region)
        page.goto(f"{self.service.url}{path}")
        page.wait_for_selector("form.card")
        return kind(page, self.here, login, password)

    def close(self) -> None:
        """Let go of all."""
        for each in self.contexts:
            each.close()
        assert not self.errors, self.errors


@contextmanager
def screens(here: Portal, service: Service) -> Iterator[Screens]:
    """For one test."""
    opened = Screens(here, service)
    yield opened
    opened.close()
