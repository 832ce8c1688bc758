"""Work owed, and the numbers already given."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("envelope_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    owed = sa.text("done_at IS NULL")
    op.create_index(
        "ix_outbox_owed", "outbox", ["created_at"], sqlite_where=owed, postgresql_where=owed
    )
    op.create_index("ix_outbox_envelope_id", "outbox", ["envelope_id"])
    op.create_table(
        "counters",
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_counters"),
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("counters")
    op.drop_table("outbox")
