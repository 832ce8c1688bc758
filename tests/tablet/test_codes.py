"""The subscriber's code on the tablet: lost answers, new codes, and codes past their time."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.tablet.conftest import Opened, Tablet

_CONFIRMATION = "**/confirmation"
_A_CODE = "**/v1/envelopes/*/code"
_LIFE = 181_000
"""Milliseconds after which no code counts."""


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


def test_a_code_counts_until_the_next_one_has_come(handed: Tablet) -> None:
    """Asked for in vain, another one takes nothing from it."""
    handed.page.clock.install()
    page = _with_code(handed)
    page.clock.fast_forward(61_000)
    again = page.get_by_role("button", name="Отправить код ещё раз")
    page.route(_A_CODE, lambda route: route.abort())

    again.click()

    expect(page.locator(".act .error")).to_contain_text("Нет связи")
    page.fill("input.code", handed.code)
    page.wait_for_selector("[data-state=sealed]")


def test_a_code_that_is_asked_for_too_early_is_counted_down_to(handed: Tablet) -> None:
    """The one that is out goes on to count; the seconds run on the button, not in a sentence."""
    handed.page.clock.install()
    page = _with_code(handed)
    page.clock.fast_forward(61_000)
    page.get_by_role("button", name="Отправить код ещё раз").click()

    expect(page.locator(".act .error")).to_have_text("Новый код запрашивать ещё рано.")
    waits = page.get_by_role("button", name="Повторно через")
    expect(waits).to_be_disabled()
    before = waits.text_content()
    page.clock.run_for(3000)
    assert waits.text_content() != before
    page.fill("input.code", handed.code)
    page.wait_for_selector("[data-state=sealed]")


def test_the_life_of_a_code_is_counted_and_its_end_told(handed: Tablet) -> None:
    """Nobody has to type a dead one to hear that he needs another."""
    handed.page.clock.install()
    page = _with_code(handed)
    expect(page.locator(".act > .field")).to_contain_text(
        re.compile(r"Действует ещё (3:00|2:5\d)\.")
    )
    handed.look()

    page.clock.fast_forward(_LIFE)

    expect(page.locator(".act .error")).to_contain_text("Срок действия кода истёк")
    expect(page.locator("input.code")).to_have_count(0)
    expect(page.locator("#send")).to_be_focused()


def test_after_the_last_attempt_a_new_code_is_asked_for_at_once(handed: Tablet) -> None:
    """The field of the code that is dead is gone."""
    page = _with_code(handed)
    wrong = handed.wrong_code
    for left in range(4, 0, -1):
        page.fill("input.code", wrong)
        expect(page.locator(".act .error")).to_contain_text(f"Осталось попыток: {left}")

    page.fill("input.code", wrong)

    expect(page.locator(".act .error")).to_contain_text("Запросите новый")
    expect(page.locator("input.code")).to_have_count(0)
    expect(page.locator("#send")).to_be_visible()
