"""One spelling of a value and of a moment, so that equal facts have equal hashes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

_CANONICAL = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


def canonical_json(value: Mapping[str, object]) -> bytes:
    """RFC 8785 for our use: sorted keys, no white space, UTF-8, and no floats at all.

    Names of members lie in Unicode's first plane, where sorting by code point and by UTF-16 agree.
    """
    return _CANONICAL.encode(value).encode()


def instant(moment: datetime) -> str:
    """UTC with microseconds, as ISO 8601."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
