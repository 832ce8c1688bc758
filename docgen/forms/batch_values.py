"""What people write into cells, as a case has it; what makes no sense is left for the schema."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

from docgen.domain.language import BOTH
from docgen.domain.table import CellFault, Value
from docgen.forms.batch_columns import Column, Kind
from docgen.texts.phrases import phrases

_POINTS = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_MONTH = re.compile(r"([0-9]{1,2})\.([0-9]{4})")
_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?[eEЕе]\+?[0-9]+")
_GAPS = str.maketrans("", "", " \u00a0\u202f₸'")
_YES = {"иә", "ия", "да", "yes", "true", "1", "истина"}
_NO = {"жоқ", "нет", "no", "false", "0", "ложь"}
_IIN_DIGITS = 12
_TIYN = Decimal("0.01")
_NOISE = Decimal("0.0000001")
"""What binary fractions of tables add to a sum, at most."""


class BadCell(Exception):
    """A cell that cannot be what its column wants: the code of a sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def as_json(column: Column, value: Value) -> Any:
    """The JSON value; raises BadCell."""
    if isinstance(value, CellFault):
        raise BadCell(value.code)
    if isinstance(value, str) and _SCIENTIFIC.fullmatch(value):
        raise BadCell("cell_scientific")
    return _READERS[column.kind](column, value)


def _text(column: Column, value: Value) -> str:
    del column
    if isinstance(value, bool):
        raise BadCell("cell_not_text")
    if isinstance(value, float):
        if not value.is_integer():
            raise BadCell("cell_not_text")
        return str(int(value))
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)


def _iin(column: Column, value: Value) -> str:
    text = _text(column, value).translate(_GAPS)
    return text if isinstance(value, str) else text.zfill(_IIN_DIGITS)


def _day(column: Column, value: Value) -> str:
    del column
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    written = _POINTS.fullmatch(str(value).strip())
    if written is None:
        return str(value)
    day, month, year = written.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


def _month(column: Column, value: Value) -> str:
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    written = _MONTH.fullmatch(str(value).strip())
    if written is not None:
        return f"{written.group(2)}-{written.group(1):0>2}"
    day = _day(column, value)
    return day[:7] if _POINTS.fullmatch(str(value).strip()) else day


def _moment(column: Column, value: Value) -> str:
    """A day, or a time of Almaty where nothing else is said."""
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) != (0, 0, 0):
        return value.replace(microsecond=0, tzinfo=None).isoformat() + "+05:00"
    return _day(column, value)


def _money(column: Column, value: Value) -> str:
    del column
    if isinstance(value, bool | date):
        raise BadCell("not_a_number")
    if isinstance(value, float):
        exact = Decimal(repr(value))
        rounded = exact.quantize(_TIYN)
        return str(rounded) if abs(exact - rounded) < _NOISE else str(exact)
    text = str(value).translate(_GAPS)
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def _flag(column: Column, value: Value) -> bool:
    del column
    said = str(value).strip().casefold()
    if said in _YES or said in _NO:
        return said in _YES
    raise BadCell("cell_not_a_flag")


def _choice(column: Column, value: Value) -> str:
    said = str(value).strip().casefold()
    return _named(column).get(said, str(value))


@cache
def _named(column: Column) -> Mapping[str, str]:
    named = {choice: choice for choice in column.choices}
    if column.words:
        for language in BOTH:
            told = phrases(language)
            named |= {told[f"{column.words}.{each}"].casefold(): each for each in column.choices}
    return named


_READERS: Final[Mapping[Kind, Callable[[Column, Value], Any]]] = {
    Kind.TEXT: _text,
    Kind.IIN: _iin,
    Kind.DAY: _day,
    Kind.MONTH: _month,
    Kind.MOMENT: _moment,
    Kind.MONEY: _money,
    Kind.FLAG: _flag,
    Kind.CHOICE: _choice,
}
