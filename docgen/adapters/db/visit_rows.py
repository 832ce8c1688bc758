"""The table of visits."""

from datetime import date, datetime

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from docgen.adapters.db.columns import JsonObject
from docgen.adapters.db.rows import Base


class VisitRow(Base):
    """One visit; what lists are filtered by has its own column."""

    __tablename__ = "visits"
    __table_args__ = (
        Index(None, "owner", "planned_on", "id"),
        Index(None, "owner", "order_number"),
        Index(None, "owner", "account_number"),
        Index(None, "owner", "phone_subject"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[str]
    owner: Mapped[str]
    client: Mapped[str]
    region: Mapped[str | None]
    order_number: Mapped[str]
    account_number: Mapped[str]
    planned_on: Mapped[date] = mapped_column(Date)
    slot: Mapped[str | None]
    employee_id: Mapped[str | None]
    phone_subject: Mapped[str | None]
    content: Mapped[JsonObject]
    envelope_id: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    salt: Mapped[str | None]
