"""A person changes his own password on the tablet."""

from playwright.sync_api import expect

from tests.tablet.conftest import Opened

_FRESH = "алты бұрышты жұлдыз 7"


def test_a_password_is_changed_and_counts_at_once(opened: Opened) -> None:
    """By the old one alone; what is wrong is said, and the next shift begins by the new one."""
    tablet = opened("kk")
    page = tablet.page
    tablet.sign_in()
    page.click(".me summary")
    page.get_by_role("link", name="Құпиясөзді өзгерту").or_(
        page.get_by_role("button", name="Құпиясөзді өзгерту")
    ).click()
    page.fill("[name=old]", "not this one at all")
    page.fill("[name=new]", _FRESH)
    page.fill("[name=again]", "another")
    page.click("form [type=submit]")
    expect(page.locator("form .error")).to_have_text("Жаңа құпиясөздер бірдей емес")
    tablet.look()
    page.fill("[name=again]", _FRESH)
    page.click("form [type=submit]")
    expect(page.locator("form .error")).to_contain_text("Қазіргі құпиясөз қате")

    page.fill("[name=old]", tablet.password)
    page.click("form [type=submit]")
    page.wait_for_selector("[data-view=visits]")
    page.click(".me summary")
    page.get_by_role("button", name="Шығу", exact=True).click()
    page.wait_for_selector("[name=login]")
    tablet.password = _FRESH
    tablet.sign_in()
    expect(page.locator("[data-view=visits]")).to_be_visible()
