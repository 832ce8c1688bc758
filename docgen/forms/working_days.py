"""Working days of Kazakhstan: Monday to Friday, without the public holidays and their shifts.

Days off that the ministry moves by order are not known here, and the days of Kurban Ait are
estimated by the moon (labour code, 84 and 85). So this suggests, and never
refuses: a term that ends on a day off ends on the next working day in any case (civil code, 175).
"""

from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

_SATURDAY = 5


def is_working(day: date) -> bool:
    """Whether offices and banks are open on that day, as far as the calendar alone tells."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def next_working(day: date) -> date:
    """The first working day after that day."""
    following = day + timedelta(days=1)
    while not is_working(following):
        following += timedelta(days=1)
    return following


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("KZ", years=year))
