"""Dates and times as the contract prints them; Kazakhstan has one zone, UTC+5, since 01.03.2024."""

from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

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


class _Month(NamedTuple):
    """A Kazakh month in the locative, bare and with -ғы, in the ablative and in the dative."""

    on: str
    of: str
    since: str
    until: str


_ENDINGS = (
    _Month("қаңтарда", "қаңтардағы", "қаңтардан", "қаңтарға"),
    _Month("ақпанда", "ақпандағы", "ақпаннан", "ақпанға"),
    _Month("наурызда", "наурыздағы", "наурыздан", "наурызға"),
    _Month("сәуірде", "сәуірдегі", "сәуірден", "сәуірге"),
    _Month("мамырда", "мамырдағы", "мамырдан", "мамырға"),
    _Month("маусымда", "маусымдағы", "маусымнан", "маусымға"),
    _Month("шілдеде", "шілдедегі", "шілдеден", "шілдеге"),
    _Month("тамызда", "тамыздағы", "тамыздан", "тамызға"),
    _Month("қыркүйекте", "қыркүйектегі", "қыркүйектен", "қыркүйекке"),
    _Month("қазанда", "қазандағы", "қазаннан", "қазанға"),
    _Month("қарашада", "қарашадағы", "қарашадан", "қарашаға"),
    _Month("желтоқсанда", "желтоқсандағы", "желтоқсаннан", "желтоқсанға"),
)
_SECOND = 2


def formal(day: date, language: Language) -> str:
    """`2023 жылғы «30» желтоқсан` or `«30» декабря 2023 года`, as the contract writes dates."""
    month = _MONTHS[language][day.month - 1]
    if language is Language.KK:
        return f"{day.year} жылғы «{day.day:02}» {month}"
    return f"«{day.day:02}» {month} {day.year} года"


def on(day: date, language: Language) -> str:
    """On that day: `2023 жылғы 30 желтоқсанда`, `30 декабря 2023 года`."""
    if language is Language.KK:
        return f"{day.year} жылғы {day.day} {_ENDINGS[day.month - 1].on}"
    return _genitive(day)


def of(day: date, language: Language) -> str:
    """What is of that day: `2023 жылғы 30 желтоқсандағы`, `от 30 декабря 2023 года`."""
    if language is Language.KK:
        return f"{day.year} жылғы {day.day} {_ENDINGS[day.month - 1].of}"
    return f"от {_genitive(day)}"


def since(day: date, language: Language) -> str:
    """From that day on: `2023 жылғы 30 желтоқсаннан`, `с 30 декабря 2023 года`."""
    if language is Language.KK:
        return f"{day.year} жылғы {day.day} {_ENDINGS[day.month - 1].since}"
    return f"{'со' if day.day == _SECOND else 'с'} {_genitive(day)}"


def until(day: date, language: Language) -> str:
    """Up to that day: `2023 жылғы 30 желтоқсанға`, `до 30 декабря 2023 года`."""
    if language is Language.KK:
        return f"{day.year} жылғы {day.day} {_ENDINGS[day.month - 1].until}"
    return f"до {_genitive(day)}"


def _genitive(day: date) -> str:
    return f"{day.day} {_MONTHS[Language.RU][day.month - 1]} {day.year} года"


def short(day: date) -> str:
    """`30.12.2023`, the same in both languages."""
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def span(first: date, last: date) -> str:
    """`01.12.2023 – 30.12.2023`, the same in both languages."""
    return f"{short(first)} – {short(last)}"


def local_day(moment: datetime) -> date:
    """The calendar day of a moment in Kazakhstan."""
    return moment.astimezone(ALMATY).date()


def moment(at: datetime) -> str:
    """`30.12.2023 15:04:05 (UTC+5)`: local time that names its zone, the same in both languages."""
    here = at.astimezone(ALMATY)
    return f"{short(here)} {here.hour:02}:{here.minute:02}:{here.second:02} (UTC+5)"
