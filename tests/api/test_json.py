"""JSON that means two things, or nothing: a clean refusal, never a fault."""

import json
from typing import Any

import pytest

from tests.api.portal import Portal
from tests.api.program import ENVELOPES, sample, spoilt
from tests.api.watch import found, refused

_VALUES = ("documents", 0, "values")


def _raw(text: str, *path: str | int) -> bytes:
    """The sample with these very characters for a value."""
    return json.dumps(spoilt(*path, value="@@")).replace('"@@"', text).encode()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"  ", id="spaces"),
        pytest.param(b"{", id="open object"),
        pytest.param(b"{'a': 1}", id="single quotes"),
        pytest.param(b'{"a": 1,}', id="comma too many"),
        pytest.param(b"{} {}", id="two objects"),
        pytest.param(b'{"a": NaN}', id="not a number"),
        pytest.param(b'{"a": -Infinity}', id="infinity"),
        pytest.param(b'{"a": 1, "a": 2}', id="a name twice"),
        pytest.param(b'{"a": {"b": 1, "\\u0062": 2}}', id="a name twice in disguise"),
        pytest.param(b"[" * 100_000, id="deep arrays"),
        pytest.param(b'{"a":' * 100_000, id="deep objects"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="deep and closed"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", id="long integer"),
        pytest.param(b'{"a": 1e99999999999999999999}', id="huge exponent"),
        pytest.param(b'{"a": -1e-99999999999999999999}', id="tiny exponent"),
        pytest.param('{"a": "ә"}'.encode("utf-16"), id="utf-16"),
        pytest.param('{"a": "Қ"}'.encode("utf-16-le"), id="utf-16 without mark"),
        pytest.param('{"a": "Я"}'.encode("cp1251"), id="windows-1251"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', id="surrogate in bytes"),
        pytest.param(b'{"a": "\x00"}', id="bare nul"),
        pytest.param(b'{"a": "\xff"}', id="no utf-8"),
    ],
)
def test_what_is_no_json_is_malformed(here: Portal, content: bytes) -> None:
    """400 `malformed_json`, whatever the parser stumbled over."""
    refused(here.program.send(ENVELOPES, content), 400, "malformed_json")


@pytest.mark.parametrize(
    "content",
    [b"[]", b"null", b"1", b'"text"', b"true", b"[{}]", b"1e999999999"],
    ids=["array", "null", "number", "string", "true", "object in array", "huge number"],
)
def test_the_top_is_an_object(here: Portal, content: bytes) -> None:
    """422 with the empty pointer, which is the whole body."""
    assert found(here.program.send(ENVELOPES, content)) == {"": "wrong_type"}


def test_a_byte_order_mark_is_passed_over(here: Portal) -> None:
    """Some systems put one before UTF-8; it changes nothing (RFC 8259, section 8.1)."""
    answer = here.program.send(ENVELOPES, b"\xef\xbb\xbf" + json.dumps(sample()).encode())

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        pytest.param(("subscriber", "surname"), "/subscriber/surname", id="name"),
        pytest.param(("subscriber", "iin"), "/subscriber/iin", id="iin"),
        pytest.param(("subscriber", "phone"), "/subscriber/phone", id="phone"),
        pytest.param(("reference", "order_number"), "/reference/order_number", id="order"),
        pytest.param(("documents", 0, "form"), "/documents/0/form", id="form"),
        pytest.param(("documents", 0, "languages", 0), "/documents/0/languages/0", id="language"),
        pytest.param(
            (*_VALUES, "works", 0, "kind", "kk"), "/documents/0/values/works/0/kind/kk", id="text"
        ),
        pytest.param(
            (*_VALUES, "works", 0, "unit_price"), "/documents/0/values/works/0/unit_price", id="sum"
        ),
    ],
)
def test_characters_that_no_paper_shows_are_pointed_at(
    here: Portal, path: tuple[str | int, ...], pointer: str
) -> None:
    """422 at the very field, for each that the register, a font or a reader would trip over."""
    # Halves of characters, NUL, right to left, a byte order mark, no character at all.
    for character in (r"\ud800", r"\udc00\ud800", r"\u0000", r"\u202e", r"\ufeff", r"\uffff"):
        answer = here.program.send(ENVELOPES, _raw(f'"1{character}1"', *path))

        assert pointer in found(answer), character


@pytest.mark.parametrize("name", [r"\ud800", r"\u0000", r"~\/", r"\u202e", ""])
def test_names_that_nobody_gave_are_unknown(here: Portal, name: str) -> None:
    """A strange name is a finding like any other, at every depth."""
    given = json.dumps(sample()).encode()
    for place in (b'"subscriber": {', b'"reference": {', b'"values": {', b'"works": [{', b"{"):
        content = given.replace(place, place + f'"{name}": 1, '.encode(), 1)

        assert set(found(here.program.send(ENVELOPES, content)).values()) & {
            "unknown_field",
            "wrong_type",
        }


def _every_kind_of_leaf() -> list[tuple[str | int, ...]]:
    """Of lists, the first row will do."""
    return [
        leaf
        for leaf in _leaves(sample())
        if not any(isinstance(each, int) and each for each in leaf)
    ]


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    match value:
        case dict():
            return [leaf for name in value for leaf in _leaves(value[name], (*path, name))]
        case list():
            return [leaf for n, each in enumerate(value) for leaf in _leaves(each, (*path, n))]
        case _:
            return [path]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1e999999999", id="huge"),
        pytest.param("1e-999999999", id="tiny"),
        pytest.param("-0", id="minus nothing"),
        pytest.param('"Infinity"', id="infinity in quotes"),
        pytest.param('"9999-12-31T23:59:59-14:00"', id="last moment"),
        pytest.param('"0001-01-01T00:00:00+14:00"', id="first moment"),
        pytest.param('"\\ud83d\\ude00"', id="smile"),
        pytest.param('"{{ 7 * 7 }}{%"', id="template"),
        pytest.param("[[[[[[[[]]]]]]]]", id="arrays"),
        pytest.param("null", id="null"),
    ],
)
def test_no_value_anywhere_makes_a_fault(here: Portal, text: str) -> None:
    """Each leaf of the sample in its turn holds it: made or refused, and nothing else."""
    here.worker.away = True
    for leaf in _every_kind_of_leaf():
        assert here.program.send(ENVELOPES, _raw(text, *leaf)).status_code in {201, 422}, leaf


def test_a_price_is_exact(anywhere: Portal) -> None:
    """The number 1.10 is kept as 1.10: it never was a float."""
    for text in ("1.10", '"1.10"'):
        content = _raw(text, *_VALUES, "works", 0, "unit_price")

        made = anywhere.program.send(ENVELOPES, content)

        kept = anywhere.world.envelope(made.get_json()["id"]).documents[0].values
        assert kept["works"][0]["unit_price"] == "1.10"


def test_a_number_is_never_rounded(here: Portal) -> None:
    """More decimals than money has are refused, also where a float would not see them."""
    pointer = "/documents/0/values/works/0/unit_price"
    for text, code in (("1.105", "too_many_decimals"), (f"1.10{'0' * 30}1", "too_many_digits")):
        answer = here.program.send(ENVELOPES, _raw(text, *_VALUES, "works", 0, "unit_price"))

        assert found(answer) == {pointer: code}
