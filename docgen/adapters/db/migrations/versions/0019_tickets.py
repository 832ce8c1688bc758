"""Tickets that let a signer in through a browser, and the pages that may frame him."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "tickets",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("envelope_id", sa.Text, nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("origin", sa.Text),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime()),
        sa.Column("misses", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("token_sha256", name="uq_tickets_token_sha256"),
    )
    op.create_index("ix_tickets_envelope_id", "tickets", ["envelope_id"])
    op.create_table(
        "signing_sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("ticket_id", sa.Text, nullable=False),
        sa.Column("secret_sha256", sa.Text, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("proved_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_signing_sessions"),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_signing_sessions_ticket_id_tickets"
        ),
    )
    op.create_index("ix_signing_sessions_ticket_id", "signing_sessions", ["ticket_id"])
    op.create_index("ix_signing_sessions_expires_at", "signing_sessions", ["expires_at"])
    op.add_column("api_keys", sa.Column("origins", sa.JSON))


def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("api_keys", "origins")
    op.drop_table("signing_sessions")
    op.drop_table("tickets")
