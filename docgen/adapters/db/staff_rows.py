"""Tables of people who sign in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docgen.adapters.db.columns import JsonList
from docgen.adapters.db.rows import Base


class StaffRow(Base):
    """An account of a person."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("issuer", "subject"), Index(None, "login"))

    id: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str]
    local_login: Mapped[str | None] = mapped_column(unique=True)
    """The login again where a password belongs to it: a provider may call two people alike."""
    full_name: Mapped[str]
    employee_id: Mapped[str]
    position_kk: Mapped[str]
    position_ru: Mapped[str]
    contacts: Mapped[str]
    roles: Mapped[JsonList]
    owner: Mapped[str]
    region: Mapped[str | None]
    created_at: Mapped[datetime]
    password_hash: Mapped[str | None]
    issuer: Mapped[str | None]
    subject: Mapped[str | None]
    locked_at: Mapped[datetime | None]
    salt: Mapped[str | None]


class StaffSessionRow(Base):
    """That somebody is signed in, by the hash of his token."""

    __tablename__ = "staff_sessions"
    __table_args__ = (Index(None, "staff_id"), Index(None, "ends_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    entrance: Mapped[str]
    begun_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    signing: Mapped[str | None]
    pin_hash: Mapped[str | None]
    wrong_pins: Mapped[int]


class StaffKnockRow(Base):
    """A way to the identity provider that somebody has begun."""

    __tablename__ = "staff_knocks"

    state_sha256: Mapped[str] = mapped_column(primary_key=True)
    browser_sha256: Mapped[str]
    nonce: Mapped[str]
    verifier: Mapped[str]
    begun_at: Mapped[datetime] = mapped_column(index=True)


class SignInTriesRow(Base):
    """How often somebody tried to sign in; the subject is an HMAC and names nobody."""

    __tablename__ = "sign_in_tries"

    subject: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int]
    since: Mapped[datetime]
