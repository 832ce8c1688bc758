"""What pydantic finds, told as findings of ours: a pointer, a stable code, and its numbers."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from docgen.domain.errors import FieldError

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
