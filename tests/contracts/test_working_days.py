"""The WorkingDays port: a file of official days, and estimates where it has none."""

from datetime import date
from pathlib import Path

import pytest

from docgen.adapters.calendar.days_file import DaysFile
from docgen.domain.calendar import CalendarSource
from docgen.domain.errors import Misconfigured

_FILE = """
[2026]
order = "of the ministry"
days_off = [2026-01-01, 2026-05-08]
worked = [2026-05-16]
"""


def test_official_days_win_over_the_estimate(tmp_path: Path) -> None:
    """In the years that the file has; nothing is added to them."""
    file = tmp_path / "days.toml"
    file.write_text(_FILE, encoding="utf-8")

    calendar = DaysFile(file).calendar(2026, 2027)

    assert not calendar.is_working(date(2026, 5, 8))
    assert calendar.is_working(date(2026, 5, 16))
    assert calendar.is_working(date(2026, 5, 7))
    assert calendar.source(2026) is CalendarSource.OFFICIAL
    assert calendar.source(2027) is CalendarSource.ESTIMATED


def test_without_a_file_all_years_are_estimated() -> None:
    """The public holidays of the country, with the days off that move by law."""
    calendar = DaysFile().calendar(2026, 2026)

    off = ["03-21", "03-24", "03-25", "05-07", "05-11", "07-06", "10-26", "12-16"]
    assert not any(calendar.is_working(date.fromisoformat(f"2026-{day}")) for day in off)
    assert calendar.is_working(date(2026, 3, 26))
    assert calendar.source(2026) is CalendarSource.ESTIMATED


@pytest.mark.parametrize(
    "text",
    [
        "no toml",
        "[soon]\ndays_off = []",
        "[2026]\nworked = []",
        "[2026]\ndays_off = [2027-01-01]",
        '[2026]\ndays_off = ["2026-01-01"]',
        "[2026]\ndays_off = [2026-01-01T00:00:00]",
        "[2026]\ndays_of = []",
        "2026 = 1",
    ],
)
def test_a_file_that_makes_no_sense_is_told_of(text: str, tmp_path: Path) -> None:
    """Rather than to count a holiday as a working day in silence."""
    file = tmp_path / "days.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(Misconfigured, match=r"days\.toml"):
        DaysFile(file)


def test_a_file_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    """Whoever set it means it."""
    with pytest.raises(Misconfigured):
        DaysFile(tmp_path / "none.toml")
