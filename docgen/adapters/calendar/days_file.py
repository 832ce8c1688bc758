"""The WorkingDays port: a file with the official days, and a library for years it does not have.

The file is TOML, a table for each year. `days_off` are all holidays and days off by order,
`worked` the weekend days that are worked in their place, and `order` says who ordered it:

    [2026]
    order = "…"
    days_off = [2026-01-01, 2026-01-02, 2026-01-07]
    worked = []
"""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from holidays import country_holidays

from docgen.domain.calendar import Calendar, CalendarSource, Year
from docgen.domain.errors import Misconfigured

_KNOWN = {"days_off", "worked", "order"}


class DaysFile:
    """Reads the file once; without one every year is estimated."""

    def __init__(self, file: Path | None = None) -> None:
        self._official = {} if file is None else _read(file)

    def calendar(self, first: int, last: int) -> Calendar:
        """Official years as they stand in the file, the others estimated."""
        years = range(first, last + 1)
        return Calendar(years={y: self._official.get(y) or _estimated(y) for y in years})


@cache
def _estimated(year: int) -> Year:
    return Year(days_off=frozenset(country_holidays("KZ", years=year)))


def _read(file: Path) -> dict[int, Year]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{file} is no calendar: {error}") from error
    return {_number(name, file): _year(name, table, file) for name, table in tables.items()}


def _number(name: str, file: Path) -> int:
    if not name.isdecimal():
        raise Misconfigured(f"{file}: [{name}] is no year")
    return int(name)


def _year(name: str, table: Any, file: Path) -> Year:
    if not isinstance(table, dict) or not table.keys() <= _KNOWN or "days_off" not in table:
        raise Misconfigured(f"{file}: [{name}] needs days_off, and may have worked and order")
    days = {key: table.get(key, []) for key in ("days_off", "worked")}
    for key, given in days.items():
        if not isinstance(given, list) or any(type(day) is not date for day in given):
            raise Misconfigured(f"{file}: [{name}] {key} is a list of dates")
        if any(day.year != int(name) for day in given):
            raise Misconfigured(f"{file}: [{name}] {key} has a day of another year")
    return Year(
        days_off=frozenset(days["days_off"]),
        worked=frozenset(days["worked"]),
        source=CalendarSource.OFFICIAL,
    )
