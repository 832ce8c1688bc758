"""The tables of batches of packs."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from docgen.adapters.db.columns import JsonObject
from docgen.adapters.db.rows import Base


class PackBatchRow(Base):
    """A table that was taken."""

    __tablename__ = "pack_batches"
    __table_args__ = (Index(None, "owner", "created_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    client: Mapped[str]
    lines: Mapped[int]
    created_at: Mapped[datetime]
    region: Mapped[str | None]
    actor: Mapped[str]
    kept: Mapped[bool]
    stopped: Mapped[bool]


class PackBatchLineRow(Base):
    """One debtor of it."""

    __tablename__ = "pack_batch_lines"
    __table_args__ = (Index(None, "batch_id", "state"), Index(None, "batch_id", "finished_at"))

    batch_id: Mapped[str] = mapped_column(ForeignKey("pack_batches.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    case_name: Mapped[str]
    given: Mapped[JsonObject]
    state: Mapped[str]
    pack_id: Mapped[str | None]
    outcome: Mapped[JsonObject]
    finished_at: Mapped[datetime | None]
