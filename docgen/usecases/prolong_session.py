"""Prolong a session of signing while somebody is at the page."""

from dataclasses import dataclass, field

from docgen.domain.ticket import SigningSession, TicketPolicy
from docgen.ports import Clock, Register


@dataclass(frozen=True, kw_only=True)
class ProlongSession:
    """Up to the end that was set when it was opened."""

    register: Register
    clock: Clock
    policy: TicketPolicy = field(default_factory=TicketPolicy)

    def __call__(self, session: SigningSession) -> SigningSession:
        """The session as it is now."""
        with self.register.begin() as unit:
            prolonged = unit.tickets.session(session.id).prolonged(self.clock.now(), self.policy)
            unit.tickets.save_session(prolonged)
            unit.commit()
        return prolonged
