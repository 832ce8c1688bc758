"""Limits that were lifted, and what conversion is watched by."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "limit_lifts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("limit_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("envelope_id", sa.Text(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_limit_lifts"),
    )
    op.create_index(
        "ix_limit_lifts_limit_name_subject_lifted_at",
        "limit_lifts",
        ["limit_name", "subject", "lifted_at"],
    )
    op.create_index("ix_sms_hops_network_begun_at", "sms_hops", ["network", "begun_at"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index("ix_sms_hops_network_begun_at", "sms_hops")
    op.drop_table("limit_lifts")
