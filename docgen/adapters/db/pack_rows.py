"""The tables of packs, and of what is brought along for them."""

from datetime import date, datetime

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from docgen.adapters.db.columns import JsonList
from docgen.adapters.db.rows import Base


class PackRow(Base):
    """A pack; what lists are filtered by has its own column, and what is null is not there yet."""

    __tablename__ = "packs"
    __table_args__ = (
        Index(None, "owner", "created_at", "id"),
        Index(None, "owner", "account_number"),
        Index(None, "owner", "due_on"),
        Index(None, "asked_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    client: Mapped[str]
    region: Mapped[str | None]
    input_sha256: Mapped[str]
    case_sha256: Mapped[str]
    checked_sha256: Mapped[str]
    state: Mapped[str]
    account_number: Mapped[str]
    debtor: Mapped[str]
    sought: Mapped[str]
    """Number, account and name in small letters."""
    as_of: Mapped[date] = mapped_column(Date)
    total: Mapped[str]
    month_from: Mapped[date | None] = mapped_column(Date)
    month_to: Mapped[date | None] = mapped_column(Date)
    limitation_ends: Mapped[date | None] = mapped_column(Date)
    blocks: Mapped[int]
    warnings: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    volume_sha256: Mapped[str | None]
    volume_pages: Mapped[int | None]
    manifest_sha256: Mapped[str | None]
    further_volumes: Mapped[JsonList]
    sealed_sha256: Mapped[str | None]
    level: Mapped[str | None]
    signer: Mapped[str | None]
    serial: Mapped[str | None]
    sealed_at: Mapped[datetime | None]
    package_sha256: Mapped[str | None]
    further_seals: Mapped[JsonList] = mapped_column(default=list)
    outcomes: Mapped[JsonList]
    due_on: Mapped[date | None] = mapped_column(Date)
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    step: Mapped[str | None]
    error: Mapped[str | None]
    refusals: Mapped[int]
    next_try_at: Mapped[datetime | None]


class PackPaperRow(Base):
    """A file that was brought along; of one owner each once."""

    __tablename__ = "pack_papers"

    owner: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    pages: Mapped[int]
    client: Mapped[str]
    added_at: Mapped[datetime]
