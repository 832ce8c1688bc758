"""A technician's tablet before a service that is killed at the worst moments, in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from docgen.texts import dates
from docgen.usecases.answer_once import AnswerOnce
from tests.browser.waiting import comes_true
from tests.processes.running import eventually
from tests.service import processes
from tests.service.installation import Installation
from tests.service.visit import SAMPLE, Visit, begun, code_in, envelopes, fresh

_SERIAL = '[data-pointer="/documents/0/values/equipment/0/serial"] input'
_SAVED, _AWAY = "Всё сохранено", "Нет связи"
_PATIENCE = 60_000


@pytest.fixture
def page(chromium: Browser, on_sqlite: Installation) -> Iterator[Page]:
    """A tablet at its sign-in page, whose scripts must not fail."""
    context = chromium.new_context(
        viewport={"width": 800, "height": 1280}, locale="ru", has_touch=True
    )
    context.set_default_timeout(_PATIENCE)
    errors: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"http://localhost:{on_sqlite.port}/field/")
    yield opened
    context.close()
    assert errors == []


@dataclass(frozen=True)
class _Planned:
    """A visit of today, by its id."""

    service: Installation
    id: str

    def shown(self) -> dict[str, Any]:
        told: dict[str, Any] = self.service.ask("GET", f"/v1/visits/{self.id}").told
        return told

    @property
    def serial(self) -> str:
        """As the service has it."""
        return str(self.shown()["documents"][0]["values"]["equipment"][0]["serial"])


def _planned(service: Installation) -> _Planned:
    today = dates.local_day(datetime.now(UTC)).isoformat()
    body = SAMPLE | {"reference": SAMPLE["reference"] | {"region": "ALA"}, "planned_on": today}
    said = service.ask("POST", "/v1/visits", body, key=fresh())
    assert said.status == 201, said.body
    return _Planned(service, said.told["id"])


def _sign_in(page: Page, service: Installation) -> str:
    """By an account of its own; its password."""
    login = fresh()[:12]
    made = service.run(
        "staff", "create", login, "--name", "Сейтқали Ержан Маратұлы", "--role", "technician",
        "--region", "ALA",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    password = made.stdout.strip()
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("form.card [type=submit]")
    comes_true(page, "navigator.serviceWorker.controller !== null")
    page.wait_for_selector(".visits .card")
    return password


@contextmanager
def _lost(page: Page, service: Installation, pattern: str) -> Iterator[None]:
    """Within the block the service takes one request, is killed, and is started at the end."""
    taken: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST" or taken:
            return route.continue_()
        answer = route.fetch()
        assert answer.ok, answer.text()
        taken.append(route.request.url)
        service.kill_web()
        return route.abort()

    page.route(pattern, lose)
    yield
    assert taken
    page.unroute(pattern)
    service.start_web()


def _text(envelope: Visit) -> str:
    """What its document says."""
    (document,) = envelope.shown()["documents"]
    pages = [envelope.service.ask("GET", f"{page}/text") for page in document["links"]["pages"]]
    return "\n".join(line for page in pages for line in page.told["lines"])


def _typed_over_a_kill(page: Page, service: Installation, visit: _Planned) -> None:
    """What he types before, while and after the service dies is on the tablet, and then there."""
    page.goto(f"http://localhost:{service.port}/field/#/visit/{visit.id}")
    serial = page.locator(_SERIAL)
    serial.fill("")
    serial.press_sequentially("BEFORE-")
    service.kill_web()
    serial.press_sequentially("AFTER")
    expect(page.locator("#status")).to_contain_text("Не отправлено: 1", timeout=_PATIENCE)
    service.start_web()
    expect(page.locator("#status")).to_have_text(_SAVED, timeout=_PATIENCE)
    page.reload()
    expect(page.locator(_SERIAL)).to_have_value("BEFORE-AFTER")
    assert visit.serial == "BEFORE-AFTER"


def _previewed_over_a_kill(page: Page, service: Installation) -> None:
    """The service dies over the document that it makes: asked again, it is the same one."""
    before = envelopes(service)
    with processes.frozen_engine(service.engine):
        page.click("#preview")
        assert eventually(lambda: envelopes(service) == before + 1)
        service.kill_web()
        expect(page.locator("p.error").last).to_contain_text(_AWAY, timeout=_PATIENCE)
    service.start_web()
    page.click("#preview")
    service.tables.age_claims(AnswerOnce.lease)
    page.wait_for_selector(".sheet img")


def _signed_over_kills(page: Page, service: Installation) -> None:
    """The answers to the hand-over and to the code are lost: the service took both."""
    with _lost(page, service, "**/v1/session/hand-over"):
        page.click("#hand-over")
        expect(page.locator("p.error").last).to_contain_text(_AWAY, timeout=_PATIENCE)
    page.reload()
    page.click("#send")
    page.wait_for_selector("input.code")
    code = code_in(service.messages()[-1])
    with _lost(page, service, "**/confirmation"):
        page.fill("input.code", code)
        expect(page.locator(".act .error")).to_contain_text(_AWAY, timeout=_PATIENCE)
    page.fill("input.code", code)
    page.wait_for_selector("[data-state=sealed]")


def test_a_visit_outlives_a_service_that_is_killed_at_each_step(
    page: Page, on_sqlite: Installation
) -> None:
    """While he types, previews, hands over and confirms: nothing is lost, and one is sealed."""
    service = on_sqlite
    begun(service)  # The engine must have been started to be held.
    before, sent = envelopes(service), len(service.messages())
    visit = _planned(service)
    password = _sign_in(page, service)

    _typed_over_a_kill(page, service, visit)
    _previewed_over_a_kill(page, service)
    _signed_over_kills(page, service)

    assert envelopes(service) == before + 1
    assert len(service.messages()) == sent + 1
    envelope = Visit(service, visit.shown()["envelope"]["id"])
    envelope.require_sealed_once()
    assert "BEFORE-AFTER" in _text(envelope)
    page.click("#take-back")
    page.fill("dialog input", password)
    page.click("dialog [type=submit]")
    page.wait_for_selector(".visits [data-state=sealed]")
