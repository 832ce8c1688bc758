"""Webhooks, what they are owed, and which entries of journals nobody was told of yet."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0015"
down_revision = "0014"

_OWED = sa.text("state = 'owed'")
_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "news",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("envelope_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_news"),
        sa.UniqueConstraint("envelope_id", "sequence", name="uq_news_envelope_id_sequence"),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("rotated_at", UtcDateTime()),
        sa.Column("failing_since", UtcDateTime()),
        sa.Column("disabled_because", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_owner", "webhooks", ["owner"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook_id", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("tries", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", "message_id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhooks.id"],
            name="fk_webhook_deliveries_webhook_id_webhooks",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_webhook_deliveries_owed",
        "webhook_deliveries",
        ["next_at"],
        sqlite_where=_OWED,
        postgresql_where=_OWED,
    )
    op.create_index("ix_webhook_deliveries_happened_at", "webhook_deliveries", ["happened_at"])
    op.create_index("ix_journal_at", "journal", ["at"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index("ix_journal_at", table_name="journal")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
    op.drop_table("news")
