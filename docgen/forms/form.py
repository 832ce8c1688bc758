"""What a form is: its texts, its schema, its example, and what its Word template sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from pydantic import ValidationError

from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.language import Language
from docgen.domain.subscriber import Subscriber
from docgen.forms.fields import Block, findings
from docgen.texts import dates


class Words(Protocol):
    """The form's own words in one language."""

    def __call__(self, key: str) -> str:
        """The word under a dotted key of the form's `texts.toml`."""


class FormValues(Block):
    """Base of every form's schema."""

    order_number: str

    def context(self, language: Language, words: Words) -> dict[str, Any]:
        """What the Word template sees of these values: strings, and lists of rows of strings."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What a template sees besides the form's own values."""

    number: str
    day: date
    subscriber: Subscriber
    specimen: bool = False


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form of the contract."""

    code: str
    annex: int | None
    number_prefix: str
    languages: tuple[Language, ...]
    ways: tuple[WayOfSigning, ...]
    schema: type[FormValues]
    example: Mapping[str, Any]
    texts: Mapping[str, Any]

    def word(self, key: str, language: Language) -> str:
        """The form's own word under a dotted key; KeyError for an unknown one."""
        found: Any = self.texts
        for part in key.split("."):
            found = found[part]
        return str(found[language.value])

    def title(self, language: Language) -> str:
        """The name of the paper."""
        return self.word("title", language)

    def read(self, values: object, *, root: str = "/values") -> FormValues:
        """Checked values; raises ValuesRejected with every finding."""
        try:
            return self.schema.model_validate(values)
        except ValidationError as error:
            raise ValuesRejected(findings(error.errors(include_input=False), root=root)) from None

    def check_languages(self, languages: tuple[Language, ...], *, root: str = "/languages") -> None:
        """Raise ValuesRejected unless the form exists in each, and each is asked for once."""
        if not languages or len(set(languages)) != len(languages):
            raise ValuesRejected((FieldError(root, "invalid"),))
        if not set(languages) <= set(self.languages):
            raise ValuesRejected((FieldError(root, "language_not_offered"),))

    def context(self, values: FormValues, paper: Paper, language: Language) -> dict[str, Any]:
        """All that the template in that language sees, formatted for it."""
        person = paper.subscriber
        return values.context(language, lambda key: self.word(key, language)) | {
            "document": {"number": paper.number, "date": dates.formal(paper.day, language)},
            "specimen": paper.specimen,
            "order_number": values.order_number,
            "subscriber": {
                "full_name": person.full_name,
                "iin": person.iin.value,
                "phone": person.phone.printed(),
                "email": person.email or "—",
                "address": person.addresses.service,
            },
        }

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema (2020-12) of the values."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **self.schema.model_json_schema(mode="validation"),
        }
