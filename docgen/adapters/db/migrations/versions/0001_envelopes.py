"""Envelopes and their documents."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "envelopes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("order_number", sa.Text, nullable=False),
        sa.Column("account_number", sa.Text, nullable=False),
        sa.Column("subscriber", sa.JSON, nullable=False),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("consent", sa.JSON),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_envelopes"),
    )
    op.create_index("ix_envelopes_state_created_at", "envelopes", ["state", "created_at"])
    op.create_index("ix_envelopes_state_expires_at", "envelopes", ["state", "expires_at"])
    for column in ("owner", "client", "phone", "order_number", "account_number"):
        op.create_index(f"ix_envelopes_{column}", "envelopes", [column])
    _create_documents()


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("documents")
    op.drop_table("envelopes")


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("envelope_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("form_values", sa.JSON, nullable=False),
        sa.Column("verification_token", sa.Text, nullable=False),
        sa.Column("frozen_sha256", sa.Text),
        sa.Column("frozen_size", sa.Integer),
        sa.Column("frozen_pages", sa.Integer),
        sa.Column("frozen_template_sha256", sa.Text),
        sa.Column("frozen_engine", sa.Text),
        sa.Column("frozen_at", sa.DateTime(timezone=True)),
        sa.Column("sealed_sha256", sa.Text),
        sa.Column("sealed_size", sa.Integer),
        sa.Column("sealed_level", sa.Text),
        sa.Column("sealed_signer", sa.Text),
        sa.Column("sealed_serial", sa.Text),
        sa.Column("sealed_evidence_sha256", sa.Text),
        sa.Column("sealed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelopes.id"], name="fk_documents_envelope_id"),
        sa.UniqueConstraint("envelope_id", "position", name="uq_documents_envelope_id_position"),
        sa.UniqueConstraint("number", name="uq_documents_number"),
        sa.UniqueConstraint("verification_token", name="uq_documents_verification_token"),
    )
    op.create_index("ix_documents_sealed_sha256", "documents", ["sealed_sha256"])
