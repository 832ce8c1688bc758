"""What fields and choices are called on screens: written into the JSON Schemas that are served.

`x-labels` beside a property is `{kk, ru}`; `x-texts` beside an enum is `{value: {kk, ru}}`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from docgen.domain.language import BOTH
from docgen.forms.form import Form
from docgen.forms.identity import SubscriberInput
from docgen.texts.phrases import phrases, say


@cache
def _labels() -> Mapping[str, Any]:
    with Path(__file__).with_name("labels.toml").open("rb") as file:
        return tomllib.load(file)


def labelled_form(form: Form) -> dict[str, Any]:
    """The schema of a form's values, with its words."""
    return _labelled(form.json_schema(), form.schema.__name__, form)


@cache
def labelled_subscriber() -> dict[str, Any]:
    """The schema of the subscriber's block, with its words."""
    model: type[BaseModel] = SubscriberInput
    schema = model.model_json_schema(mode="validation")
    return _labelled(schema, model.__name__, None)


def _label(form: Form | None, kind: str, name: str, title: str) -> dict[str, str]:
    """What a field is called; a form of elsewhere may say it in `labels` of its texts."""
    own: Mapping[str, Any] = {} if form is None else form.texts.get("labels", {})
    named: Mapping[str, Mapping[str, str]] = _labels()["field"]
    unnamed = {each.value: title for each in BOTH}
    return dict(own.get(name) or named.get(f"{kind}.{name}") or named.get(name) or unnamed)


def _labelled(schema: dict[str, Any], root: str, form: Form | None) -> dict[str, Any]:
    for kind, part in _parts(schema, root):
        for name, field in part.get("properties", {}).items():
            field["x-labels"] = _label(form, kind, name, field.get("title", name))
        if "enum" in part:
            part["x-texts"] = {value: _texts(kind, value, form) for value in part["enum"]}
    return schema


def _parts(schema: dict[str, Any], root: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield root, schema
    yield from schema.get("$defs", {}).items()


def _texts(kind: str, value: str, form: Form | None) -> dict[str, str]:
    """The words that papers print of a choice, else those of the screens."""
    place = str(_labels()["words"].get(kind, ""))
    if place.startswith("text:"):
        key = f"{place.removeprefix('text:')}.{value}"
        return {each.value: say(key, each) for each in BOTH if key in phrases(each)}
    if (
        form is not None
        and isinstance(form.texts.get(place), Mapping)
        and value in form.texts[place]
    ):
        return {each.value: form.word(f"{place}.{value}", each) for each in BOTH}
    unnamed = {each.value: value for each in BOTH}
    return dict(_labels()["kinds"].get(kind, {}).get(value, unnamed))
