"""Exchange a ticket for a session of signing."""

from dataclasses import dataclass, field
from datetime import datetime

from docgen.domain.caller import hash_of
from docgen.domain.errors import TicketGone, TicketUsed
from docgen.domain.journal import Event, Fact, says
from docgen.domain.ticket import (
    SigningSession,
    Ticket,
    TicketPolicy,
    Token,
    require_shown,
    ticket_hash,
    token_of,
)
from docgen.ports import Chance, Clock, Register, UnitOfWork
from docgen.usecases.issue_ticket import told_of


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A session, and the only sight of its token."""

    session: SigningSession
    ticket: Ticket
    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class OpenTicket:
    """An embedded ticket is exchanged once, decided by SQL; a link as often as it is opened."""

    register: Register
    clock: Clock
    chance: Chance
    policy: TicketPolicy = field(default_factory=TicketPolicy)

    def __call__(self, token: str) -> Opened:
        """The session.

        Raises TicketNotFound, TicketExpired, TicketUsed or TicketLocked, and MoveNotAllowed once
        the envelope is over without having been signed.
        """
        token_sha256, now = ticket_hash(token), self.clock.now()
        with self.register.begin() as unit:
            known = unit.tickets.by_hash(token_sha256)
            unit.lock(known.envelope_id)
            try:
                known.require_open(now=now, policy=self.policy)
                require_shown(unit.envelopes.get(known.envelope_id))
                if not unit.tickets.opened(known.id, now=now) and known.opened_at is None:
                    raise TicketUsed(known.id)
            except TicketGone as gone:
                _note_refused(unit, known, gone, now)
                unit.commit()
                raise
            opened = self._opened(unit, known, now)
            unit.commit()
        return opened

    def _opened(self, unit: UnitOfWork, ticket: Ticket, now: datetime) -> Opened:
        secret = self.chance.token() + self.chance.token()
        session = SigningSession(
            id=self.chance.identifier(),
            ticket_id=ticket.id,
            secret_sha256=hash_of(secret),
            opened_at=now,
            expires_at=now + self.policy.session_life,
            ends_at=now + self.policy.session_most,
        )
        unit.tickets.add_session(session)
        details = told_of(ticket) | {"session": session.id}
        fact = Fact(event=Event.TICKET_OPENED, at=now, actor="subscriber", details=details)
        unit.journal.append(ticket.envelope_id, fact)
        token = token_of(Token.SESSION, session.id, secret)
        return Opened(session=session, ticket=ticket, token=token)


def _note_refused(unit: UnitOfWork, ticket: Ticket, gone: TicketGone, now: datetime) -> None:
    """Once: whoever goes on trying fills no journal."""
    details = told_of(ticket) | {"error": gone.code}
    fact = Fact(event=Event.TICKET_REFUSED, at=now, actor="system", details=details)
    if not any(says(entry, fact) for entry in unit.journal.of(ticket.envelope_id)):
        unit.journal.append(ticket.envelope_id, fact)
