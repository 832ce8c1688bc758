"""The office over a slow link, by a keyboard alone, twice as large, and where something fails."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from docgen.domain.pack_states import PackState
from tests.api.packing import case, opened, sealed
from tests.api.portal import Portal
from tests.browser.kindness import SlowLink, tab_to
from tests.office.conftest import Seated

_FIRST_PAGE = 5.0
_MOST_BYTES = 300_000


def test_a_slow_link_is_no_hindrance(
    seated: Seated, record_property: Callable[[str, object], None]
) -> None:
    """The first page within five seconds at 400 kbit/s; a busy machine has twice that."""
    page = seated().page
    link = SlowLink(page)

    begun = time.monotonic()
    page.goto(f"{page.url}?{begun}")
    page.wait_for_selector("form.card [type=submit]")
    taken = time.monotonic() - begun

    record_property("first page", f"{taken:.2f} s, {link.received:.0f} bytes")
    assert link.received < _MOST_BYTES
    assert link.least(rounds=4) < _FIRST_PAGE
    assert taken < 2 * _FIRST_PAGE


def test_a_pack_is_walked_by_a_keyboard_alone(seated: Seated, world: Portal) -> None:
    """From signing in to what the notary did, and the focus is seen on every step."""
    number = opened(world, case(answered=False))["id"]
    desk = seated(language="kk")
    page, keys = desk.page, desk.page.keyboard

    tab_to(page, "[name=login]")
    keys.type(desk.login)
    tab_to(page, "[name=password]")
    keys.type(desk.password)
    keys.press("Enter")
    page.wait_for_selector(".packs .card")
    tab_to(page, 'a[href="#/packs/new"]')
    keys.press("Enter")
    page.wait_for_selector("[data-view=new-case]")
    tab_to(page, "input[type=file]")
    tab_to(page, 'form.case a[href="#/packs"]')
    keys.press("Enter")
    page.wait_for_selector("[data-view=packs]")
    tab_to(page, ".packs .card")
    keys.press("Enter")
    page.wait_for_selector("[data-view=pack]")
    tab_to(page, ".answering [name=reason]")
    keys.type("Есеп журналымен салыстырылды")
    tab_to(page, ".answering [type=submit]")
    keys.press("Enter")
    page.wait_for_selector("#build")
    tab_to(page, "[data-part=calculation] > summary")
    keys.press("Space")
    expect(page.locator("[data-part=calculation]")).to_have_attribute("open", "")
    sealed(world, number)
    page.reload()
    page.wait_for_selector("[name=recipient]")
    tab_to(page, "[name=recipient]")
    keys.type("Әбдірахманова С. Е., № 0004821")
    tab_to(page, "[name=how]")
    keys.type("курьер")
    keys.press("Enter")
    expect(page.locator(".title .state")).to_have_attribute("data-state", "submitted")


def test_twice_as_large_nothing_is_lost(seated: Seated, world: Portal) -> None:
    """At 200 % of a desk's screen, unfolded to the last figure, it fits and keeps nobody out."""
    number = opened(world)["id"]
    desk = seated(language="kk", width=640, height=450)
    desk.sign_in()
    desk.look()
    desk.go(f"#/packs/{number}")
    page = desk.page
    page.wait_for_selector("[data-view=pack]")
    for part in page.locator("details.part:not([data-part^=paper])").all():
        part.evaluate("(it) => { it.open = true; }")

    desk.look()
    page.set_viewport_size({"width": 390, "height": 844})
    desk.look()


def test_an_empty_sign_in_is_said_at_its_fields(seated: Seated) -> None:
    """Both are marked, the first is under the hands; what the interface calls them nobody reads."""
    desk = seated()

    desk.page.click("form.card [type=submit]")

    expect(desk.page.locator(".field .error")).to_have_text(["Заполните", "Заполните"])
    expect(desk.page.locator("[name=login]")).to_be_focused()
    expect(desk.page.locator("form > .error")).to_have_text("Исправьте отмеченные поля")
    desk.look()


def test_what_is_missing_is_said_at_its_field(seated: Seated, world: Portal) -> None:
    """All at once, the first of them under the hands; what is mended is not said again."""
    number = opened(world)["id"]
    sealed(world, number)
    desk = seated()
    desk.sign_in()
    desk.go(f"#/packs/{number}")
    page = desk.page

    page.click(".telling [type=submit]")
    expect(page.locator(".telling .field .error")).to_have_text(["Заполните", "Заполните"])
    expect(page.locator("[name=recipient]")).to_be_focused()
    desk.look()
    page.fill("[name=recipient]", "Әбдірахманова С. Е.")
    page.click(".telling [type=submit]")
    expect(page.locator(".telling .field .error")).to_have_count(1)


def _without_address(given: dict[str, Any]) -> None:
    del given["debtor"]["email"]


def test_what_was_typed_outlives_another_answer(seated: Seated, world: Portal) -> None:
    """Of two warnings one is answered; the reason for the other is still there."""
    number = opened(world, case(_without_address, answered=False))["id"]
    desk = seated()
    desk.sign_in()
    desk.go(f"#/packs/{number}")
    page = desk.page
    expect(page.locator(".answering")).to_have_count(2)

    page.fill(".answering >> nth=1 >> [name=reason]", "Начислено только за дни потребления")
    page.fill(".answering >> nth=0 >> [name=reason]", "Копия уйдёт заказным письмом")
    page.click(".answering >> nth=0 >> [type=submit]")
    expect(page.locator(".answering")).to_have_count(1)

    expect(page.locator(".answering [name=reason]")).to_have_value(
        "Начислено только за дни потребления"
    )


def test_who_comes_second_sees_what_the_first_did(seated: Seated, world: Portal) -> None:
    """Another desk told it before: the pack is shown as it is now, and why nothing was written."""
    number = opened(world)["id"]
    sealed(world, number)
    first, second = seated(), seated()
    for desk in (first, second):
        desk.sign_in()
        desk.go(f"#/packs/{number}")
        desk.page.fill("[name=recipient]", "Әбдірахманова С. Е.")
        desk.page.fill("[name=how]", "курьер")
    first.page.click(".telling [type=submit]")
    expect(first.page.locator(".title .state")).to_have_attribute("data-state", "submitted")
    first.page.select_option("[name=outcome]", PackState.REFUSED)
    first.page.fill("[name=reason]", "Не тот округ")
    first.page.click(".telling [type=submit]")
    expect(first.page.locator(".title .state")).to_have_attribute("data-state", "refused")

    second.page.click(".telling [type=submit]")

    expect(second.page.locator(".title .state")).to_have_attribute("data-state", "refused")
    expect(second.page.locator(".notice")).to_contain_text("нотариус отказал")
    second.look()


def test_a_broken_link_and_an_ended_session_are_said(seated: Seated, world: Portal) -> None:
    """Without a network he tries again; without a session he signs in, wherever he was."""
    opened(world)
    desk = seated()
    page = desk.page
    desk.sign_in()
    page.wait_for_selector(".packs .card")

    page.context.set_offline(True)
    page.click('a[href="#/packs/court"]')
    expect(page.locator("#main .error")).to_contain_text("Нет связи. Ничего не потеряно")
    desk.look()
    page.context.set_offline(False)
    page.click("#main button.main")
    page.wait_for_selector("[data-view=court]")

    page.click(".way a")
    page.wait_for_selector(".packs .card")
    page.context.clear_cookies()
    page.click(".search [type=submit]")
    page.wait_for_selector("[data-view=sign-in]")
    expect(page.locator(".error")).to_contain_text("Сессия закончилась")
    desk.sign_in()
    page.wait_for_selector(".packs .card")
