"""The tables of what other programs are told, as they are stored."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from docgen.adapters.db.columns import JsonList
from docgen.adapters.db.rows import Base


class NewsRow(Base):
    """An entry of a journal that nobody was told of yet; gone once it was."""

    __tablename__ = "news"
    __table_args__ = (UniqueConstraint("envelope_id", "sequence"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    envelope_id: Mapped[str]
    sequence: Mapped[int]


class WebhookRow(Base):
    """An address that is told what happened."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(index=True)
    region: Mapped[str | None]
    client: Mapped[str]
    url: Mapped[str]
    topics: Mapped[JsonList]
    description: Mapped[str]
    created_at: Mapped[datetime]
    state: Mapped[str]
    generation: Mapped[int]
    rotated_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    disabled_because: Mapped[str | None]
    rotations: Mapped[JsonList]
    """Of them the last is that of `rotated_at`, which is not read."""


class WebhookDeliveryRow(Base):
    """One message to one webhook."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_owed",
            "next_at",
            sqlite_where=text("state = 'owed'"),
            postgresql_where=text("state = 'owed'"),
        ),
        Index(None, "happened_at"),
    )

    webhook_id: Mapped[str] = mapped_column(
        ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True
    )
    message_id: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str]
    body: Mapped[str]
    happened_at: Mapped[datetime]
    state: Mapped[str]
    next_at: Mapped[datetime]
    failures: Mapped[int]
    tries: Mapped[JsonList]
