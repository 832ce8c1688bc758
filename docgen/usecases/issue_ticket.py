"""Issue a ticket by which a browser may read and sign one envelope."""

from dataclasses import dataclass, field
from datetime import timedelta

from docgen.domain.caller import Caller, hash_of
from docgen.domain.canonical import instant
from docgen.domain.envelope import Envelope
from docgen.domain.errors import FieldError, ValuesRejected
from docgen.domain.journal import Event, Fact
from docgen.domain.ticket import (
    Ticket,
    TicketKind,
    TicketPolicy,
    Token,
    is_link,
    require_shown,
    token_of,
)
from docgen.ports import Chance, Clock, Register, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class IssuedTicket:
    """The ticket as it is kept, and the only sight of the whole of it."""

    kept: Ticket
    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class IssueTicket:
    """Each asking gives another one; those that were issued before go on to count."""

    register: Register
    clock: Clock
    chance: Chance
    policy: TicketPolicy = field(default_factory=TicketPolicy)

    def __call__(
        self, envelope_id: str, *, kind: TicketKind, caller: Caller, origin: str | None = None
    ) -> IssuedTicket:
        """The ticket, to be handed over once.

        `origin` may be left out where the caller has only one. Raises ValuesRejected for one that
        is not the caller's, MoveNotAllowed once there is nothing to sign or to read.
        """
        origin = _origin(caller, kind, origin)
        with self.register.begin() as unit:
            envelope = unit.envelopes.get(envelope_id)
            actor = caller.actor
            issued = self.within(
                unit, envelope, kind=kind, client=caller.client, actor=actor, origin=origin
            )
            unit.commit()
        return issued

    def within(
        self,
        unit: UnitOfWork,
        envelope: Envelope,
        *,
        kind: TicketKind,
        client: str,
        actor: str,
        origin: str | None = None,
        life: timedelta | None = None,
    ) -> IssuedTicket:
        """The same, in somebody else's transaction, and for as long as that somebody says."""
        require_shown(envelope)
        now, identifier = self.clock.now(), self.chance.identifier()
        token = self._token(kind, identifier)
        ticket = Ticket(
            id=identifier,
            kind=kind,
            envelope_id=envelope.id,
            client=client,
            token_sha256=hash_of(token),
            origin=origin,
            created_at=now,
            expires_at=now + (life or self.policy.life(kind)),
        )
        unit.tickets.add(ticket)
        details = told_of(ticket) | {"expires_at": instant(ticket.expires_at)}
        fact = Fact(event=Event.TICKET_ISSUED, at=now, actor=actor, details=details)
        unit.journal.append(envelope.id, fact)
        return IssuedTicket(kept=ticket, token=token)

    def _token(self, kind: TicketKind, identifier: str) -> str:
        if kind is TicketKind.EMBED:
            return token_of(Token.TICKET, identifier, self.chance.token() + self.chance.token())
        return next(token for token in iter(self.chance.token, None) if is_link(token))


def told_of(ticket: Ticket) -> dict[str, str]:
    """What the journal says of a ticket: which, of what kind, and in whose page."""
    origin = {} if ticket.origin is None else {"origin": ticket.origin}
    return {"ticket": ticket.id, "kind": ticket.kind.value} | origin


def _origin(caller: Caller, kind: TicketKind, asked: str | None) -> str | None:
    if kind is TicketKind.LINK:
        if asked is not None:
            raise ValuesRejected((FieldError("/origin", "origin_of_link"),))
        return None
    if asked is None and len(caller.origins) == 1:
        return caller.origins[0]
    if asked is None:
        raise ValuesRejected((FieldError("/origin", "required"),))
    if asked not in caller.origins:
        raise ValuesRejected((FieldError("/origin", "origin_not_yours"),))
    return asked
