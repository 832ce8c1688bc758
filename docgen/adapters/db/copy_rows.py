"""The table of copies, as they are stored."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from docgen.adapters.db.rows import Base


class CopyRow(Base):
    """One copy of an envelope to its subscriber."""

    __tablename__ = "copies"
    __table_args__ = (
        Index(
            "ix_copies_owed",
            "next_at",
            sqlite_where=text("state = 'owed'"),
            postgresql_where=text("state = 'owed'"),
        ),
    )

    envelope_id: Mapped[str] = mapped_column(primary_key=True)
    way: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    next_at: Mapped[datetime]
    tries: Mapped[int]
