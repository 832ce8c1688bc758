"""A link's holder shows that he knows the subscriber, before anything personal is shown."""

from dataclasses import dataclass, field
from datetime import datetime

from docgen.domain.errors import ProofWrong
from docgen.domain.journal import Event, Fact
from docgen.domain.ticket import SigningSession, Ticket, TicketPolicy, require_knows
from docgen.ports import Clock, Register, UnitOfWork
from docgen.usecases.issue_ticket import told_of


@dataclass(frozen=True, kw_only=True)
class ProveSigner:
    """Counted in SQL under the ticket's lock: a register that is away lets nobody in."""

    register: Register
    clock: Clock
    policy: TicketPolicy = field(default_factory=TicketPolicy)

    def __call__(self, session: SigningSession, iin_end: str) -> SigningSession:
        """The session, proved; raises ProofWrong or TicketLocked."""
        now = self.clock.now()
        with self.register.begin() as unit:
            ticket = unit.tickets.get(session.ticket_id)
            ticket.require_unlocked(self.policy)
            envelope = unit.envelopes.get(ticket.envelope_id)
            try:
                require_knows(envelope, iin_end, misses=ticket.misses, policy=self.policy)
            except ProofWrong as wrong:
                unit.tickets.miss(ticket.missed())
                left = {"left": str(wrong.attempts_left)}
                self._note(unit, Event.SIGNER_UNKNOWN, ticket, session, now=now, more=left)
                unit.commit()
                raise
            proved = unit.tickets.session(session.id).proved(now)
            unit.tickets.save_session(proved)
            self._note(unit, Event.SIGNER_KNOWN, ticket, session, now=now, more={})
            unit.commit()
        return proved

    def _note(
        self,
        unit: UnitOfWork,
        event: Event,
        ticket: Ticket,
        session: SigningSession,
        *,
        now: datetime,
        more: dict[str, str],
    ) -> None:
        details = told_of(ticket) | {"session": session.id} | more
        fact = Fact(event=event, at=now, actor="subscriber", details=details)
        unit.journal.append(ticket.envelope_id, fact)
