"""The last line of defence: what must never be in a log is taken out of every line.

Nothing of this kind should reach a log at all. Ids and hashes stay readable, though they hold runs
of digits that look like somebody's number: they are told by their exact length, and by the letters
that chance gives them.
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

HIDDEN = "***"

_SECRETS = (
    (re.compile(r"(qk_[0-9A-Za-z]+)_[\w-]+"), rf"\1_{HIDDEN}"),
    (re.compile(r"\b(bearer)\s+[^\s\"',;]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(://[^\s:/@]*):[^\s/@]+@"), rf"\1:{HIDDEN}@"),
)
"""API keys, headers that hold one, and passwords in addresses."""

_IDS = re.compile(
    r"(?<![0-9A-Za-z])("
    r"(?=(?:[0-9]*[A-Z]){4})0[0-9A-HJKMNP-TV-Z]{25}"  # ULID
    r"|(?=(?:[0-9]*[a-f]){6})[0-9a-f]{64}"  # SHA-256
    r"|(?=(?:[0-9-]{0,33}[a-f]){3})[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # UUID
    r"|[A-Z]+[0-9]*-20[0-9]{2}-[0-9]{6}"  # number of a document
    r")(?![0-9A-Za-z])"
)

_GAP = r"(?:[\s()+\u2010-\u2015\u2212-]|%(?:2[089BbDd]|[Cc]2%[Aa]0)){0,5}"
"""What people, and addresses in a URL, put between the digits of a telephone number."""

_NUMBERS = re.compile(
    rf"\+?\d*[78](?:{_GAP}\d){{10,}}"  # a telephone number
    r"|\d{10,}"  # an IIN, or a number glued to something
    r"|(?<!\d)\d{6}[ \u00a0-]\d{6}(?!\d)"  # an IIN in two groups
)

_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_NAMES_A_CODE = re.compile("code|код|otp", re.IGNORECASE)

_SUSPECT = re.compile(r"(?:\d\D*+){6}|qk_|bearer|://", re.IGNORECASE)
"""What all that is hidden holds; most texts do not, and are looked through no further."""
_HARMLESS = range(-99_999, 100_000)
"""Shorter than a code."""


def masked(text: str, *, name: str = "") -> str:
    """The text without IINs, phones, keys and, where it or its name speaks of one, codes."""
    if not _SUSPECT.search(text) or _IDS.fullmatch(text):
        return text
    for secret, instead in _SECRETS:
        text = secret.sub(instead, text)
    of_code = _NAMES_A_CODE.search(name) or _NAMES_A_CODE.search(text)
    # The pattern has one group, so that ids are the odd ones of the pieces.
    pieces = _IDS.split(text)
    for place in range(0, len(pieces), 2):
        pieces[place] = _NUMBERS.sub(HIDDEN, pieces[place])
        if of_code:
            pieces[place] = _CODE.sub(HIDDEN, pieces[place])
    return "".join(pieces)


def mask_event(_logger: Any, _method: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """A structlog processor: every value of the event, however deep, is masked."""
    return {_masked_name(str(name)): _masked_value(v, str(name)) for name, v in event.items()}


@lru_cache(maxsize=256)
def _masked_name(name: str) -> str:
    """The few names there are come again with every line."""
    return masked(name)


def _masked_value(value: Any, name: str) -> Any:
    match value:
        case str():
            return masked(value, name=name)
        case int() | float():
            return _masked_number(value, name)
        case None:
            return value
        case Mapping():
            return mask_event(None, "", value)
        case list() | tuple() | set() | frozenset():
            return [_masked_value(each, name) for each in value]
        case _:
            return masked(str(value), name=name)


def _masked_number(number: float, name: str) -> float | str:
    if isinstance(number, float):
        return number if math.isfinite(number) else str(number)
    if number in _HARMLESS:
        return number
    told = masked(str(number), name=name)
    return number if told == str(number) else told
