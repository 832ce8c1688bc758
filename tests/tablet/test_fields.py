"""The fields of a visit: groups that come and go, where the focus is, and a number to verify."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from docgen.texts import dates
from tests.api.portal import Portal
from tests.api.test_visits import VISITS, planned
from tests.browser.waiting import comes_true
from tests.tablet.conftest import Opened, Tablet

_EQUIPMENT = '[data-pointer="/documents/0/values/equipment"]'
_VERIFICATION = '[data-pointer="/subscriber/phone_verification"]'
_FOCUSED = (
    "pointer => document.activeElement.closest('[data-pointer]')?.dataset.pointer === pointer"
)


@pytest.fixture
def unverified(opened: Opened, world: Portal) -> Tablet:
    """A tablet that was refused a document: nobody has verified the subscriber's number."""
    body = planned(planned_on=dates.local_day(datetime.now(UTC)).isoformat())
    del body["subscriber"]["phone_verification"]
    assert world.program.post(VISITS, body).status_code == 201
    tablet = opened()
    tablet.sign_in()
    tablet.tap(".visits a.card")
    tablet.tap("#preview")
    tablet.page.wait_for_selector("dialog")
    return tablet


def test_a_verification_that_was_put_off_is_offered_at_its_error(unverified: Tablet) -> None:
    """The button under the error verifies, and the document follows."""
    page = unverified.page
    page.get_by_role("button", name="Назад").last.click()
    expect(page.locator(f"{_VERIFICATION} .error")).to_be_visible()
    unverified.look()
    page.get_by_role("button", name="Верифицировать SMS-кодом").click()
    page.click("dialog .main")
    page.wait_for_selector("dialog input.code", state="visible")

    page.fill("dialog input.code", unverified.code)

    page.wait_for_selector(".sheet img")


def test_the_way_of_verifying_comes_back_though_more_is_wrong(unverified: Tablet) -> None:
    """Beside other errors the dialog does not come by itself: the button brings it."""
    page = unverified.page
    page.get_by_role("button", name="Назад").last.click()
    expect(page.locator(f"{_VERIFICATION} .error")).to_be_visible()
    page.fill(f"{_EQUIPMENT} [data-pointer$='/serial'] input >> nth=0", "")
    unverified.tap("#preview")
    expect(page.locator(f"{_EQUIPMENT} .error")).to_have_count(1)

    page.get_by_role("button", name="Верифицировать SMS-кодом").click()

    expect(page.locator("dialog")).to_be_visible()


def test_enter_does_what_the_button_does(unverified: Tablet) -> None:
    """The form of the dialog goes nowhere, and the console is silent."""
    page = unverified.page
    said: list[str] = []
    page.on("console", lambda it: said.append(it.text) if it.type == "error" else None)
    page.focus("dialog select")

    page.keyboard.press("Enter")
    page.locator("dialog .main").focus()
    page.keyboard.press("Enter")

    page.wait_for_selector("dialog input.code", state="visible")
    page.fill("dialog input.code", "123")
    page.keyboard.press("Enter")
    assert (said, page.url.count("?")) == ([], 0)
    page.fill("dialog input.code", unverified.code)
    page.wait_for_selector(".sheet img")


@pytest.mark.usefixtures("visit")
def test_a_group_that_is_optional_is_taken_away_again(opened: Opened) -> None:
    """With all that was asked for in it; the focus stays where it was."""
    tablet = opened("kk")
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    tablet.tap(".part > summary")
    remove = page.locator(_VERIFICATION).get_by_role("button", name="Жою")
    tablet.look()

    remove.click()

    expect(page.locator(f"{_VERIFICATION} select")).to_have_count(0)
    expect(page.locator(f"{_VERIFICATION} button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"{_VERIFICATION} select").first).to_be_focused()


@pytest.mark.usefixtures("visit")
def test_the_focus_is_where_the_work_goes_on(opened: Opened) -> None:
    """A new row's first field, a copy's serial number, and after a removal the next one."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    page.locator(f"{_EQUIPMENT} > .row").first.get_by_text("Копия").click()
    comes_true(page, _FOCUSED, "/documents/0/values/equipment/1/serial")
    rows = page.locator(f"{_EQUIPMENT} > .row")
    many = rows.count()

    page.locator(f"{_EQUIPMENT} > .tools button").click()
    assert page.evaluate("document.activeElement.matches('input, select')")
    comes_true(
        page,
        "row => document.activeElement.closest('.row').dataset.pointer === row",
        f"/documents/0/values/equipment/{many}",
    )
    rows.last.get_by_text("Удалить").click()
    comes_true(page, _FOCUSED, f"/documents/0/values/equipment/{many - 1}")
    while rows.count():
        rows.first.get_by_text("Удалить").click()
    expect(page.locator(f"{_EQUIPMENT} > .tools button")).to_be_focused()


@pytest.mark.usefixtures("visit")
def test_nothing_jumps_while_somebody_types(opened: Opened) -> None:
    """The head is one row, whatever is said of what is not yet sent."""
    tablet = opened("kk", 800, 1180)
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    expect(page.locator("#status")).to_have_text("Бәрі сақталды")
    before = page.locator("#head").bounding_box()
    assert before is not None
    assert before["height"] < 70
    page.route("**/draft", lambda _: None)

    page.fill(f"{_EQUIPMENT} [data-pointer$='/serial'] input >> nth=0", "A")

    expect(page.locator("#status")).to_have_text("Жіберілмеген: 1")
    assert page.locator("#head").bounding_box() == before
    page.unroute_all(behavior="ignoreErrors")
