"""Requests under idempotency keys, and their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "asked_requests",
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("free", sa.Boolean, nullable=False),
        sa.Column("answer", sa.Text),
        sa.PrimaryKeyConstraint("client", "key", name="pk_asked_requests"),
    )
    op.create_index("ix_asked_requests_claimed_at", "asked_requests", ["claimed_at"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("asked_requests")
