"""A form is a folder: adding one edits nothing else."""

import json
from pathlib import Path

import pytest

from docgen.domain.errors import FormNotFound, ValuesRejected
from docgen.domain.language import Language
from docgen.forms.catalogue import BUILT_IN, Catalogue
from docgen.texts.phrases import phrases
from tests.forms.samples import act

SCHEMA = """
from docgen.forms.fields import Line
from docgen.forms.form import FormValues
class Values(FormValues):
    order_number: Line
    def context(self, language, words):
        return {"greeting": words("greeting")}
"""
TEXTS = """
number_prefix = "X"
languages = ["kk"]
title = { kk = "Сынақ", ru = "Проба" }
ways.sms_code = {}
greeting = { kk = "Сәлем", ru = "Привет" }
"""


EDITIONS = f"""
[first]
since = 2026-01-01
order = "441"
order_date = 2023-12-30
kk = "{"0" * 64}"
"""


def test_a_folder_on_the_search_path_is_a_form(tmp_path: Path) -> None:
    """Four files make a form known beside the built-in ones."""
    folder = tmp_path / "trial"
    folder.mkdir()
    (folder / "schema.py").write_text(SCHEMA, encoding="utf-8")
    (folder / "texts.toml").write_text(TEXTS, encoding="utf-8")
    (folder / "editions.toml").write_text(EDITIONS, encoding="utf-8")
    (folder / "example.json").write_text(json.dumps({"values": {"order_number": "1"}}))

    forms = Catalogue((tmp_path, BUILT_IN))

    assert {form.code for form in forms} == {"trial", *(form.code for form in Catalogue())}
    assert forms.get("trial").title(Language.KK) == "Сынақ"


def test_an_unknown_form_has_its_own_error() -> None:
    """Asking for what is not there is named."""
    with pytest.raises(FormNotFound):
        Catalogue().get("no_such_form")


@pytest.mark.parametrize("languages", [(), (Language.KK, Language.KK)])
def test_each_language_is_asked_for_once(languages: tuple[Language, ...]) -> None:
    """No document is without a language or has one twice."""
    with pytest.raises(ValuesRejected):
        act().check_languages(languages)


def test_every_finding_a_form_can_make_has_words() -> None:
    """Codes raised anywhere in the forms have a sentence in `texts`."""
    source = "".join(path.read_text(encoding="utf-8") for path in BUILT_IN.rglob("*.py"))
    known = {key.removeprefix("field.") for key in phrases(Language.KK) if key.startswith("field.")}

    used = {code for code in known if f'"{code}"' in source}
    raised = {part.split('"')[0] for part in source.split('finding("')[1:]}

    assert raised <= known
    assert {"required", "wrong_type", "not_in_list"} <= used
