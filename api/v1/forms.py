"""The forms there are."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from api.route import Answer, Call, Reply, Route
from api.v1.shapes import Shape, Titles
from docgen.domain.caller import Scope
from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import FormNotFound
from docgen.domain.language import Language
from docgen.forms.form import Form
from docgen.forms.labels import labelled_form, labelled_subscriber


class FormShape(Shape):
    """A form of the contract, as lists show it."""

    code: str
    annex: int | None
    titles: Titles
    languages: tuple[Language, ...]
    ways: tuple[WayOfSigning, ...]
    ways_up_to: dict[WayOfSigning, Decimal]
    """Tenge up to which a paper may be signed that way; ways that are not named know no limit."""


class FormsShape(Shape):
    """All forms."""

    forms: tuple[FormShape, ...]


class FullFormShape(FormShape):
    """A form, with the JSON Schema of its values and an example."""

    values_schema: Annotated[dict[str, Any], Field(serialization_alias="schema")]
    subscriber_schema: dict[str, Any]
    """The same for every form: the block that alone says who signs."""
    example: dict[str, Any]


def _limits(form: Form) -> dict[WayOfSigning, Decimal]:
    return {way: up_to for way, up_to in form.ways.items() if up_to is not None}


def list_forms(call: Call) -> Reply:
    """All forms, in the order of the contract's annexes."""
    listed = tuple(
        FormShape(
            code=form.code,
            annex=form.annex,
            titles=Titles.of(form),
            languages=form.languages,
            ways=tuple(form.ways),
            ways_up_to=_limits(form),
        )
        for form in call.docgen.forms
    )
    return Reply(body=FormsShape(forms=listed))


def show_form(call: Call) -> Reply:
    """A form with all that is needed to fill it."""
    form = call.docgen.forms.get(call.path["code"])
    return Reply(
        body=FullFormShape(
            code=form.code,
            annex=form.annex,
            titles=Titles.of(form),
            languages=form.languages,
            ways=tuple(form.ways),
            ways_up_to=_limits(form),
            values_schema=labelled_form(form),
            subscriber_schema=labelled_subscriber(),
            example=dict(form.example),
        )
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/forms",
        view=list_forms,
        summary="List the forms",
        tag="forms",
        scope=Scope.FORMS_READ,
        answer=Answer(says="The forms", model=FormsShape),
    ),
    Route(
        method="GET",
        path="/v1/forms/{code}",
        view=show_form,
        summary="Show a form: its JSON Schema and an example",
        tag="forms",
        scope=Scope.FORMS_READ,
        answer=Answer(says="The form", model=FullFormShape),
        refusals=(FormNotFound,),
    ),
)
