"""Tickets: a browser is let in to sign, by a page of the program or by a link."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from pydantic import StringConstraints

from api.route import Answer, Call, JsonBody, Reply, Route
from api.v1.shapes import Shape
from docgen.domain.caller import Scope
from docgen.domain.errors import MoveNotAllowed, StaleEnvelope, ValuesRejected
from docgen.domain.ticket import Ticket, TicketKind
from docgen.forms.fields import Block


class NewTicket(Block):
    """Where the ticket will be opened."""

    kind: TicketKind
    origin: Annotated[str, StringConstraints(max_length=200)] | None = None
    """Of an embedded one: the page that frames it, one of the key's; its only one by default."""


class TicketShape(Shape):
    """A ticket. It is told once, and neither kept nor logged."""

    id: str
    kind: TicketKind
    ticket: str
    url: str
    """Where a browser opens it; what follows `#` is never sent to a server by it."""
    origin: str | None
    expires_at: datetime


def issue_ticket(call: Call) -> Reply:
    """Another ticket each time: after a lost answer one asks again."""
    body = call.body_as(NewTicket)
    issued = call.docgen.tickets.issue(
        call.envelope.envelope.id, kind=body.kind, caller=call.caller, origin=body.origin
    )
    kept = issued.kept
    shape = TicketShape(
        id=kept.id,
        kind=kept.kind,
        ticket=issued.token,
        url=address_of(kept, issued.token, public_url=call.docgen.public_url),
        origin=kept.origin,
        expires_at=kept.expires_at,
    )
    return Reply(body=shape, status=HTTPStatus.CREATED)


def address_of(ticket: Ticket, token: str, *, public_url: str) -> str:
    """A frame's address names the ticket, so that the page can say who may frame it."""
    framed = f"?frame={ticket.id}" if ticket.origin is not None else ""
    return f"{public_url}/sign/{framed}#{token}"


ROUTES = (
    Route(
        method="POST",
        path="/v1/envelopes/{envelope_id}/tickets",
        view=issue_ticket,
        summary="Let the subscriber's own browser in: `embed` for a page of yours, once and for "
        "minutes; `link` for a message, for days",
        tag="signing in a browser",
        scope=Scope.ENVELOPES_SIGN,
        body=JsonBody(model=NewTicket),
        answer=Answer(status=201, says="The ticket, told this once", model=TicketShape),
        refusals=(ValuesRejected, MoveNotAllowed, StaleEnvelope),
    ),
)
