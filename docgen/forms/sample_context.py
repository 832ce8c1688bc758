"""What a form's templates may name, told by its own example."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from docgen.domain.language import Language
from docgen.domain.operator import Operator
from docgen.forms.edition import Edition
from docgen.forms.form import DASH, Form, FormValues, Paper, Words
from docgen.forms.identity import read_subscriber


@dataclass
class OwnContext:
    """What the form itself gives, in one language, and the words it looked for in vain."""

    given: Mapping[str, Any] = field(default_factory=dict)
    missing_words: list[str] = field(default_factory=list)


def own_context(form: Form, language: Language) -> OwnContext:
    """Of the example's values; raises ValuesRejected where the form does not take them."""
    made = OwnContext()
    values = form.read(form.example.get("values"))

    def words(key: str) -> str:
        try:
            return form.word(key, language)
        except (KeyError, TypeError):
            made.missing_words.append(key)
            return DASH

    made.given = values.context(language, words)
    return made


def base_context(
    form: Form, edition: Edition, operator: Operator, language: Language
) -> Mapping[str, Any]:
    """What every form's templates see besides; raises ValuesRejected for a wrong example."""
    paper = Paper(
        number=DASH,
        day=edition.since,
        subscriber=read_subscriber(form.example.get("subscriber")),
        operator=operator,
        edition=edition,
    )
    return form.context(_Nothing(order_number=DASH), paper, language)


class _Nothing(FormValues):
    """The values of a form that has none of its own."""

    def context(self, language: Language, words: Words) -> dict[str, Any]:  # noqa: ARG002
        """Nothing."""
        return {}
