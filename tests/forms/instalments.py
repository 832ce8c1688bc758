"""The two forms that pay off a debt by instalments: their examples, and ways to spoil them."""

import copy
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from docx import Document

from docgen.domain.errors import ValuesRejected
from docgen.domain.language import Language
from docgen.forms.catalogue import Catalogue
from docgen.forms.form import Form, Paper
from docgen.forms.identity import read_subscriber
from docgen.settings import BESIDE_THE_PACKAGES
from tests.builders import operator

ACKNOWLEDGED = {
    Language.KK: "Абонент жоғарыда көрсетілген берешекті, оның мөлшерін және міндеттеменің "
    "орындалмағанын, оған өзінің кінәсін мойындайды.",
    Language.RU: "Абонент признаёт указанную задолженность, её размер, факт неисполнения "
    "обязательства и свою вину в этом.",
}
"""The clause that makes the paper an acknowledgement (notariat law, 92-1; civil code, 183)."""


@cache
def agreement() -> Form:
    """The form of the agreement."""
    return Catalogue().get("instalment_agreement")


@cache
def addendum() -> Form:
    """The form of the addendum."""
    return Catalogue().get("instalment_addendum")


def example(form: Form) -> dict[str, Any]:
    """The example's values, to be changed."""
    return copy.deepcopy(dict(form.example["values"]))


def found(form: Form, values: Mapping[str, Any]) -> dict[str, str]:
    """Codes of the findings by pointer, none where the values are accepted."""
    try:
        form.read(values)
    except ValuesRejected as rejected:
        return {error.pointer.removeprefix("/values"): error.code for error in rejected.errors}
    return {}


def context(form: Form, values: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """All that the template sees."""
    day = date(2026, 11, 24)
    paper = Paper(
        number="IA-2026-000001", day=day, operator=operator(), edition=form.edition_on(day),
        subscriber=read_subscriber(form.example["subscriber"]),
    )  # fmt: skip
    return form.context(form.read(values), paper, language)


def printed_text(form: Form, language: Language) -> str:
    """The words of the Word file, paragraphs and tables, in their order."""
    file = BESIDE_THE_PACKAGES / f"templates_{language}" / f"{form.code}.docx"
    body = Document(str(file)).element.body
    return "\n".join(
        "".join(text.text or "" for text in paragraph.iter("{*}t"))
        for paragraph in body.iter("{*}p")
    )
