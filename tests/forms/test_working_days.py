"""Working days: what the calendar of Kazakhstan says by itself."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.forms.working_days import is_working, next_working

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2199, 12, 31))


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 11, 28),
        date(2026, 11, 29),
        date(2026, 12, 16),
        date(2026, 3, 25),
        date(2027, 3, 15),
    ],
    ids=["saturday", "sunday", "holiday", "shifted holiday", "constitution day from 2027"],
)
def test_weekends_and_holidays_are_days_off(day: date) -> None:
    """Holidays that fall on a weekend are shifted past it."""
    assert not is_working(day)


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2027, 8, 30)], ids=["tuesday", "no more"])
def test_other_days_are_working_days(day: date) -> None:
    """30 August is no holiday since the constitution of 2026."""
    assert is_working(day)


def test_the_working_day_after_new_year() -> None:
    """31 December 2026 is followed by two holidays, a Sunday, and the shift of a holiday."""
    assert next_working(date(2026, 12, 31)) == date(2027, 1, 5)


@given(DAYS)
def test_the_next_working_day_is_the_first_one_after(day: date) -> None:
    """It works, it comes later, and no day between them works."""
    following = next_working(day)

    assert is_working(following)
    assert following > day
    between = [day + timedelta(days=n) for n in range(1, (following - day).days)]
    assert not any(is_working(each) for each in between)
