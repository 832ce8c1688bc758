"""Tickets and sessions of signing in SQL."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from docgen.adapters.db.prepared import Prepared
from docgen.adapters.db.reading import one_row
from docgen.adapters.db.ticket_rows import SigningSessionRow, TicketRow
from docgen.domain.errors import SessionOver, TicketNotFound
from docgen.domain.ticket import SigningSession, Ticket, TicketKind

_ADD = Prepared(insert(TicketRow))
_PURGE = Prepared(
    delete(SigningSessionRow).where(SigningSessionRow.expires_at < bindparam("before"))
)


class SqlTickets:
    """Implements ports_of_tickets.Tickets."""

    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._locking = locking

    def add(self, ticket: Ticket) -> None:
        """Store a new one."""
        _ADD.tell(self._connection, _columns(ticket))

    def get(self, ticket_id: str) -> Ticket:
        """The ticket, locked in a writing unit; raises TicketNotFound."""
        return _ticket_of(self._one(TicketRow, TicketRow.id == ticket_id))

    def by_hash(self, token_sha256: str) -> Ticket:
        """The ticket of that token, locked in a writing unit; raises TicketNotFound."""
        return _ticket_of(self._one(TicketRow, TicketRow.token_sha256 == token_sha256))

    def opened(self, ticket_id: str, *, now: datetime) -> bool:
        """One conditional update."""
        updated = self._connection.execute(
            update(TicketRow)
            .where(TicketRow.id == ticket_id, TicketRow.opened_at.is_(None))
            .values(opened_at=now)
        )
        return updated.rowcount == 1

    def miss(self, ticket: Ticket) -> None:
        """Store the count."""
        self._connection.execute(
            update(TicketRow).where(TicketRow.id == ticket.id).values(misses=ticket.misses)
        )

    def add_session(self, session: SigningSession) -> None:
        """Store a new session."""
        self._connection.execute(insert(SigningSessionRow).values(**_columns(session)))

    def session(self, session_id: str) -> SigningSession:
        """The session, locked in a writing unit; raises SessionOver for one never opened."""
        row = self._one(SigningSessionRow, SigningSessionRow.id == session_id)
        if row is None:
            raise SessionOver
        return SigningSession(**{f.name: getattr(row, f.name) for f in fields(SigningSession)})

    def save_session(self, session: SigningSession) -> None:
        """Store what changes of it."""
        self._connection.execute(
            update(SigningSessionRow)
            .where(SigningSessionRow.id == session.id)
            .values(expires_at=session.expires_at, proved_at=session.proved_at)
        )

    def purge_sessions(self, before: datetime) -> int:
        """Forget those that were over before; how many."""
        return _PURGE.run(self._connection, {"before": before})

    def _one(self, table: type[Any], named: ColumnElement[bool]) -> Any:
        wanted = select(table).where(named)
        if self._locking:
            wanted = wanted.with_for_update()
        return one_row(self._connection, wanted)


def _columns(told: Ticket | SigningSession) -> dict[str, Any]:
    return {f.name: getattr(told, f.name) for f in fields(told)}


def _ticket_of(row: TicketRow | None) -> Ticket:
    if row is None:
        raise TicketNotFound
    told = {f.name: getattr(row, f.name) for f in fields(Ticket)}
    return Ticket(**told | {"kind": TicketKind(row.kind)})
