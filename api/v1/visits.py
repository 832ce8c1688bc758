"""Visits: planned by the order system or by hand, drafted on a tablet, turned into envelopes."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field

from api.route import Answer, Call, JsonBody, Repeat, Reply, Route
from api.v1.bodies import MOST_DOCUMENTS, Id, NewDocument, not_too_many
from api.v1.envelope_shapes import EnvelopeShape
from api.v1.shapes import ReferenceShape, Shape
from docgen.domain.caller import Scope
from docgen.domain.envelope import State
from docgen.domain.errors import (
    QueueFull,
    StaleVisit,
    ValuesRejected,
    VisitBegun,
    VisitNotFound,
)
from docgen.domain.subscriber import Phone
from docgen.domain.visit import VisitFilter, VisitState
from docgen.forms.fields import Block, Code, Day, Line
from docgen.forms.identity import KazakhMobile, ReferenceInput
from docgen.usecases.create_envelope import DocumentRequest
from docgen.usecases.plan_visit import VisitRequest
from docgen.usecases.show_envelope import Shown
from docgen.usecases.work_visit import SeenVisit

VISITS = "/v1/visits"
_SUBSCRIBER = Field(description="As an envelope takes it, perhaps in part.", examples=[{}])
Subscriber = Annotated[dict[str, Any], _SUBSCRIBER]
Documents = Annotated[
    tuple[NewDocument, ...],
    BeforeValidator(not_too_many),
    Field(
        max_length=MOST_DOCUMENTS,
        description="As an envelope takes them, their values perhaps in part.",
        examples=[[{"form": "acceptance_act", "languages": ["kk", "ru"], "values": {}}]],
    ),
]


class VisitBody(Block):
    """A visit as the order system knows it."""

    reference: ReferenceInput
    planned_on: Day
    slot: Line | None = None
    """When on that day, for people: `10:00–12:00`."""
    employee_id: Code | None = None
    """Who is to go."""
    subscriber: Subscriber = Field(default_factory=dict)
    documents: Documents = ()

    def request(self) -> VisitRequest:
        """As the core takes it."""
        return VisitRequest(
            reference=self.reference.model_dump(exclude_none=True),
            planned_on=self.planned_on,
            slot=self.slot,
            employee_id=self.employee_id,
            subscriber=self.subscriber,
            documents=_documents(self.documents),
        )


class ChangedVisitBody(VisitBody):
    """The whole visit anew."""

    version: Annotated[int, Field(ge=1, strict=True)]
    """The version that was read."""


class DraftBody(Block):
    """What a technician has written down."""

    version: Annotated[int, Field(ge=1, strict=True)]
    """The version that it was written upon."""
    subscriber: Subscriber
    documents: Documents


class SignBody(Block):
    """Of which version the envelope is made."""

    version: Annotated[int, Field(ge=1, strict=True)]


class VisitQuery(Block):
    """Which visits are looked for."""

    on: Day | None = None
    order: Code | None = None
    account: Code | None = None
    phone: KazakhMobile | None = None
    cursor: Id | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class VisitEnvelopeShape(Shape):
    """The envelope that was made of a visit."""

    id: str
    state: State


class VisitSummaryShape(Shape):
    """A visit in a list."""

    id: str
    version: int
    state: VisitState
    reference: ReferenceShape
    planned_on: date
    slot: str | None
    employee_id: str | None
    subscriber_name: str
    address: str
    """Of the service."""
    forms: tuple[str, ...]
    envelope: VisitEnvelopeShape | None
    changed_at: datetime

    @classmethod
    def of(cls, seen: SeenVisit) -> Self:
        """The shape of a visit in short."""
        return cls(**_summary(seen))


class VisitShape(VisitSummaryShape):
    """A visit with all that was written down; for those who may work on it."""

    subscriber: dict[str, Any]
    documents: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, seen: SeenVisit) -> Self:
        """The shape of a visit."""
        content = seen.visit.content
        return cls(
            **_summary(seen),
            subscriber=content["subscriber"],
            documents=tuple(content["documents"]),
        )


class VisitsShape(Shape):
    """A page of visits; `next` is the cursor of the page after it."""

    visits: tuple[VisitSummaryShape, ...]
    next: str | None


def _summary(seen: SeenVisit) -> dict[str, Any]:
    visit, state = seen.visit, seen.envelope_state
    person = visit.content["subscriber"]
    addresses = person.get("addresses")
    address = addresses.get("service") if isinstance(addresses, dict) else None
    named = (person.get(part) for part in ("surname", "name", "patronymic"))
    made = visit.envelope_id is not None and state is not None
    return {
        "id": visit.id,
        "version": visit.version,
        "state": visit.state,
        "reference": ReferenceShape.of(visit.reference),
        "planned_on": visit.planned_on,
        "slot": visit.slot,
        "employee_id": visit.employee_id,
        "subscriber_name": " ".join(part for part in named if isinstance(part, str)),
        "address": address if isinstance(address, str) else "",
        "forms": tuple(each["form"] for each in visit.content["documents"]),
        "envelope": VisitEnvelopeShape(id=visit.envelope_id, state=state) if made else None,
        "changed_at": visit.changed_at,
    }


def _documents(given: tuple[NewDocument, ...]) -> tuple[DocumentRequest, ...]:
    return tuple(
        DocumentRequest(form=each.form, languages=each.languages, values=each.values)
        for each in given
    )


def plan_visit(call: Call) -> Reply:
    """A visit that somebody is to make."""
    body, visit_id = call.body_as(VisitBody), call.resource_id
    if visit_id is None:
        raise LookupError("this route wants an idempotency key")
    visit = call.docgen.visits.plan(visit_id, body.request(), caller=call.caller)
    made = {"Location": f"{VISITS}/{visit.id}"}
    shape = VisitShape.of(SeenVisit(visit=visit))
    return Reply(body=shape, status=HTTPStatus.CREATED, headers=made)


def change_visit(call: Call) -> Reply:
    """The visit anew, while nobody has begun it."""
    body = call.body_as(ChangedVisitBody)
    visit = call.docgen.visits.plan.change(
        call.path["visit_id"], body.request(), version=body.version, caller=call.caller
    )
    return Reply(body=VisitShape.of(SeenVisit(visit=visit)))


def cancel_visit(call: Call) -> Reply:
    """Nobody goes."""
    visit = call.docgen.visits.plan.cancel(call.path["visit_id"], caller=call.caller)
    return Reply(body=VisitShape.of(SeenVisit(visit=visit)))


def find_visits(call: Call) -> Reply:
    """Those of the caller's region that fit."""
    query, caller, desk = call.query_as(VisitQuery), call.caller, call.docgen.visits
    phone = None if query.phone is None else desk.pseudonyms.of_phone(Phone(query.phone))
    wanted = VisitFilter(
        owner=caller.owner,
        region=caller.region,
        planned_on=query.on,
        order_number=query.order,
        account_number=query.account,
        phone_subject=phone,
    )
    found, after = desk.find(wanted, after=query.cursor, limit=query.limit)
    listed = tuple(VisitSummaryShape.of(each) for each in found)
    return Reply(body=VisitsShape(visits=listed, next=after))


