"""Dates and times as the contract prints them; Kazakhstan has one zone, UTC+5, since 01.03.2024."""

from datetime import date, datetime, timedelta, timezone

from docgen.domain.language import Language

ALMATY = timezone(timedelta(hours=5), "UTC+5")

_MONTHS = {
    Language.KK: (
        "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
        "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан",
    ),
    Language.RU: (
        "января", "февраля", "марта", "апреля", "мая", "июня",
        "июля", "августа", "сентября", "октября", "ноября", "декабря",
    ),
}  # fmt: skip


def formal(day: date, language: Language) -> str:
    """`2023 жылғы «30» желтоқсан` or `«30» декабря 2023 года`, as the contract writes dates."""
    month = _MONTHS[language][day.month - 1]
    if language is Language.KK:
        return f"{day.year} жылғы «{day.day:02}» {month}"
    return f"«{day.day:02}» {month} {day.year} года"


def short(day: date) -> str:
    """`30.12.2023`, the same in both languages."""
    return f"{day:%d.%m.%Y}"


def local_day(moment: datetime) -> date:
    """The calendar day of a moment in Kazakhstan."""
    return moment.astimezone(ALMATY).date()


def moment(at: datetime) -> str:
    """`30.12.2023 15:04:05 (UTC+5)`: local time that names its zone, the same in both languages."""
    return f"{at.astimezone(ALMATY):%d.%m.%Y %H:%M:%S} (UTC+5)"
