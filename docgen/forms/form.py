"""What a form is: its texts, its schema, its example, and what its Word template sees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from pydantic import ValidationError

from docgen.domain.account import Account, Traces
from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import EditionNotFound, FieldError, ValuesRejected
from docgen.domain.language import Language
from docgen.domain.operator import Operator
from docgen.domain.signed_here import AcknowledgedDebt
from docgen.domain.subscriber import Subscriber
from docgen.forms.edition import Edition, in_force
from docgen.forms.fields import Block, Code
from docgen.forms.findings import findings
from docgen.texts import dates
from docgen.texts.money import NO_BREAK_SPACE

MOST_ROWS = 1000
"""Rows that all tables of one paper may have together: more than a visit ever fills.

They take seconds, and a longer paper would make all others wait.
"""
MOST_LETTERS = 100_000
"""Letters in all texts of one paper, a line break counting as a line of them.

Rows of long words in narrow columns would fill hundreds of pages.
"""
_LETTERS_OF_A_LINE = 80
DASH = "—"
"""Printed where there is nothing to print, so that nobody can write something there."""


class Words(Protocol):
    """The form's own words in one language."""

    def __call__(self, key: str) -> str:
        """The word under a dotted key of the form's `texts.toml`."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """What is found in values by comparing them with what the account has signed before.

    Pointers are within the values: `/equipment/0/serial`. Errors refuse the paper; warnings are
    told to whoever makes it, who may go on.
    """

    errors: tuple[FieldError, ...] = ()
    warnings: tuple[FieldError, ...] = ()


class FormValues(Block):
    """Base of every form's schema."""

    looks_back: ClassVar[bool] = False
    """Whether `review` wants to know what the account has signed before."""

    order_number: Code

    def check(self) -> Iterable[FieldError]:
        """What is wrong between fields that are each right by themselves, row by row.

        Pointers are within the values: `/equipment/1/serial`.
        """
        return ()

    def warn(self, today: date) -> Iterable[FieldError]:  # noqa: ARG002 - for forms with deadlines
        """What is odd on the day the paper is made; pointers are within the values."""
        return ()

    def accounts(self) -> frozenset[str]:
        """Numbers of the accounts the paper speaks of."""
        services = (getattr(each, "account_number", None) for each in getattr(self, "services", ()))
        named = {getattr(self, "account_number", None), *services}
        return frozenset(each for each in named if each is not None)

    @classmethod
    def refused_ways(cls, kept: Mapping[str, Any]) -> frozenset[WayOfSigning]:  # noqa: ARG003
        """Ways of signing that the subscriber has refused in values as they are kept.

        They were checked when they came in: of them no more is read than tells it, and that as
        strictly as ever; raises ValidationError where it is not there.
        """
        return frozenset()

    def rows(self) -> int:
        """How many rows its tables have together."""
        return sum(len(field) for field in vars(self).values() if isinstance(field, tuple))

    def is_too_long(self) -> bool:
        """Whether its texts have too many letters together, line breaks counting as lines."""
        texts = _texts(self.model_dump(), [])
        breaks = sum(text.count("\n") for text in texts)
        return _length(sum(map(len, texts)), breaks) > MOST_LETTERS

    def amount(self) -> Decimal | None:
        """Tenge the subscriber binds himself to pay by signing; None where no sum is at stake."""
        return None

    def traces(self) -> Traces:
        """What the paper, once signed, changes in the account."""
        return Traces()

    def acknowledges(self) -> AcknowledgedDebt | None:
        """What debt the subscriber acknowledges by signing, if any."""
        return None

    def review(self, account: Account) -> Review:  # noqa: ARG002 - for forms that look back
        """What is wrong or worth a warning, given what the account has signed before."""
        return Review()

    def context(self, language: Language, words: Words) -> dict[str, Any]:
        """What the Word template sees of these values: strings, and lists of rows of strings."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What a template sees besides the form's own values."""

    number: str
    day: date
    subscriber: Subscriber
    operator: Operator
    edition: Edition
    specimen: bool = False


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form of the contract."""

    code: str
    annex: int | None
    number_prefix: str
    languages: tuple[Language, ...]
    ways: Mapping[WayOfSigning, Decimal | None]
    """How it may be signed, and up to which amount in tenge (None: any)."""
    editions: tuple[Edition, ...]
    """The oldest first."""
    schema: type[FormValues]
    example: Mapping[str, Any]
    texts: Mapping[str, Any]
    texts_sha256: str

    def edition_on(self, day: date) -> Edition:
        """The edition of which documents are made on that day."""
        return in_force(self.editions, day)

    def edition(self, name: str) -> Edition:
        """The edition of that name; raises EditionNotFound."""
        for each in self.editions:
            if each.name == name:
                return each
        raise EditionNotFound(f"{self.code} {name}")

    def template(self, edition: Edition) -> str:
        """Name of its Word files: the newest lie in front, the others below `editions/`."""
        if edition == self.editions[-1]:
            return self.code
        return f"editions/{edition.name}/{self.code}"

    def ways_for(self, amount: Decimal | None) -> tuple[WayOfSigning, ...]:
        """How a paper about that amount may be signed."""
        return tuple(
            way
            for way, up_to in self.ways.items()
            if amount is None or up_to is None or amount <= up_to
        )

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
            read = self.schema.model_validate(values)
        except ValidationError as error:
            raise _rejected(error, root=root) from None
        if read.rows() > MOST_ROWS:
            raise _too_much("too_many_rows", MOST_ROWS, root)
        if _may_be_too_long(values) and read.is_too_long():
            raise _too_much("too_much_text", MOST_LETTERS, root)
        disagreements = tuple(found.below(root) for found in read.check())
        if disagreements:
            raise ValuesRejected(disagreements)
        return read

    def amount(self, kept: Mapping[str, Any]) -> Decimal | None:
        """What values as they are kept bind the subscriber to pay; read where the form says any.

        Raises ValuesRejected for what it would not have kept.
        """
        if self.schema.amount is FormValues.amount:
            return None
        return self.read(kept).amount()

    def refused_ways(self, kept: Mapping[str, Any]) -> frozenset[WayOfSigning]:
        """Ways of signing refused in values as they are kept; raises ValuesRejected."""
        try:
            return self.schema.refused_ways(kept)
        except ValidationError as error:
            raise _rejected(error, root="/values") from None

    def check_languages(self, languages: tuple[Language, ...], *, root: str = "/languages") -> None:
        """Raise ValuesRejected unless the form exists in each, and each is asked for once."""
        if not languages or len(set(languages)) != len(languages):
            raise ValuesRejected((FieldError(root, "invalid"),))
        if not set(languages) <= set(self.languages):
            raise ValuesRejected((FieldError(root, "language_not_offered"),))

    def context(self, values: FormValues, paper: Paper, language: Language) -> dict[str, Any]:
        """All that the template in that language sees, formatted for it."""
        person, operator, edition = paper.subscriber, paper.operator, paper.edition
        return values.context(language, lambda key: self.word(key, language)) | {
            "document": {"number": paper.number, "date": dates.formal(paper.day, language)},
            "specimen": paper.specimen,
            "order_number": values.order_number,
            "edition": {"name": edition.name, "since": dates.short(edition.since)},
            "contract": {
                "order": edition.order,
                "date": dates.formal(edition.order_date, language),
                "dated": dates.of(edition.order_date, language),
            },
            "operator": {
                "name": operator.name[language],
                "bin": operator.bin.value,
                "address": operator.address[language],
                "site": operator.site,
                "support_phone": operator.support_phone,
                "support_whatsapp": operator.support_whatsapp.replace(" ", NO_BREAK_SPACE),
                "support_telegram": operator.support_telegram,
            },
            "subscriber": {
                "full_name": person.full_name,
                "surname": person.surname,
                "name": person.name,
                "patronymic": person.patronymic or DASH,
                "birth_date": dates.short(person.birth_date),
                "iin": person.iin.value,
                "phone": person.phone.printed(),
                "email": person.email or DASH,
                "address": person.addresses.service,
                "registration_address": person.addresses.registration,
                "actual_address": person.addresses.actual,
            },
        }

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema (2020-12) of the values."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **self.schema.model_json_schema(mode="validation"),
        }


def _rejected(error: ValidationError, *, root: str) -> ValuesRejected:
    return ValuesRejected(findings(error.errors(include_input=False), root=root))


def _too_much(code: str, limit: int, root: str) -> ValuesRejected:
    return ValuesRejected((FieldError(root, code, (("limit", str(limit)),)),))


def _may_be_too_long(given: object) -> bool:
    """With all names and signs they are longer than their texts: most need no closer look."""
    written = repr(given)
    return _length(len(written), written.count("\\n")) > MOST_LETTERS


def _length(letters: int, breaks: int) -> int:
    return letters + breaks * _LETTERS_OF_A_LINE


def _texts(value: object, found: list[str]) -> list[str]:
    """All texts in it, added to what was found."""
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            _texts(each, found)
    return found
