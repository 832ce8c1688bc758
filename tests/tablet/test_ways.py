"""Ways through the tablet: back, anew, without a network, and for whom it is not meant."""

import pytest
from playwright.sync_api import expect

from docgen.domain.staff import Role
from tests.api.portal import Portal
from tests.browser.standing import Service
from tests.browser.waiting import comes_true
from tests.tablet.conftest import Opened
from tests.tablet.test_tablet import _FORMS_KEPT

_SURNAME = '[data-pointer="/subscriber/surname"] input'


@pytest.mark.usefixtures("visit")
def test_the_way_back_from_a_document_is_to_its_fields(opened: Opened) -> None:
    """Then to the visits; forward again is the document once more."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    tablet.tap(".visits a.card")
    tablet.tap("#preview")
    page.wait_for_selector("[data-view=preview]")

    page.go_back()
    page.wait_for_selector("[data-view=visit]")
    page.go_forward()
    page.wait_for_selector("[data-view=preview] .sheet img")
    page.get_by_role("button", name="Исправить").click()
    page.wait_for_selector("[data-view=visit]")
    page.go_back()
    page.wait_for_selector("[data-view=visits]")


def test_a_card_tells_at_once_that_its_visit_was_sent(
    opened: Opened, world: Portal, service: Service
) -> None:
    """A visit that was begun without a network; its old name leads to it, too."""
    tablet = opened("kk")
    page = tablet.page
    tablet.sign_in()
    comes_true(page, "navigator.serviceWorker.controller !== null")
    comes_true(page, _FORMS_KEPT, len(list(world.docgen.forms)))
    service.stop()
    page.click(".top a.button")
    page.fill("[name=order]", "1-200000778")
    page.fill("[name=account]", "750000000002")
    page.click("form.card [type=submit]")
    page.fill(_SURNAME, "Сәрсенова")
    old = page.url
    page.click(".bar a.button")
    expect(page.locator(".visits [data-state=unsent]")).to_have_text("Жіберілмеген: 1")

    service.start()

    expect(page.locator(".visits [data-state=unsent]")).to_have_count(0, timeout=20_000)
    expect(page.locator(".visits [data-state=begun]")).to_have_count(1)
    page.goto(old)
    expect(page.locator(_SURNAME)).to_have_value("Сәрсенова")
    assert "new-" not in page.url


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.usefixtures("visit")
def test_after_a_refusal_the_visit_goes_on(opened: Opened, language: str) -> None:
    """The reason is told, and the visit opened anew ends in another document."""
    tablet = opened(language)
    page = tablet.page
    tablet.sign_in()
    tablet.hand_over()
    page.click(".decline summary")
    page.fill(".decline textarea", "Цена другая")
    page.click(".decline .danger")
    page.wait_for_selector("[data-view=done]")
    tablet.look()
    tablet.take_back()
    tablet.tap(".visits a.card")
    expect(page.locator(".finished")).to_contain_text("Цена другая")
    tablet.look()

    page.click(".finished a.button")
    page.wait_for_selector("[data-view=visit]")
    page.click(".part > summary")
    page.fill(_SURNAME, "Бейсенова")
    page.click(".bar a.button")
    expect(page.locator(".visits [data-state=begun]")).to_have_count(1)
    tablet.tap(".visits a.card")
    expect(page.locator(_SURNAME)).to_have_value("Бейсенова")
    tablet.tap("#preview")

    page.wait_for_selector("[data-view=preview] .sheet img")


@pytest.mark.usefixtures("visit")
def test_a_tablet_that_is_reloaded_without_a_network_says_so(
    opened: Opened, service: Service
) -> None:
    """In the subscriber's hands: what is missing, and a way back; the document comes later."""
    tablet = opened()
    page = tablet.page
    tablet.sign_in()
    comes_true(page, "navigator.serviceWorker.controller !== null")
    tablet.hand_over()
    service.stop()

    page.reload()

    expect(page.locator(".wait .error")).to_contain_text("Нет связи")
    tablet.speak("kk")
    expect(page.locator(".wait .error")).to_contain_text("Байланыс жоқ")
    tablet.look()
    page.click("#take-back")
    page.fill("dialog input", tablet.password)
    page.click("dialog [type=submit]")
    expect(page.locator("dialog .error")).to_contain_text("Байланыс жоқ")
    service.start()
    page.wait_for_selector("#send")


@pytest.mark.parametrize(
    ("role", "where"), [(Role.AUDITOR, "/office/"), (Role.ADMINISTRATOR, None)]
)
def test_who_is_no_technician_is_told_so(opened: Opened, role: Role, where: str | None) -> None:
    """In his own words, with the way to where his work is."""
    tablet = opened("kk", role=role)
    page = tablet.page
    page.fill("[name=login]", tablet.login)
    page.fill("[name=password]", tablet.password)
    page.click("button[type=submit]")

    expect(page.locator("[data-view=stranger] h1")).to_have_text("Планшет техниктерге арналған")
    assert "visits:work" not in page.locator("main").inner_text()
    links = page.locator("main a")
    assert [each.get_attribute("href") for each in links.all()] == ([where] if where else [])
    tablet.look()