def show_visit(call: Call) -> Reply:
    """The visit as it was written down last."""
    return Reply(
        body=VisitShape.of(call.docgen.visits.show(call.path["visit_id"], caller=call.caller))
    )


def keep_draft(call: Call) -> Reply:
    """What is written down so far, upon the version that was read."""
    body = call.body_as(DraftBody)
    kept = call.docgen.visits.keep(
        call.path["visit_id"],
        version=body.version,
        subscriber=body.subscriber,
        documents=_documents(body.documents),
        caller=call.caller,
    )
    return Reply(body=VisitShape.of(kept))


def sign_visit(call: Call) -> Reply:
    """An envelope of what is written down."""
    body, envelope_id = call.body_as(SignBody), call.resource_id
    if envelope_id is None:
        raise LookupError("this route wants an idempotency key")
    envelope = call.docgen.visits.sign(
        call.path["visit_id"], version=body.version, envelope_id=envelope_id, caller=call.caller
    )
    shown = Shown(envelope=envelope, challenge=None)
    shape = EnvelopeShape.of(shown, public_url=call.docgen.public_url)
    made = {"Location": shape.links.self}
    return Reply(body=shape, status=HTTPStatus.CREATED, headers=made)


_VISIT = f"{VISITS}/{{visit_id}}"
_MADE = {"Location": "Where it is"}

ROUTES = (
    Route(
        method="POST",
        path=VISITS,
        view=plan_visit,
        summary="Plan a technician's visit, with whatever is known beforehand",
        tag="visits",
        scope=Scope.VISITS_PLAN,
        body=JsonBody(model=VisitBody),
        repeat=Repeat.MUST,
        answer=Answer(status=201, says="The visit", model=VisitShape, headers=_MADE),
        refusals=(ValuesRejected,),
    ),
    Route(
        method="GET",
        path=VISITS,
        view=find_visits,
        summary="Find visits of the caller's region",
        tag="visits",
        scope=Scope.VISITS_WORK,
        query=VisitQuery,
        answer=Answer(says="A page of visits", model=VisitsShape),
    ),
    Route(
        method="GET",
        path=_VISIT,
        view=show_visit,
        summary="Show a visit with what was written down",
        tag="visits",
        scope=Scope.VISITS_WORK,
        answer=Answer(says="The visit", model=VisitShape),
        refusals=(VisitNotFound,),
    ),
    Route(
        method="PUT",
        path=_VISIT,
        view=change_visit,
        summary="Plan a visit anew while nobody has begun it",
        tag="visits",
        scope=Scope.VISITS_PLAN,
        body=JsonBody(model=ChangedVisitBody),
        answer=Answer(says="The visit", model=VisitShape),
        refusals=(ValuesRejected, VisitNotFound, StaleVisit, VisitBegun),
    ),
    Route(
        method="DELETE",
        path=_VISIT,
        view=cancel_visit,
        summary="Cancel a visit that nobody has begun",
        tag="visits",
        scope=Scope.VISITS_PLAN,
        answer=Answer(says="The visit, cancelled", model=VisitShape),
        refusals=(VisitNotFound, VisitBegun),
    ),
    Route(
        method="PUT",
        path=f"{_VISIT}/draft",
        view=keep_draft,
        summary="Keep what was written down, upon the version that was read",
        tag="visits",
        scope=Scope.VISITS_WORK,
        body=JsonBody(model=DraftBody),
        answer=Answer(says="The visit, its next version", model=VisitShape),
        refusals=(ValuesRejected, VisitNotFound, StaleVisit, VisitBegun),
    ),
    Route(
        method="POST",
        path=f"{_VISIT}/envelope",
        view=sign_visit,
        summary="Make an envelope of a visit; an older one that is open becomes void",
        tag="visits",
        scope=Scope.VISITS_WORK,
        body=JsonBody(model=SignBody),
        repeat=Repeat.MUST,
        answer=Answer(
            status=201,
            says="The envelope, `draft` or `ready`",
            model=EnvelopeShape,
            headers=_MADE,
        ),
        refusals=(ValuesRejected, VisitNotFound, StaleVisit, VisitBegun, QueueFull),
    ),
)
