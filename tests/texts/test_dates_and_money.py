"""Dates, times and amounts as the papers print them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.language import Language
from docgen.texts import dates, money

NBSP = "\u00a0"


def test_formal_dates_follow_the_contract() -> None:
    """The contract writes `2023 жылғы «30» желтоқсан`; the translation `«30» декабря 2023 года`."""
    day = date(2023, 12, 30)

    assert dates.formal(day, Language.KK) == "2023 жылғы «30» желтоқсан"
    assert dates.formal(day, Language.RU) == "«30» декабря 2023 года"


def test_every_month_has_its_own_name() -> None:
    """Twelve different names in each language."""
    for language in Language:
        assert len({dates.formal(date(2026, m, 1), language) for m in range(1, 13)}) == 12


def test_a_printed_time_names_its_zone() -> None:
    """UTC is shown as local time of Kazakhstan, with the offset beside it."""
    assert (
        dates.moment(datetime(2026, 11, 20, 19, 30, 5, tzinfo=UTC)) == "21.11.2026 00:30:05 (UTC+5)"
    )
    assert dates.local_day(datetime(2026, 11, 20, 19, 30, tzinfo=UTC)) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("amount", "printed"),
    [
        ("12500.75", f"12{NBSP}500,75"),
        ("0", "0,00"),
        ("1234567.5", f"1{NBSP}234{NBSP}567,50"),
        ("0.005", "0,01"),
        ("2.675", "2,68"),
    ],
)
def test_money_prints_with_two_places_rounded_half_up(amount: str, printed: str) -> None:
    """No-break spaces between thousands, a comma, half a tiyn goes up."""
    assert money.figures(Decimal(amount)) == printed


@pytest.mark.parametrize(("number", "printed"), [("45", "45"), ("2.50", "2,5"), ("100", "100")])
def test_quantities_print_only_the_places_they_need(number: str, printed: str) -> None:
    """Trailing zeros are not shown, and tens are not turned into exponents."""
    assert money.quantity(Decimal(number)) == printed


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_money_survives_printing(amount: Decimal) -> None:
    """What is printed is the amount, digit for digit."""
    assert Decimal(money.figures(amount).replace(NBSP, "").replace(",", ".")) == amount
