"""One spelling of a value and of a moment, so that equal facts have equal hashes."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Writer = Callable[[Any], str]


def writer(spelt: Callable[[Any], Any] | None = None) -> Writer:
    """Writes as `canonical_json` does; what JSON does not have, `spelt` turns into what it has."""
    given = json.JSONEncoder(
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
        default=spelt,
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return given.encode
    # What `encode` makes anew for each text, kept: half of its time went there.
    pieces = make(
        None, given.default, json.encoder.encode_basestring, None, ":", ",",
        given.sort_keys, given.skipkeys, given.allow_nan,
    )  # fmt: skip
    return lambda value: "".join(pieces(value, 0))


_CANONICAL = writer()


def canonical_json(value: Mapping[str, object], *, by: Writer = _CANONICAL) -> bytes:
    """RFC 8785 for our use: sorted keys, no white space, UTF-8, and no floats at all.

    Names of members lie in Unicode's first plane, where sorting by code point and by UTF-16 agree.
    """
    return by(value).encode()


def instant(moment: datetime) -> str:
    """UTC with microseconds, as ISO 8601."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
