"""The tables of tickets, as they are stored."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from docgen.adapters.db.rows import Base


class TicketRow(Base):
    """The right of a browser to one envelope; of its secret the hash."""

    __tablename__ = "tickets"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    envelope_id: Mapped[str] = mapped_column(index=True)
    client: Mapped[str]
    token_sha256: Mapped[str] = mapped_column(unique=True)
    origin: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    misses: Mapped[int]


class SigningSessionRow(Base):
    """What a ticket was exchanged for."""

    __tablename__ = "signing_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), index=True)
    secret_sha256: Mapped[str]
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
