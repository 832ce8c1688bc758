"""The forms there are."""

from typing import Annotated, Any

from pydantic import Field

from api.route import Answer, Call, Reply, Route
from api.v1.shapes import Shape, Titles
from docgen.domain.caller import Scope
from docgen.domain.consent import WayOfSigning
from docgen.domain.errors import FormNotFound
from docgen.domain.language import Language


class FormShape(Shape):
    """A form of the contract, as lists show it."""

    code: str
    annex: int | None
    titles: Titles
    languages: tuple[Language, ...]
    ways: tuple[WayOfSigning, ...]


class FormsShape(Shape):
    """All forms."""

    forms: tuple[FormShape, ...]


class FullFormShape(FormShape):
    """A form, with the JSON Schema of its values and an example."""

    values_schema: Annotated[dict[str, Any], Field(serialization_alias="schema")]
    example: dict[str, Any]


def list_forms(call: Call) -> Reply:
    """All forms, in the order of the contract's annexes."""
    listed = tuple(
        FormShape(
            code=form.code,
            annex=form.annex,
            titles=Titles.of(form),
            languages=form.languages,
            ways=form.ways,
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
            ways=form.ways,
            values_schema=form.json_schema(),
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
