"""Kinds of values that forms are made of, and how a bad value is told."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from docgen.domain.errors import ValuesRejected
from docgen.domain.language import Language
from docgen.forms.findings import findings

_PRINTED = (
    (0x0A, 0x0A),
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x17F),
    (0x400, 0x482),
    (0x48A, 0x52F),
    (0x2010, 0x2015),
    (0x2018, 0x201E),
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x2030, 0x2030),
    (0x2039, 0x203A),
    (0x20AC, 0x20AC),
    (0x20B8, 0x20B8),
    (0x2116, 0x2116),
    (0x2122, 0x2122),
)
"""Line break, Latin, Cyrillic with all Kazakh letters, and common signs: what Noto Sans has.

Anything else would be printed as an empty box, and nobody signs an empty box.
"""
_RANGES = "".join(f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in _PRINTED)
_PRINTABLE = re.compile(f"[{_RANGES}]*")
_GAP, _INDENTED = re.compile(r"[ \u00a0]{2,}"), re.compile(r"\n\s*")

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RFC_3339 = re.compile(r"[0-9-]{10}[T ][0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9:]{5})", re.IGNORECASE)


_LONGEST_NUMBER = 40
"""Characters; more than any amount or quantity takes."""


def finding(code: str, **params: object) -> PydanticCustomError:
    """An error for a validator to raise: a code of `texts/*.toml` [field], never the value."""
    context = {name: str(value) for name, value in params.items()}
    return PydanticCustomError("docgen", "{code}", {"code": code, **context})


def _printable(text: str) -> str:
    if _PRINTABLE.fullmatch(text):
        # None of these has anything to be composed with.
        return text
    composed = unicodedata.normalize("NFC", text)
    if not _PRINTABLE.fullmatch(composed):
        raise finding("unprintable")
    return composed


def _one_line(text: str) -> str:
    if "\n" in text:
        raise finding("several_lines")
    return text


def _tidy(text: str) -> str:
    """No gaps that could push words to where they look like another part of the paper."""
    return _INDENTED.sub("\n", _GAP.sub(" ", text))


def _paragraph(text: str) -> str:
    return _tidy(_printable(text))


def _code(text: str) -> str:
    if "\n" not in text and _PRINTABLE.fullmatch(text):
        return text
    return _one_line(_printable(text))


def _line(text: str) -> str:
    return _GAP.sub(" ", _code(text))


def _name(text: str) -> str:
    """Names are shown to many, so an IIN or a phone that strayed into one would be too."""
    name = _line(text)
    letters = any(character.isalpha() for character in name)
    if not letters or any(character.isdigit() for character in name):
        raise finding("name_invalid")
    return name


Paragraph = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_paragraph),
]
"""Free text of several lines, without empty ones."""

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_line),
]
"""Free text of one line."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    AfterValidator(_name),
]
"""A part of a person's name; three of the longest still fit the visible seal."""

Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40),
    AfterValidator(_code),
]
"""A number or mark given by some system: orders, accounts, serials."""


_IBAN = re.compile(r"KZ[0-9]{2}[0-9]{3}[0-9A-Z]{13}")
_IBAN_REMAINDER = 1


def _iban(text: str) -> str:
    """Two control digits over the whole number (ISO 13616), spaces for readers left out."""
    compact = "".join(text.split()).upper()
    if not _IBAN.fullmatch(compact):
        raise finding("iban_invalid")
    digits = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    if int(digits) % 97 != _IBAN_REMAINDER:
        raise finding("iban_invalid")
    return compact


KazakhIban = Annotated[Code, AfterValidator(_iban)]
"""A bank account in Kazakhstan."""


def _short_number(value: object) -> object:
    """No number of ours is long, whatever zeros it is written with."""
    if len(value.as_tuple().digits if isinstance(value, Decimal) else str(value)) > _LONGEST_NUMBER:
        raise finding("too_many_digits", limit=_LONGEST_NUMBER)
    return value


def _unsigned_zero(value: Decimal) -> Decimal:
    return value + 0


def _text_of_a_day(value: object) -> object:
    """A number, also one written as text, would be read as seconds since 1970."""
    if not (isinstance(value, date) or (isinstance(value, str) and _ISO_DAY.fullmatch(value))):
        raise finding("not_a_date")
    return value


def _in_our_days(day: date) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise finding("not_a_date")
    return day


Day = Annotated[date, BeforeValidator(_text_of_a_day), AfterValidator(_in_our_days)]
"""A day, written as ISO 8601 does."""


def _in_our_times(moment: datetime) -> datetime:
    """The first and last years of the calendar have moments that other zones cannot write."""
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise finding("not_a_time")
    return moment


def _as_written(moment: object) -> object:
    """Pydantic would also take a number, as seconds or milliseconds since 1970."""
    if isinstance(moment, str) and not _RFC_3339.fullmatch(moment):
        raise finding("not_a_time")
    if not isinstance(moment, str | datetime):
        raise finding("not_a_time")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_as_written), AfterValidator(_in_our_times)]
"""A time with its zone."""

Flag = Annotated[bool, Field(strict=True)]
"""Yes or no, and nothing that might mean one of them."""

Whole = Annotated[int, Field(strict=True)]
"""A whole number as JSON writes one: making one of 1e-20000000 would take minutes."""


def _unless_plain(plain: str) -> WrapValidator:
    """Of numbers written so there is nothing left to check; all others are checked one by one."""
    matches = re.compile(plain).fullmatch

    def read(value: object, check: ValidatorFunctionWrapHandler) -> object:
        return Decimal(value) if isinstance(value, str) and matches(value) else check(value)

    return WrapValidator(read)


Money = Annotated[
    Decimal,
    BeforeValidator(_short_number),
    Field(ge=0, max_digits=14, decimal_places=2),
    AfterValidator(_unsigned_zero),
    _unless_plain(r"[0-9]{1,12}(\.[0-9]{1,2})?"),
]
"""Tenge, to the tiyn."""

Quantity = Annotated[
    Decimal,
    BeforeValidator(_short_number),
    Field(gt=0, max_digits=12, decimal_places=3),
    AfterValidator(_unsigned_zero),
    _unless_plain(r"[1-9][0-9]{0,8}(\.[0-9]{1,3})?"),
]
"""How many or how much."""

QuantityOrZero = Annotated[
    Decimal,
    BeforeValidator(_short_number),
    Field(ge=0, max_digits=12, decimal_places=3),
    AfterValidator(_unsigned_zero),
    _unless_plain(r"[0-9]{1,9}(\.[0-9]{1,3})?"),
]
"""How many or how much, perhaps none."""


_CODE: TypeAdapter[str] = TypeAdapter(Code)


def require_code(value: str, *, pointer: str) -> None:
    """Raise ValuesRejected unless a lone value is a Code."""
    try:
        _CODE.validate_python(value)
    except ValidationError as error:
        raise ValuesRejected(findings(error.errors(include_input=False), root=pointer)) from None


class Block(BaseModel):
    """A group of fields: strict about names, immutable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(Block):
    """The same text in both languages."""

    kk: Paragraph
    ru: Paragraph


class BilingualLine(Block):
    """The same line in both languages."""

    kk: Line
    ru: Line


LocalLine = Line | BilingualLine
"""One line for both languages, or a line in each."""

LocalText = Paragraph | Bilingual
"""One text for both languages, or a text in each."""


def localised(text: str | Bilingual | BilingualLine, language: Language) -> str:
    """The text a half in that language shows."""
    if isinstance(text, str):
        return text
    return text.kk if language is Language.KK else text.ru
