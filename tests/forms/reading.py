"""Values of a form as it reads them: accepted and shown, or refused finding by finding."""

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.language import Language
from docgen.forms.form import Form, Paper
from docgen.forms.identity import read_subscriber
from tests.builders import operator

DAY = date(2026, 11, 25)
"""On which all papers of these tests are made."""


def example(form: Form) -> dict[str, Any]:
    """The example's values, to be changed."""
    return copy.deepcopy(dict(form.example["values"]))


def errors(form: Form, values: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """The findings, none where the values are accepted."""
    try:
        form.read(values)
    except ValuesRejected as rejected:
        return rejected.errors
    return ()


def found(form: Form, values: Mapping[str, Any]) -> dict[str, str]:
    """Codes of the findings by pointer within the values."""
    return {each.pointer.removeprefix("/values"): each.code for each in errors(form, values)}


def context(
    form: Form, values: Mapping[str, Any], language: Language, *, person: object = None
) -> dict[str, Any]:
    """All that the template sees of them, for the example's person or another."""
    paper = Paper(
        number=f"{form.number_prefix}-2026-000001",
        day=DAY,
        subscriber=read_subscriber(person or form.example["subscriber"]),
        operator=operator(),
        edition=form.edition_on(DAY),
    )
    return form.context(form.read(values), paper, language)
