"""Days off of Kazakhstan as they were ordered, written down by hand, for the due dates of tests."""

from datetime import date

from docgen.domain.calendar import Calendar, CalendarSource, Year

_DAYS_OFF = {
    2023: "01-02 01-03 03-08 03-21 03-22 03-23 05-01 05-08 05-09 07-06 07-07 08-30 10-25 12-18",
    2024: "01-01 01-02 03-08 03-21 03-22 03-25 05-01 05-07 05-09 06-17 07-08 08-30 10-25 12-16",
    2025: "01-01 01-02 01-03 01-07 03-10 03-21 03-24 03-25 05-01 05-07 05-09 06-06 07-07 09-01"
    " 10-27 12-16",
    2026: "01-01 01-02 01-07 03-09 03-23 03-24 03-25 05-01 05-07 05-11 05-27 07-06 10-25 10-26"
    " 12-16",
    2027: "01-01 01-04 01-07 03-08 03-15 03-22 03-23 03-24 05-03 05-07 05-10 05-17 07-06 10-25"
    " 12-16",
}
_QUIET = (2020, 2021, 2022, 2028, 2029, 2030, 2031)
"""Years in which nothing here falls on a holiday."""


def by_hand(*worked: date) -> Calendar:
    """2020 to 2031, some days worked by order."""
    years = {
        year: Year(
            days_off=frozenset(date.fromisoformat(f"{year}-{day}") for day in days.split()),
            worked=frozenset(day for day in worked if day.year == year),
            source=CalendarSource.OFFICIAL,
        )
        for year, days in _DAYS_OFF.items()
    }
    return Calendar(years=years | {year: Year(days_off=frozenset()) for year in _QUIET})
