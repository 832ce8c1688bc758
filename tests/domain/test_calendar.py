"""Working days and the ends of terms."""

from datetime import date

import pytest

from docgen.domain.calendar import CalendarSource, month_end, plus_months, plus_years
from docgen.domain.errors import Misconfigured
from tests.domain.calendar_by_hand import by_hand

_CALENDAR = by_hand(date(2026, 7, 4))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 7, 3), True),
        (date(2026, 7, 4), True),
        (date(2026, 7, 5), False),
        (date(2026, 7, 6), False),
        (date(2026, 7, 7), True),
    ],
    ids=["a Friday", "a Saturday worked by order", "a Sunday", "a holiday", "the day after"],
)
def test_a_day_is_worked_or_off(day: date, *, working: bool) -> None:
    """Weekends and holidays are off, unless an order says otherwise."""
    assert _CALENDAR.is_working(day) is working


@pytest.mark.parametrize(
    ("received", "last"),
    [
        (date(2026, 11, 2), date(2026, 11, 16)),
        (date(2026, 12, 4), date(2026, 12, 21)),
        (date(2026, 10, 23), date(2026, 11, 9)),
    ],
    ids=["two weeks", "over Independence Day", "from a Friday before Republic Day"],
)
def test_ten_working_days_begin_on_the_day_after(received: date, last: date) -> None:
    """As for the debtor's objection (notariat law, 92-6(2))."""
    assert _CALENDAR.plus_working(received, 10) == last


def test_a_term_never_ends_on_a_day_off() -> None:
    """It ends on the next working day (civil code, 175)."""
    assert _CALENDAR.on_or_after(date(2026, 3, 21)) == date(2026, 3, 26)
    assert _CALENDAR.on_or_after(date(2026, 3, 26)) == date(2026, 3, 26)


def test_years_and_months_end_where_there_is_no_such_day() -> None:
    """On the month's last (civil code, 174)."""
    assert plus_years(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert plus_years(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert plus_months(date(2026, 1, 1), 1, on=31) == date(2026, 2, 28)
    assert plus_months(date(2026, 12, 1), 1, on=25) == date(2027, 1, 25)
    assert month_end(date(2024, 2, 1)) == date(2024, 2, 29)


def test_a_year_tells_how_far_it_can_be_relied_upon() -> None:
    """And one that is not there is no year without holidays."""
    assert _CALENDAR.source(2026) is CalendarSource.OFFICIAL
    assert _CALENDAR.source(2028) is CalendarSource.ESTIMATED
    with pytest.raises(Misconfigured):
        _CALENDAR.is_working(date(2099, 1, 1))
