"""Notary packs: a case comes in and is checked, built by a worker, and told what became of it."""

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field, RootModel, StringConstraints

from api.route import Answer, Call, JsonBody, Repeat, Reply, Route
from api.v1.pack_shapes import PACKS, PackShape, PacksShape, PackSummaryShape
from docgen.domain.caller import Scope
from docgen.domain.errors import (
    BlobDamaged,
    BlobNotFound,
    Busy,
    FieldError,
    PackMoveNotAllowed,
    PackNotFound,
    PackNotReady,
    StaleEnvelope,
    ValuesRejected,
)
from docgen.domain.pack_record import Pack, PackFilter
from docgen.domain.pack_states import MADE_HERE, Outcome, PackState
from docgen.forms.debtor_case import CaseInput, OverrideInput
from docgen.forms.fields import Block, Code, Day, Line, Paragraph
from docgen.usecases.open_pack import Whose

PackId = Annotated[str, StringConstraints(pattern=r"^NP-[0-9]{4}-[2-9A-HJ-NP-Z]{10}$")]
BatchId = Annotated[str, StringConstraints(pattern=r"^NB-[0-9]{4}-[2-9A-HJ-NP-Z]{10}$")]


class CaseBody(RootModel[dict[str, Any]]):
    """A debtor's case; what is missing is found by the rules, all at once."""


class PacksQuery(Block):
    """Which packs are looked for."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] | None = None
    """Part of a number, an account or a name."""
    state: PackState | None = None
    due_by: Day | None = None
    """Those with a deadline on that day or before."""
    blocked_in: BatchId | None = None
    """The number of a batch: those that it could not make ready, as they are now."""
    cursor: PackId | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class OutcomeBody(Block):
    """What became of a pack; which facts each outcome needs, the pack tells under `next`."""

    outcome: PackState
    on: Day
    """The day on which it happened."""
    number: Code | None = None
    """Of the inscription, or of the case before the court."""
    reason: Paragraph | None = None
    """Of a refusal or an objection."""
    recipient: Line | None = None
    """The notary, by name and licence."""
    how: Line | None = None


def open_pack(call: Call) -> Reply:
    """The case, checked at once; the same case is the same pack."""
    case, desk, caller = call.body_as(CaseBody).root, call.docgen.packs, call.caller
    files = desk.papers_of(caller.owner, case)
    pack = desk.open(case, files, Whose.of(caller, actor=caller.actor))
    made = {"Location": f"{PACKS}/{pack.id}"}
    return Reply(body=_shape(call, pack), status=HTTPStatus.CREATED, headers=made)


def find_packs(call: Call) -> Reply:
    """Those of the caller that fit, the newest first."""
    query, caller = call.query_as(PacksQuery), call.caller
    wanted = PackFilter(
        owner=caller.owner,
        region=caller.region,
        states=frozenset() if query.state is None else frozenset({query.state}),
        sought=query.q,
        due_by=query.due_by,
        blocked_in=query.blocked_in,
    )
    found, after = call.docgen.packs.find(wanted, after=query.cursor, limit=query.limit)
    listed = tuple(PackSummaryShape.of(each) for each in found)
    return Reply(body=PacksShape(packs=listed, next=after))


def show_pack(call: Call) -> Reply:
    """The pack as it is now."""
    shown = call.docgen.packs.show(call.path["pack_id"], caller=call.caller)
    return Reply(body=PackShape.whole(shown))


def answer_warning(call: Call) -> Reply:
    """Somebody answers for a warning, by name and with a reason."""
    body = call.body_as(OverrideInput)
    pack = call.docgen.packs.answer(
        call.path["pack_id"], rule=body.rule, by=body.by, reason=body.reason, caller=call.caller
    )
    return Reply(body=_shape(call, pack))


def build_pack(call: Call) -> Reply:
    """It is owed from now on: a worker builds it, and the pack tells how far it has come."""
    pack = call.docgen.packs.ask(call.path["pack_id"], caller=call.caller)
    return Reply(body=_shape(call, pack), status=HTTPStatus.ACCEPTED)


def tell_outcome(call: Call) -> Reply:
    """One more thing that became of it."""
    body, caller = call.body_as(OutcomeBody), call.caller
    if body.outcome in MADE_HERE:
        raise ValuesRejected((FieldError("/outcome", "not_told"),))
    told = Outcome(
        state=body.outcome,
        on=body.on,
        at=call.docgen.packs.show.clock.now(),
        by=caller.actor,
        number=body.number,
        reason=body.reason,
        recipient=body.recipient,
        how=body.how,
    )
    pack = call.docgen.packs.tell(call.path["pack_id"], told, caller=caller)
    return Reply(body=_shape(call, pack))


def _shape(call: Call, pack: Pack) -> PackShape:
    return PackShape.whole(call.docgen.packs.show.of(pack))


_PACK = f"{PACKS}/{{pack_id}}"
_SHOWN = Answer(says="The pack as it is now", model=PackShape)
_KEPT = (BlobNotFound, BlobDamaged)

ROUTES = (
    Route(
        method="POST",
        path=PACKS,
        view=open_pack,
        summary="Open a notary pack: a case is checked by all rules at once",
        tag="packs",
        scope=Scope.PACKS,
        body=JsonBody(model=CaseBody, described=lambda _forms: CaseInput),
        repeat=Repeat.MUST,
        answer=Answer(
            status=201,
            says="The pack, `draft` or `checked`; the same case again is the same pack",
            model=PackShape,
            headers={"Location": "Where it is"},
        ),
        refusals=(ValuesRejected, Busy, StaleEnvelope, *_KEPT),
    ),
    Route(
        method="GET",
        path=PACKS,
        view=find_packs,
        summary="Find notary packs; with `due_by`, those with a deadline",
        tag="packs",
        scope=Scope.PACKS_READ,
        query=PacksQuery,
        answer=Answer(says="A page of packs", model=PacksShape),
    ),
    Route(
        method="GET",
        path=_PACK,
        view=show_pack,
        summary="Show a notary pack: findings, calculation, papers, deadlines",
        tag="packs",
        scope=Scope.PACKS_READ,
        answer=_SHOWN,
        refusals=(PackNotFound, *_KEPT),
    ),
    Route(
        method="POST",
        path=f"{_PACK}/overrides",
        view=answer_warning,
        summary="Answer for a warning of a pack, by name and with a reason",
        tag="packs",
        scope=Scope.PACKS,
        body=JsonBody(model=OverrideInput),
        repeat=Repeat.MAY,
        answer=_SHOWN,
        refusals=(ValuesRejected, PackNotFound, PackMoveNotAllowed, Busy, StaleEnvelope, *_KEPT),
    ),
    Route(
        method="POST",
        path=f"{_PACK}/build",
        view=build_pack,
        summary="Have a pack built: bound, sealed and packed by a worker",
        tag="packs",
        scope=Scope.PACKS,
        repeat=Repeat.MAY,
        answer=Answer(status=202, says="It is owed; the pack tells the rest", model=PackShape),
        refusals=(PackNotFound, PackNotReady, PackMoveNotAllowed, StaleEnvelope, *_KEPT),
    ),
    Route(
        method="POST",
        path=f"{_PACK}/outcomes",
        view=tell_outcome,
        summary="Tell what became of a pack: handed over, refused, made, objected to, and so on",
        tag="packs",
        scope=Scope.PACKS,
        body=JsonBody(model=OutcomeBody),
        repeat=Repeat.MAY,
        answer=_SHOWN,
        refusals=(ValuesRejected, PackNotFound, PackMoveNotAllowed, StaleEnvelope, *_KEPT),
    ),
)
