"""One spelling of a JSON value, so that equal facts have equal hashes."""

import json
from collections.abc import Mapping


def canonical_json(value: Mapping[str, object]) -> bytes:
    """RFC 8785 for our use: sorted keys, no white space, UTF-8, and no floats at all."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()
