"""One spelling: what others call canonical JSON."""

import json
from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain.canonical import canonical_json

_LARGEST = 2**53 - 1
"""JSON numbers beyond that are not the same to everybody (RFC 7493, 2.2)."""
_NAMES = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]))
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-_LARGEST, _LARGEST) | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_NAMES, inner),
)


@given(st.dictionaries(_NAMES, _VALUES))
def test_it_is_the_canonical_json_of_rfc_8785(value: dict[str, Any]) -> None:
    """Byte for byte what another implementation writes, for all that the evidence may hold."""
    assert canonical_json(value) == rfc8785.dumps(value)


@given(st.dictionaries(_NAMES, _VALUES))
def test_reading_it_gives_the_same_value(value: dict[str, object]) -> None:
    """Nothing is lost, and writing it again gives the same bytes."""
    read = json.loads(canonical_json(value))

    assert read == value
    assert canonical_json(read) == canonical_json(value)
