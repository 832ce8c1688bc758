"""Copies of sealed papers to their subscribers, and messages that are no codes."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0020"
down_revision = "0019"

_OWED = sa.text("state = 'owed'")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "copies",
        sa.Column("envelope_id", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("envelope_id", "way", name="pk_copies"),
    )
    op.create_index(
        "ix_copies_owed", "copies", ["next_at"], sqlite_where=_OWED, postgresql_where=_OWED
    )
    op.add_column("sms_hops", sa.Column("purpose", sa.Text, nullable=False, server_default="code"))


def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("sms_hops", "purpose")
    op.drop_table("copies")
