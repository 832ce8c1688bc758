"""Working days and the ends of terms (civil code, 172 to 176; labour code, 84 and 85).

The days themselves are data that somebody brings along: the ministry moves days off by order.
"""

import calendar as gregorian
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from docgen.domain.errors import Misconfigured

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


class CalendarSource(StrEnum):
    """How far the days of a year can be relied upon."""

    OFFICIAL = "official"
    """From the installation's file, with the shifts that were ordered."""
    ESTIMATED = "estimated"
    """Computed: without shifts by order, and Kurban Ait by the moon."""


@dataclass(frozen=True, kw_only=True)
class Year:
    """What is special in one year."""

    days_off: frozenset[date]
    """Public holidays and days off by order, weekdays or not."""
    worked: frozenset[date] = frozenset()
    """Saturdays and Sundays that are working days by order."""
    source: CalendarSource = CalendarSource.ESTIMATED


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The working days of the years it holds; raises Misconfigured when asked of any other."""

    years: Mapping[int, Year] = field(repr=False)

    def is_working(self, day: date) -> bool:
        """Whether offices, banks and notaries are open on that day."""
        year = self._year(day.year)
        if day in year.worked:
            return True
        return day.weekday() < _SATURDAY and day not in year.days_off

    def on_or_after(self, day: date) -> date:
        """The day itself, or the working day that a term's last day moves to (civil code, 175)."""
        while not self.is_working(day):
            day += _ONE_DAY
        return day

    def plus_working(self, day: date, days: int) -> date:
        """The last of so many working days, the first of which follows that day (173)."""
        for _ in range(days):
            day = self.on_or_after(day + _ONE_DAY)
        return day

    def source(self, year: int) -> CalendarSource:
        """Where the days of that year come from."""
        return self._year(year).source

    def _year(self, number: int) -> Year:
        try:
            return self.years[number]
        except KeyError:
            raise Misconfigured(f"the calendar has no year {number}") from None


def plus_years(day: date, years: int) -> date:
    """The same date so many years on; the month's last where it has no such day (174)."""
    return _within(day.year + years, day.month, day.day)


def plus_months(day: date, months: int, *, on: int) -> date:
    """Day `on` of the month that many months on; its last day where it is shorter."""
    ahead = day.month - 1 + months
    return _within(day.year + ahead // 12, ahead % 12 + 1, on)


def month_end(day: date) -> date:
    """The last day of the month."""
    return _within(day.year, day.month, 31)


def _within(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, gregorian.monthrange(year, month)[1]))
