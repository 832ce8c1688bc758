"""Envelopes: made, shown, found, declined, made void."""

from dataclasses import replace
from http import HTTPStatus

from api.route import Answer, Call, JsonBody, Repeat, Reply, Route
from api.v1.bodies import EnvelopeQuery, NewEnvelope, Reason, described_envelope
from api.v1.envelope_shapes import EnvelopeShape, EnvelopesShape, SummaryShape
from docgen.domain.caller import Scope
from docgen.domain.envelope import EnvelopeFilter, State
from docgen.domain.errors import (
    AlreadySuperseded,
    MoveNotAllowed,
    NotReady,
    QueueFull,
    StaleEnvelope,
    ValuesRejected,
)
from docgen.domain.subscriber import Phone
from docgen.usecases.create_envelope import DocumentRequest, EnvelopeRequest
from docgen.usecases.decline import Decline
from docgen.usecases.show_envelope import Shown
from docgen.usecases.void import Void


def create_envelope(call: Call) -> Reply:
    """A new envelope, ready if its documents were made in time."""
    body = call.body_as(NewEnvelope)
    caller = call.caller
    if body.supersedes is not None:
        caller.require(Scope.ENVELOPES_END)
    envelope = call.docgen.create_envelope(
        EnvelopeRequest(
            id=call.resource_id,
            asked_before=call.resumed,
            owner=caller.owner,
            client=caller.client,
            region=caller.region,
            subscriber=body.subscriber,
            reference=body.reference,
            supersedes=body.supersedes,
            documents=tuple(
                DocumentRequest(form=each.form, languages=each.languages, values=each.values)
                for each in body.documents
            ),
        )
    )
    return _reply(call, Shown(envelope=envelope, challenge=None), status=HTTPStatus.CREATED)


def show_envelope(call: Call) -> Reply:
    """The envelope as it is now."""
    return _reply(call, call.envelope)


def find_envelopes(call: Call) -> Reply:
    """A page of those that fit."""
    query, caller = call.query_as(EnvelopeQuery), call.caller
    found = call.docgen.find_envelopes(
        EnvelopeFilter(
            owner=caller.owner,
            region=caller.region,
            state=query.state,
            phone=None if query.phone is None else Phone(query.phone),
            account_number=query.account,
            order_number=query.order,
            created_from=query.created_from,
            created_before=query.created_before,
            tests=caller.is_test,
        ),
        after=query.cursor,
        limit=query.limit,
    )
    listed = tuple(SummaryShape.of(each) for each in found.envelopes)
    return Reply(body=EnvelopesShape(envelopes=listed, next=found.next_after))


def decline_envelope(call: Call) -> Reply:
    """The subscriber does not agree."""
    return _ended(call, call.docgen.decline, state=State.DECLINED)


def void_envelope(call: Call) -> Reply:
    """The operator withdraws it."""
    return _ended(call, call.docgen.void, state=State.VOID)


def _ended(call: Call, end: Decline | Void, *, state: State) -> Reply:
    reason, envelope = call.body_as(Reason).reason, call.envelope.envelope
    done_before = call.resumed and (envelope.state, envelope.reason) == (state, reason)
    if not done_before:
        envelope = end(envelope.id, reason=reason, actor=call.caller.actor)
    return _reply(call, replace(call.envelope, envelope=envelope))


def _reply(call: Call, shown: Shown, *, status: int = 200) -> Reply:
    shape = EnvelopeShape.of(shown, public_url=call.docgen.public_url)
    made = {"Location": shape.links.self} if status == HTTPStatus.CREATED else {}
    return Reply(body=shape, status=status, headers=made)


_CHANGED = Answer(says="The envelope as it is now", model=EnvelopeShape)

ROUTES = (
    Route(
        method="POST",
        path="/v1/envelopes",
        view=create_envelope,
        summary="Make an envelope; it is rendered within the request where that takes no longer "
        "than five seconds",
        tag="envelopes",
        scope=Scope.ENVELOPES_CREATE,
        body=JsonBody(model=NewEnvelope, described=described_envelope),
        repeat=Repeat.MUST,
        answer=Answer(
            status=201,
            says="The envelope, `draft` or `ready`",
            model=EnvelopeShape,
            headers={"Location": "Where the envelope is"},
        ),
        refusals=(ValuesRejected, QueueFull, MoveNotAllowed, AlreadySuperseded, StaleEnvelope),
    ),
    Route(
        method="GET",
        path="/v1/envelopes",
        view=find_envelopes,
        summary="Find envelopes, the newest first",
        tag="envelopes",
        scope=Scope.ENVELOPES_READ,
        query=EnvelopeQuery,
        answer=Answer(says="A page of envelopes", model=EnvelopesShape),
    ),
    Route(
        method="GET",
        path="/v1/envelopes/{envelope_id}",
        view=show_envelope,
        for_signer=True,
        summary="Show an envelope",
        tag="envelopes",
        scope=Scope.ENVELOPES_READ,
        answer=Answer(says="The envelope", model=EnvelopeShape),
    ),
    Route(
        method="POST",
        path="/v1/envelopes/{envelope_id}/decline",
        view=decline_envelope,
        for_signer=True,
        summary="Note that the subscriber does not agree",
        tag="envelopes",
        scope=Scope.ENVELOPES_END,
        body=JsonBody(model=Reason),
        repeat=Repeat.MAY,
        answer=_CHANGED,
        refusals=(NotReady, MoveNotAllowed, StaleEnvelope),
    ),
    Route(
        method="POST",
        path="/v1/envelopes/{envelope_id}/void",
        view=void_envelope,
        summary="Withdraw an envelope that is not sealed",
        tag="envelopes",
        scope=Scope.ENVELOPES_END,
        body=JsonBody(model=Reason),
        repeat=Repeat.MAY,
        answer=_CHANGED,
        refusals=(MoveNotAllowed, StaleEnvelope),
    ),
)
