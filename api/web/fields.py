"""JSON Schemas as a reader wants them: fields, kinds and limits, all references followed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_REF = "#/components/schemas/"
_BOUNDS = (
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minimum", "maximum", ""),
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One named value, and what it holds."""

    name: str
    required: bool
    kind: str
    """`string`, `array of objects` and so on."""
    says: str
    limits: tuple[str, ...]
    choices: tuple[str, ...]
    default: str | None
    fields: tuple["Field", ...]


@dataclass(frozen=True, kw_only=True)
class Schemas:
    """The schemas of a description, by which references are followed."""

    components: Mapping[str, Schema]

    def fields(self, schema: Schema, seen: frozenset[str] = frozenset()) -> tuple[Field, ...]:
        """The fields of an object; those of a reference inside itself are left out."""
        name = schema.get("$ref", "")
        if name in seen:
            return ()
        found = self.followed(schema)
        inside = seen | {name} if name else seen
        required = found.get("required", ())
        return tuple(
            self.field(each, value, required=each in required, seen=inside)
            for each, value in found.get("properties", {}).items()
        )

    def field(
        self, name: str, schema: Schema, *, required: bool, seen: frozenset[str] = frozenset()
    ) -> Field:
        """One value, whatever alternatives it has."""
        options = self._options(schema)
        followed = [self.followed(option) for option in options]
        items = [
            self.field("", option["items"], required=True, seen=seen)
            for option in followed
            if "items" in option
        ]
        whole = (schema, *followed)
        said = [each.get("description", "") for each in whole] + [item.says for item in items]
        return Field(
            name=name,
            required=required,
            kind=self._kind(schema),
            says=next((each for each in said if each), ""),
            limits=_unique(limit for each in whole for limit in _limits(each))
            + tuple(limit for item in items for limit in item.limits),
            choices=_unique(choice for each in followed for choice in _choices(each))
            + tuple(choice for item in items for choice in item.choices),
            default=_default(schema),
            fields=self._inside(options, seen) + tuple(f for item in items for f in item.fields),
        )

    def followed(self, schema: Schema) -> Schema:
        """The schema that is meant."""
        while "$ref" in schema:
            schema = self.components[schema["$ref"].removeprefix(_REF)]
        return schema

    def _options(self, schema: Schema) -> list[Schema]:
        alternatives = schema.get("anyOf") or schema.get("oneOf")
        if alternatives is None:
            return [schema]
        return [option for each in alternatives for option in self._options(each)]

    def _kind(self, schema: Schema) -> str:
        kinds = (self._one_kind(self.followed(option)) for option in self._options(schema))
        return " or ".join(dict.fromkeys(kinds))

    def _one_kind(self, schema: Schema) -> str:
        if "items" in schema:
            return f"array of {_plural(self._kind(schema['items']))}"
        extra = schema.get("additionalProperties")
        if isinstance(extra, Mapping):
            return f"object of {_plural(self._kind(extra))}"
        return _plain_kind(schema)

    def _inside(self, options: list[Schema], seen: frozenset[str]) -> tuple[Field, ...]:
        objects = [option for option in options if "properties" in self.followed(option)]
        if len(objects) == 1:
            return self.fields(objects[0], seen)
        return tuple(self._variant(option, seen) for option in objects)

    def _variant(self, option: Schema, seen: frozenset[str]) -> Field:
        fields = self.fields(option, seen)
        constant = next((f.choices[0] for f in fields if len(f.choices) == 1), None)
        return Field(
            name=constant or str(self.followed(option).get("title", "")),
            required=False,
            kind="object",
            says="",
            limits=(),
            choices=(),
            default=None,
            fields=fields,
        )


def _plain_kind(schema: Schema) -> str:
    if schema.get("format") == "binary":
        return "file"
    if "format" in schema:
        return str(schema["format"])
    kind = schema.get("type", "any")
    return kind if isinstance(kind, str) else " or ".join(kind)


def _plural(kind: str) -> str:
    return kind if kind == "any" or " " in kind else f"{kind}s"


def _limits(schema: Schema) -> Iterator[str]:
    for least, most, unit in _BOUNDS:
        low, high = schema.get(least), schema.get(most)
        if low is not None or high is not None:
            yield _between(low, high) + unit
    if "exclusiveMinimum" in schema:
        yield f"> {schema['exclusiveMinimum']:g}"
    if "pattern" in schema:
        yield f"`{schema['pattern']}`"
    examples = [each for each in schema.get("examples", ()) if isinstance(each, str | int)]
    if examples:
        yield "e.g. " + ", ".join(f"`{example}`" for example in examples)


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return f"≤ {high:g}"
    if high is None:
        return f"≥ {low:g}"
    return f"{low:g}–{high:g}"


def _choices(schema: Schema) -> tuple[str, ...]:
    if "const" in schema:
        return (str(schema["const"]),)
    return tuple(str(choice) for choice in schema.get("enum", ()))


def _default(schema: Schema) -> str | None:
    default = schema.get("default")
    return None if default is None else json.dumps(default, ensure_ascii=False)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
