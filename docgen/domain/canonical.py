"""One spelling of a value and of a moment, so that equal facts have equal hashes."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any


def writer(spelt: Callable[[Any], Any] | None = None) -> json.JSONEncoder:
    """Writes as `canonical_json` does; what JSON does not have, `spelt` turns into what it has."""
    return json.JSONEncoder(
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
        default=spelt,
    )


_CANONICAL = writer()


def canonical_json(value: Mapping[str, object], *, by: json.JSONEncoder = _CANONICAL) -> bytes:
    """RFC 8785 for our use: sorted keys, no white space, UTF-8, and no floats at all.

    Names of members lie in Unicode's first plane, where sorting by code point and by UTF-16 agree.
    """
    return by.encode(value).encode()


def instant(moment: datetime) -> str:
    """UTC with microseconds, as ISO 8601."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
