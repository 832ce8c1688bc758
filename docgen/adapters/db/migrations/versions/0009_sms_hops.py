"""Every hop of a message, what was heard of it, and how far a challenge has come."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0009"
down_revision = "0008"

_INDEXES = (
    ("sending",),
    ("route", "begun_at"),
    ("route", "message_id"),
    ("subject", "begun_at"),
    ("client", "begun_at"),
    ("employee_id", "begun_at"),
    ("state", "begun_at"),
)


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "sms_hops",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sending", sa.Text(), nullable=False),
        sa.Column("challenge_id", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text()),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text()),
        sa.Column("message_id", sa.Text()),
        sa.Column("raw", sa.Text()),
        sa.Column("answered_at", UtcDateTime()),
        sa.Column("cost_tiyn", sa.Integer()),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("delivery_raw", sa.Text()),
        sa.Column("delivery_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_sms_hops"),
        sa.UniqueConstraint("challenge_id", "number", name="uq_sms_hops_challenge_id_number"),
    )
    for columns in _INDEXES:
        op.create_index(f"ix_sms_hops_{'_'.join(columns)}", "sms_hops", columns)
    op.create_table(
        "sms_receipts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sms_receipts"),
        sa.UniqueConstraint(
            "route",
            "message_id",
            "delivery",
            "raw",
            name="uq_sms_receipts_route_message_id_delivery_raw",
        ),
    )
    op.add_column(
        "challenges",
        sa.Column("delivery", sa.Text(), nullable=False, server_default="unknown"),
    )
    with op.batch_alter_table("challenges") as challenges:
        challenges.alter_column("delivery", server_default=None)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("challenges", "delivery")
    op.drop_table("sms_receipts")
    op.drop_table("sms_hops")
