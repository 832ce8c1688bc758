"""Find who may frame the page on which a ticket is opened."""

from dataclasses import dataclass

from docgen.domain.errors import TicketNotFound
from docgen.ports import Register


@dataclass(frozen=True, kw_only=True)
class FindFramer:
    """Asked by a ticket's id, which is no secret."""

    register: Register

    def __call__(self, ticket_id: str) -> str | None:
        """The one origin that may frame the page, expired or not; None: nobody may."""
        with self.register.view() as unit:
            try:
                return unit.tickets.get(ticket_id).origin
            except TicketNotFound:
                return None
