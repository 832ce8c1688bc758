"""Schemas as they are served: every field and every choice has its words in both languages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from docgen.forms.catalogue import Catalogue
from docgen.forms.labels import labelled_form, labelled_subscriber

_SCHEMAS = {form.code: labelled_form(form) for form in Catalogue()} | {
    "subscriber": labelled_subscriber()
}


def _words(schema: Any) -> Iterator[dict[str, str]]:
    if isinstance(schema, dict):
        for name, part in schema.items():
            if name == "x-labels":
                yield part
            elif name == "x-texts":
                yield from part.values()
            else:
                yield from _words(part)
    elif isinstance(schema, list):
        for each in schema:
            yield from _words(each)


@pytest.mark.parametrize("name", _SCHEMAS)
def test_every_field_and_choice_has_words(name: str) -> None:
    """In Kazakh and in Russian, none empty, and none in the letters of another."""
    schema = _SCHEMAS[name]
    found = list(_words(schema))

    assert len(found) > 3
    assert all(set(each) == {"kk", "ru"} for each in found)
    assert [
        each
        for each in found
        if not re.search("[а-яё]|SMS", each["ru"].lower().replace("sms", "SMS"))
    ] == []
    parts = [schema, *schema.get("$defs", {}).values()]
    for part in parts:
        assert all("x-labels" in field for field in part.get("properties", {}).values())
        assert ("enum" in part) == ("x-texts" in part)
    russian = "".join(each["ru"] for each in found)
    assert not set("әғқңөұүһі") & set(russian.lower())


def test_a_choice_is_called_what_the_paper_prints() -> None:
    """One truth: the words of the form's own texts."""
    modes = _SCHEMAS["acceptance_act"]["$defs"]["Unit"]["x-texts"]

    assert modes["metre"] == {"kk": "метр", "ru": "метр"}
    papers = _SCHEMAS["application"]["$defs"]["PaperKind"]["x-texts"]
    assert papers["id_card"]["ru"] == "удостоверение личности"
