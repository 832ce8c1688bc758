"""The tables of packs."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from docgen.adapters.db.columns import JsonObject
from docgen.adapters.db.rows import Base


class PackRow(Base):
    """A pack that was made; what is null is not sealed yet."""

    __tablename__ = "packs"

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(index=True)
    client: Mapped[str]
    input_sha256: Mapped[str]
    case_sha256: Mapped[str]
    volume_sha256: Mapped[str]
    volume_pages: Mapped[int]
    manifest_sha256: Mapped[str]
    created_at: Mapped[datetime]
    sealed_sha256: Mapped[str | None]
    level: Mapped[str | None]
    signer: Mapped[str | None]
    serial: Mapped[str | None]
    sealed_at: Mapped[datetime | None]
    package_sha256: Mapped[str | None]


class PackEntryRow(Base):
    """One thing that happened to a pack; chained."""

    __tablename__ = "pack_entries"

    pack_id: Mapped[str] = mapped_column(ForeignKey("packs.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    details: Mapped[JsonObject]
    previous_hash: Mapped[str]
    hash: Mapped[str]
