"""What the core needs from outside to let a signer in through a browser."""

from datetime import datetime
from typing import Protocol

from docgen.domain.ticket import SigningSession, Ticket


class Tickets(Protocol):
    """Tickets, and the sessions they were exchanged for."""

    def add(self, ticket: Ticket) -> None:
        """Store a new one."""

    def get(self, ticket_id: str) -> Ticket:
        """The ticket, locked in a writing unit; raises TicketNotFound."""

    def by_hash(self, token_sha256: str) -> Ticket:
        """The ticket of that token, locked in a writing unit; raises TicketNotFound."""

    def opened(self, ticket_id: str, *, now: datetime) -> bool:
        """Note its first exchange: one conditional update; True only for whoever was first."""

    def miss(self, ticket: Ticket) -> None:
        """Store how many proofs on it were wrong."""

    def add_session(self, session: SigningSession) -> None:
        """Store a new session."""

    def session(self, session_id: str) -> SigningSession:
        """The session, locked in a writing unit; raises SessionOver for one never opened."""

    def save_session(self, session: SigningSession) -> None:
        """Store how long it lives and whether its holder has proved himself."""

    def purge_sessions(self, before: datetime) -> int:
        """Forget those that were over before; how many."""
