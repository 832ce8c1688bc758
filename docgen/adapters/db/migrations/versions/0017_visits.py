"""Visits: what the order system plans, and what a technician writes down of it."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "visits",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("order_number", sa.Text, nullable=False),
        sa.Column("account_number", sa.Text, nullable=False),
        sa.Column("planned_on", sa.Date, nullable=False),
        sa.Column("slot", sa.Text),
        sa.Column("employee_id", sa.Text),
        sa.Column("phone_subject", sa.Text),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("envelope_id", sa.Text),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    op.create_index("ix_visits_owner_planned_on_id", "visits", ["owner", "planned_on", "id"])
    for column in ("order_number", "account_number", "phone_subject"):
        op.create_index(f"ix_visits_owner_{column}", "visits", ["owner", column])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("visits")
