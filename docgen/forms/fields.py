"""Kinds of values that forms are made of, and how a bad value is told."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

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
)
from pydantic_core import ErrorDetails, PydanticCustomError

from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.language import Language

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

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_RFC_3339 = re.compile(r"[0-9-]{10}[T ][0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9:]{5})", re.IGNORECASE)


_LONGEST_NUMBER = 40
"""Characters; more than any amount or quantity takes."""


def finding(code: str, **params: object) -> PydanticCustomError:
    """An error for a validator to raise: a code of `texts/*.toml` [field], never the value."""
    context = {name: str(value) for name, value in params.items()}
    return PydanticCustomError("docgen", "{code}", {"code": code, **context})


def _printable(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    if not all(any(low <= ord(c) <= high for low, high in _PRINTED) for c in composed):
        raise finding("unprintable")
    return composed


def _one_line(text: str) -> str:
    if "\n" in text:
        raise finding("several_lines")
    return text


def _tidy(text: str) -> str:
    """No gaps that could push words to where they look like another part of the paper."""
    return re.sub(r"\n\s*", "\n", re.sub(r"[ \u00a0]{2,}", " ", text))


Paragraph = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_printable),
    AfterValidator(_tidy),
]
"""Free text of several lines, without empty ones."""

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_printable),
    AfterValidator(_one_line),
    AfterValidator(_tidy),
]
"""Free text of one line."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    AfterValidator(_printable),
    AfterValidator(_one_line),
    AfterValidator(_tidy),
]
"""A part of a person's name; three of the longest still fit the visible seal."""

Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40),
    AfterValidator(_printable),
    AfterValidator(_one_line),
]
"""A number or mark given by some system: orders, accounts, serials."""


def _short_number(value: object) -> object:
    """No number of ours is long, whatever zeros it is written with."""
    if len(value.as_tuple().digits if isinstance(value, Decimal) else str(value)) > _LONGEST_NUMBER:
        raise finding("too_many_digits", limit=_LONGEST_NUMBER)
    return value


def _unsigned_zero(value: Decimal) -> Decimal:
    return value + 0


def _text_of_a_day(value: object) -> object:
    """A bare number would be read as seconds since 1970."""
    if not isinstance(value, str | date):
        raise finding("not_a_date")
    return value


Day = Annotated[date, BeforeValidator(_text_of_a_day)]
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

Money = Annotated[
    Decimal,
    BeforeValidator(_short_number),
    Field(ge=0, max_digits=14, decimal_places=2),
    AfterValidator(_unsigned_zero),
]
"""Tenge, to the tiyn."""

Quantity = Annotated[
    Decimal,
    BeforeValidator(_short_number),
    Field(gt=0, max_digits=12, decimal_places=3),
    AfterValidator(_unsigned_zero),
]
"""How many or how much."""

QuantityOrZero = Annotated[
    Decimal,
    BeforeValidator(_short_number),
    Field(ge=0, max_digits=12, decimal_places=3),
    AfterValidator(_unsigned_zero),
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


_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_short": "required",
    "string_pattern_mismatch": "invalid",
    "string_too_long": "too_long",
    "too_short": "too_short",
    "too_long": "too_long",
    "greater_than": "not_above",
    "greater_than_equal": "too_small",
    "less_than": "too_big",
    "less_than_equal": "too_big",
    "decimal_max_places": "too_many_decimals",
    "decimal_max_digits": "too_many_digits",
    "decimal_whole_digits": "too_many_digits",
    "decimal_parsing": "not_a_number",
    "decimal_type": "not_a_number",
    "finite_number": "not_a_number",
    "date_from_datetime_parsing": "not_a_date",
    "date_parsing": "not_a_date",
    "date_type": "not_a_date",
    "datetime_from_date_parsing": "not_a_time",
    "datetime_parsing": "not_a_time",
    "datetime_type": "not_a_time",
    "timezone_aware": "not_a_time",
    "enum": "not_in_list",
    "literal_error": "not_in_list",
}
_LIMITS = (
    "max_length", "min_length", "gt", "ge", "lt", "le", "decimal_places", "max_digits",
    "whole_digits",
)  # fmt: skip
_MOST_ERRORS = 500
"""More than a person corrects at once; who sends more sends no form."""
_QUOTED = re.compile(r"'([^']*)'")
"""Pydantic lists what is allowed in an English sentence."""
_UNION_BRANCHES = frozenset({"Bilingual", "BilingualLine"})


def findings(errors: Sequence[ErrorDetails], *, root: str = "") -> tuple[FieldError, ...]:
    """Findings for people out of pydantic's errors: each pointer once, no value repeated.

    What is told of something inside is not told of the whole again; of very many, the first count.
    """
    seen: dict[str, FieldError] = {}
    wholes: set[str] = set()
    for error in itertools.islice(errors, _MOST_ERRORS):
        parts = [f"/{part}" for part in _path(error["loc"])]
        pointer = root + "".join(parts)
        known = seen.get(pointer)
        if known is None or known.code == "wrong_type":
            seen[pointer] = _finding(pointer, error)
        wholes.update(root + "".join(parts[:end]) for end in range(len(parts)))
    return tuple(f for f in seen.values() if f.pointer not in wholes)


def _path(location: Sequence[str | int]) -> Iterator[str]:
    for part in location:
        text = str(part)
        if text in _UNION_BRANCHES or text.startswith(("constrained-str", "function-after")):
            continue
        yield text.replace("~", "~0").replace("/", "~1")


def _finding(pointer: str, error: ErrorDetails) -> FieldError:
    context: Mapping[str, Any] = error.get("ctx") or {}
    if error["type"] == "docgen":
        params = tuple((k, str(v)) for k, v in context.items() if k != "code")
        return FieldError(pointer, str(context["code"]), params)
    code = _CODES.get(error["type"], "wrong_type")
    if code == "not_in_list":
        allowed = ", ".join(_QUOTED.findall(str(context.get("expected", ""))))
        return FieldError(pointer, code, (("allowed", allowed),))
    limits = [str(context[name]) for name in _LIMITS if name in context]
    return FieldError(pointer, code, tuple(("limit", limit) for limit in limits[:1]))
