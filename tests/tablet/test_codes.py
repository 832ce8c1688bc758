"""The subscriber's code on the tablet: lost answers, new codes, and codes past their time."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.standing import Service
from tests.tablet.conftest import Opened, Tablet

_CONFIRMATION = "**/confirmation"
_A_CODE = "**/v1/envelopes/*/code"
_WAIT, _LIFE = timedelta(seconds=61), timedelta(seconds=181)
"""After which another code may be asked for, and after which none counts."""


@pytest.fixture
def handed(opened: Opened, visit: object) -> Tablet:  # noqa: ARG001
    """A tablet in the subscriber's hands, the document before him."""
    tablet = opened()
    tablet.sign_in()
    tablet.hand_over()
    return tablet


def _with_code(tablet: Tablet) -> Page:
    tablet.tap("#send")
    tablet.page.wait_for_selector("input.code")
    return tablet.page


def _later(page: Page, service: Service, time: timedelta) -> None:
    """By the service's clock, which the tablet hears of with the next answer."""
    service.now.ahead += time
    page.click(".zoom")


def _lose_one_answer(page: Page, place: str) -> None:
    """The service takes it, and nobody hears so."""
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.request.url)
        route.fetch()
        return route.abort()

    page.route(place, lose)


def test_the_right_code_counts_after_the_answer_to_a_wrong_one_was_lost(handed: Tablet) -> None:
    """Another code is another attempt, never the repetition of the one before."""
    page = _with_code(handed)
    _lose_one_answer(page, _CONFIRMATION)
    page.fill("input.code", handed.wrong_code)
    expect(page.locator(".act .error")).to_contain_text("Нет связи")

    page.fill("input.code", handed.code)

    page.wait_for_selector("[data-state=sealed]")


def test_the_same_code_after_a_lost_answer_is_the_same_attempt(handed: Tablet) -> None:
    """It has signed already, and that is what is shown."""
    page = _with_code(handed)
    _lose_one_answer(page, _CONFIRMATION)
    page.fill("input.code", handed.code)
    expect(page.locator(".act .error")).to_contain_text("Нет связи")

    page.fill("input.code", handed.code)

    page.wait_for_selector("[data-state=sealed]")


def test_a_code_counts_until_the_next_one_has_come(handed: Tablet, service: Service) -> None:
    """Asked for in vain, another one takes nothing from it."""
    page = _with_code(handed)
    _later(page, service, _WAIT)
    again = page.get_by_role("button", name="Отправить код ещё раз")
    page.route(_A_CODE, lambda route: route.abort())

    again.click()

    expect(page.locator(".act .error")).to_contain_text("Нет связи")
    page.fill("input.code", handed.code)
    page.wait_for_selector("[data-state=sealed]")


def test_the_life_of_a_code_is_counted_and_its_end_told(handed: Tablet, service: Service) -> None:
    """Nobody has to type a dead one to hear that he needs another."""
    page = _with_code(handed)
    expect(page.locator(".act > .field")).to_contain_text(
        re.compile(r"Действует ещё (3:00|2:5\d)\.")
    )
    handed.look()

    _later(page, service, _LIFE)

    expect(page.locator(".act .error")).to_contain_text("Срок действия кода истёк")
    expect(page.locator("input.code")).to_have_count(0)
    expect(page.locator("#send")).to_be_enabled()


def test_after_the_last_attempt_a_new_code_is_asked_for_at_once(handed: Tablet) -> None:
    """The field of the dead one is gone, and what was asked too early is counted down to."""
    page = _with_code(handed)
    wrong = handed.wrong_code
    for left in range(4, 0, -1):
        page.fill("input.code", wrong)
        expect(page.locator(".act .error")).to_contain_text(f"Осталось попыток: {left}")

    page.fill("input.code", wrong)

    expect(page.locator(".act .error")).to_contain_text("Запросите новый")
    expect(page.locator("input.code")).to_have_count(0)
    page.click("#send")
    # Too early: for how long, the button counts.
    expect(page.locator(".act .error")).to_have_text("Новый код запрашивать ещё рано.")
    expect(page.locator("#send")).to_be_disabled()
    before = page.locator("#send").text_content() or ""
    assert before.startswith("Повторно через")
    expect(page.locator("#send")).not_to_have_text(before)
