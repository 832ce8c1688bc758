"""What requests hold. The core reads subscriber, reference and values itself: here they pass."""

from functools import cache
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, create_model

from api.names import camel_case
from docgen.domain.consent import EnteredBy
from docgen.domain.envelope import State
from docgen.domain.language import Language
from docgen.domain.subscriber import IdentityDocument
from docgen.forms.catalogue import Catalogue
from docgen.forms.fields import Block, Code, Moment, Paragraph, finding
from docgen.forms.form import Form
from docgen.forms.identity import KazakhMobile, PersonInput, ReferenceInput, SubscriberInput

Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{26}$")]
MOST_DOCUMENTS = 20


class NewDocument(Block):
    """One document to make."""

    form: str
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=2)]
    values: Any


def not_too_many(documents: object) -> object:
    """Before each is read: a million wrong ones would keep us busy for long."""
    if isinstance(documents, list) and len(documents) > MOST_DOCUMENTS:
        raise finding("too_long", limit=MOST_DOCUMENTS)
    return documents


class NewEnvelope(Block):
    """What one subscriber is to sign at once."""

    subscriber: Any
    reference: Any
    supersedes: Id | None = None
    """An envelope in whose place this one stands: it becomes void in the same moment.

    The key needs the scope `envelopes:end` too.
    """
    documents: Annotated[
        tuple[NewDocument, ...],
        BeforeValidator(not_too_many),
        Field(min_length=1, max_length=MOST_DOCUMENTS),
    ]


class CodeRequest(Block):
    """A wish for a code; without a language, in that of the first document."""

    language: Language | None = None
    employee_id: Code | None = None


class PhoneConfirmation(Block):
    """One try to confirm; `attempt_id` is made by the client, and a retry repeats it."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    attempt_id: Code
    entered_by: EnteredBy | None = None
    """Who typed it; left out, the employee where one is named, else the subscriber."""
    employee_id: Code | None = None
    """Who typed it where the subscriber told him (point 9.5), or handed his tablet over."""
    device: Code | None = None
    """A short name of what it was typed on."""


class Confirmation(PhoneConfirmation):
    """One try to confirm; `attempt_id` is made by the client, and a retry repeats it."""

    language: Language | None = None
    """In which the consent was shown; by default that of the first document."""


class NewPhoneVerification(Block):
    """Whose a number is said to be, and who has looked at the person and at which document."""

    subscriber: PersonInput
    identified_by: Code
    """The employee."""
    identity_document: IdentityDocument
    language: Language = Language.KK
    """Of the message."""


class PhoneCodeRequest(Block):
    """A wish for another code to the number."""

    language: Language = Language.KK
    employee_id: Code | None = None


class Reason(Block):
    """Why."""

    reason: Paragraph


class EnvelopeQuery(Block):
    """Which envelopes are looked for."""

    state: State | None = None
    phone: KazakhMobile | None = None
    account: Code | None = None
    order: Code | None = None
    created_from: Moment | None = None
    created_before: Moment | None = None
    cursor: Id | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class PdfQuery(Block):
    """Which bytes: frozen, sealed, or archived (sealed with later time stamps).

    By default the latest there are.
    """

    version: Literal["frozen", "sealed", "archived"] | None = None


class PageQuery(PdfQuery):
    """Which bytes, and how wide in pixels."""

    width: Annotated[int, Field(ge=100, le=2000)] = 1000


@cache
def described_envelope(forms: Catalogue) -> type[BaseModel]:
    """NewEnvelope in full, each form with its own values: to describe it, not to read by."""
    kinds: Any = Union[tuple(_described_document(form) for form in forms)]  # noqa: UP007
    documents: Any = tuple[Annotated[kinds, Field(discriminator="form")], ...]
    bounded = Field(min_length=1, max_length=MOST_DOCUMENTS)
    return create_model(
        "Envelope",
        __base__=Block,
        subscriber=(SubscriberInput, ...),
        reference=(ReferenceInput, ...),
        supersedes=(Id | None, None),
        documents=(Annotated[documents, bounded], ...),
        __cls_kwargs__={"json_schema_extra": {"examples": [_example(next(iter(forms)))]}},
    )


def _example(form: Form) -> dict[str, Any]:
    """A body that is accepted as it stands."""
    values = form.example["values"]
    return {
        "subscriber": form.example["subscriber"],
        "reference": {"order_number": values["order_number"], "account_number": "750012345678"},
        "documents": [{"form": form.code, "languages": list(form.languages), "values": values}],
    }


def _described_document(form: Form) -> type[BaseModel]:
    code: Any = Literal[form.code]
    languages: Any = Annotated[tuple[Language, ...], Field(min_length=1, max_length=2)]
    return create_model(
        f"{camel_case(form.code)}Document",
        __base__=Block,
        form=(code, ...),
        languages=(languages, ...),
        values=(form.schema, ...),
    )
