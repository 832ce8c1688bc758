"""The tables, as they are stored; what they mean is in the domain."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from docgen.adapters.db.columns import JsonList, JsonObject, UtcDateTime


class Base(DeclarativeBase):
    """All tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    # JSON as text, not JSONB: numbers and order come back exactly as they were hashed.
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: UtcDateTime(),
        JsonObject: JSON(none_as_null=True),
        JsonList: JSON(none_as_null=True),
    }


class EnvelopeRow(Base):
    """One envelope; what lists are filtered by has its own column."""

    __tablename__ = "envelopes"
    __table_args__ = (
        Index(None, "state", "created_at"),
        Index(None, "state", "expires_at"),
        # Lists are of one owner, by id from the newest down: whatever narrows them stands between.
        Index(None, "owner", "id"),
        Index(None, "owner", "state", "id"),
        Index(None, "owner", "phone", "id"),
        Index(None, "owner", "order_number", "id"),
        Index(None, "owner", "account_number", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[str]
    owner: Mapped[str]
    client: Mapped[str] = mapped_column(index=True)
    region: Mapped[str | None]
    phone: Mapped[str]
    order_number: Mapped[str]
    account_number: Mapped[str]
    subscriber: Mapped[JsonObject]
    salt: Mapped[str]
    warnings: Mapped[JsonList | None]
    consent: Mapped[JsonObject | None]
    reason: Mapped[str | None]
    supersedes: Mapped[str | None] = mapped_column(index=True, unique=True)
    superseded_by: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


_WITHOUT_DETACHED = text("sealed_sha256 IS NOT NULL AND detached_sha256 IS NULL")


class DocumentRow(Base):
    """One paper of an envelope, with its frozen and its sealed bytes by hash."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("envelope_id", "position"),
        UniqueConstraint("number"),
        UniqueConstraint("verification_token"),
        # What a sweep looks for where a signature beside the file is wanted.
        Index(
            "ix_documents_without_detached",
            "sealed_at",
            sqlite_where=_WITHOUT_DETACHED,
            postgresql_where=_WITHOUT_DETACHED,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    envelope_id: Mapped[str] = mapped_column(ForeignKey("envelopes.id"))
    position: Mapped[int]
    number: Mapped[str]
    form: Mapped[str]
    languages: Mapped[JsonList]
    form_values: Mapped[JsonObject]
    verification_token: Mapped[str]
    edition: Mapped[str]
    template_hashes: Mapped[JsonObject]
    frozen_sha256: Mapped[str | None]
    frozen_size: Mapped[int | None]
    frozen_pages: Mapped[int | None]
    frozen_template_sha256: Mapped[str | None]
    frozen_engine: Mapped[str | None]
    frozen_at: Mapped[datetime | None]
    sealed_sha256: Mapped[str | None] = mapped_column(index=True)
    sealed_size: Mapped[int | None]
    sealed_level: Mapped[str | None]
    sealed_signer: Mapped[str | None]
    sealed_serial: Mapped[str | None]
    sealed_evidence_sha256: Mapped[str | None]
    sealed_at: Mapped[datetime | None]
    detached_sha256: Mapped[str | None]
    detached_size: Mapped[int | None]
    detached_at: Mapped[datetime | None]
    sealed_ends_at: Mapped[datetime | None] = mapped_column(index=True)


class DocumentVersionRow(Base):
    """A sealed document with later time stamps; no foreign key, as its entries outlive it."""

    __tablename__ = "document_versions"

    document_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    authority: Mapped[str]
    stamped_at: Mapped[datetime]
    ends_at: Mapped[datetime]


_SENT = text("state = 'sent'")
_CONFIRMED = text("state = 'confirmed'")


class VerificationRow(Base):
    """One try to show that a number is a person's; none is ever taken away."""

    __tablename__ = "phone_verifications"
    __table_args__ = (Index(None, "owner", "phone", "id"), Index(None, "manifest_hash"))

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    client: Mapped[str]
    region: Mapped[str | None]
    surname: Mapped[str]
    name: Mapped[str]
    patronymic: Mapped[str | None]
    iin: Mapped[str]
    phone: Mapped[str]
    identified_by: Mapped[str]
    identity_document: Mapped[str]
    manifest_hash: Mapped[str]
    salt: Mapped[str]
    warnings: Mapped[JsonList | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmation: Mapped[JsonObject | None]


class ChallengeRow(Base):
    """One code sent; per chain at most one is live and at most one ever confirms.

    A chain is an envelope's or a verification's, so that no foreign key can name it.
    """

    __tablename__ = "challenges"
    __table_args__ = (
        Index(None, "chain", "issued_at"),
        Index(None, "told_to", "confirmed_at"),
        Index(
            "uq_challenges_sent",
            "chain",
            unique=True,
            sqlite_where=_SENT,
            postgresql_where=_SENT,
        ),
        Index(
            "uq_challenges_confirmed",
            "chain",
            unique=True,
            sqlite_where=_CONFIRMED,
            postgresql_where=_CONFIRMED,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    chain: Mapped[str]
    manifest_hash: Mapped[str]
    purpose: Mapped[str]
    channel: Mapped[str]
    state: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    resend_at: Mapped[datetime]
    digits: Mapped[int]
    attempts_allowed: Mapped[int]
    attempts_used: Mapped[int]
    provider: Mapped[str | None]
    provider_message_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    attempt_id: Mapped[str | None]
    told_to: Mapped[str | None]
    delivery: Mapped[str]


class SmsHopRow(Base):
    """One handing over of a message to a route; what limits count by has its own column."""

    __tablename__ = "sms_hops"
    __table_args__ = (
        UniqueConstraint("challenge_id", "number"),
        Index(None, "sending"),
        Index(None, "route", "begun_at"),
        Index(None, "route", "message_id"),
        Index(None, "subject", "begun_at"),
        Index(None, "client", "begun_at"),
        Index(None, "employee_id", "begun_at"),
        Index(None, "network", "begun_at"),
        Index(None, "state", "begun_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    sending: Mapped[str]
    challenge_id: Mapped[str]
    chain: Mapped[str]
    number: Mapped[int]
    route: Mapped[str]
    subject: Mapped[str]
    network: Mapped[str]
    client: Mapped[str]
    employee_id: Mapped[str | None]
    begun_at: Mapped[datetime]
    state: Mapped[str]
    provider: Mapped[str | None]
    message_id: Mapped[str | None]
    raw: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    cost_tiyn: Mapped[int | None]
    delivery: Mapped[str]
    delivery_raw: Mapped[str | None]
    delivery_at: Mapped[datetime | None]
    purpose: Mapped[str] = mapped_column(server_default="code")


class SmsReceiptRow(Base):
    """What a provider said of a message, each different word of his once."""

    __tablename__ = "sms_receipts"
    __table_args__ = (UniqueConstraint("route", "message_id", "delivery", "raw"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    route: Mapped[str]
    message_id: Mapped[str]
    delivery: Mapped[str]
    raw: Mapped[str]
    at: Mapped[datetime]
    received_at: Mapped[datetime]


class LimitLiftRow(Base):
    """A limit that somebody lifted for somebody; who, the envelope's journal tells."""

    __tablename__ = "limit_lifts"
    __table_args__ = (Index(None, "limit_name", "subject", "lifted_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    limit_name: Mapped[str]
    subject: Mapped[str]
    envelope_id: Mapped[str]
    lifted_at: Mapped[datetime]


class JournalRow(Base):
    """One entry of a chain; it names its envelope without a foreign key, since it outlives it."""

    __tablename__ = "journal"

    envelope_id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    details: Mapped[JsonObject]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AnchorRow(Base):
    """Everything new of a day under one hash; `day` is ISO 8601, in Almaty."""

    __tablename__ = "anchors"
    __table_args__ = (UniqueConstraint("previous_hash"),)

    day: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
    leaves: Mapped[int]
    root: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AnchorLeafRow(Base):
    """One thing an anchor vouches for, in its place; nothing is anchored twice."""

    __tablename__ = "anchor_leaves"
    __table_args__ = (UniqueConstraint("kind", "subject", "sequence"),)

    day: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    subject: Mapped[str]
    sequence: Mapped[int]
    hash: Mapped[str]


class AnchorTokenRow(Base):
    """An authority's token on an anchor; where it is missing, it is owed or was never asked for."""

    __tablename__ = "anchor_tokens"

    day: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    stamped_at: Mapped[datetime]


class OutboxRow(Base):
    """Work owed while `done_at` is null."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_owed",
            "created_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index(None, "envelope_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    task: Mapped[str]
    envelope_id: Mapped[str]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class CounterRow(Base):
    """The last number given of each series."""

    __tablename__ = "counters"

    series: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class ApiKeyRow(Base):
    """A key of a program, by the hash of its secret."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    client: Mapped[str]
    owner: Mapped[str]
    region: Mapped[str | None]
    scopes: Mapped[JsonList]
    origins: Mapped[JsonList | None]
    secret_sha256: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    follows: Mapped[str | None] = mapped_column(index=True, unique=True)
    addresses: Mapped[JsonList | None]


class AskedRow(Base):
    """A request under a client's idempotency key; being answered while `answer` is null."""

    __tablename__ = "asked_requests"

    client: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    resource_id: Mapped[str]
    claimed_at: Mapped[datetime] = mapped_column(index=True)
    free: Mapped[bool]
    answer: Mapped[str | None]
