"""Schemas read for people: kinds, limits, alternatives, and what lies inside."""

from typing import Any

import pytest

from api.web.fields import Field, Schemas

_TEXT = {"type": "string"}
_NULL = {"type": "null"}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _field(schema: dict[str, Any], **components: Any) -> Field:
    return Schemas(components=components).field("it", schema, required=True)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        (_TEXT, "string"),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({"type": "string", "format": "binary"}, "file"),
        ({"type": ["string", "integer"]}, "string or integer"),
        ({"anyOf": [_TEXT, _NULL]}, "string or null"),
        ({"anyOf": [{"type": "number"}, _TEXT, _NULL]}, "number or string or null"),
        ({"type": "array", "items": _object(a=_TEXT)}, "array of objects"),
        ({"type": "array", "items": {}}, "array of any"),
        ({"type": "object", "additionalProperties": _TEXT}, "object of strings"),
        ({"type": "object", "additionalProperties": True}, "object"),
        ({}, "any"),
    ],
    ids=[
        "text", "moment", "file", "two_types", "text_or_null", "three", "objects", "anything_many",
        "named_texts", "open_object", "anything",
    ],
)  # fmt: skip
def test_a_kind_is_named(schema: dict[str, Any], kind: str) -> None:
    """In the words that JSON Schema has for it."""
    assert _field(schema).kind == kind


@pytest.mark.parametrize(
    ("schema", "limits"),
    [
        ({"minLength": 1, "maxLength": 40}, ("1–40 characters",)),
        ({"maxItems": 20}, ("≤ 20 items",)),
        ({"minimum": 0.0}, ("≥ 0",)),
        ({"exclusiveMinimum": 0.0}, ("> 0",)),
        ({"minimum": 100, "maximum": 2000}, ("100–2000",)),
        ({"pattern": "^[0-9]{6}$"}, ("`^[0-9]{6}$`",)),
        ({"examples": ["kk", "ru"]}, ("e.g. `kk`, `ru`",)),
        (
            {"type": "array", "items": {"maxLength": 3}, "minItems": 1},
            ("≥ 1 items", "≤ 3 characters"),
        ),
        ({"anyOf": [{"maxLength": 5}, {"maxLength": 5}, _NULL]}, ("≤ 5 characters",)),
    ],
    ids=["length", "items", "least", "above", "range", "pattern", "examples", "items_too", "once"],
)
def test_limits_are_told(schema: dict[str, Any], limits: tuple[str, ...]) -> None:
    """Each once, wherever in the schema it stands."""
    assert _field(schema).limits == limits


def test_choices_and_defaults_are_told() -> None:
    """Of a reference, of a constant, and of the items of a list."""
    state = {"type": "string", "enum": ["draft", "ready"], "description": "Where it stands."}

    several = _field({"type": "array", "items": _ref("State"), "default": []}, State=state)

    assert several.choices == ("draft", "ready")
    assert several.says == "Where it stands."
    assert several.default == "[]"
    assert _field({"const": "act"}).choices == ("act",)


def test_an_object_holds_its_fields_through_references_and_lists() -> None:
    """Required ones are known as such."""
    person = _object(name=_TEXT, email=_TEXT) | {"required": ["name"]}

    people = _field({"type": "array", "items": {"anyOf": [_ref("Person"), _NULL]}}, Person=person)

    assert [(each.name, each.required) for each in people.fields] == [
        ("name", True),
        ("email", False),
    ]


def test_alternatives_that_are_objects_stand_side_by_side() -> None:
    """Each under the constant that tells it from the others."""
    act, note = _object(form={"const": "act"}, values=_TEXT), _object(form={"const": "note"})

    either = _field({"oneOf": [_ref("Act"), _ref("Note")]}, Act=act, Note=note)

    assert [each.name for each in either.fields] == ["act", "note"]
    assert [each.name for each in either.fields[0].fields] == ["form", "values"]


def test_a_schema_inside_itself_ends() -> None:
    """A tree is shown to where it repeats."""
    tree = _object(leaf=_TEXT, branches={"type": "array", "items": _ref("Tree")})

    found = _field(_ref("Tree"), Tree=tree)

    assert [each.name for each in found.fields] == ["leaf", "branches"]
    assert found.fields[1].fields == ()
