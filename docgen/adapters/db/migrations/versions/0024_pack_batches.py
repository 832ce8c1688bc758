"""Batches of packs: tables of debtors, and what became of each line."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "pack_batches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("region", sa.Text()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pack_batches"),
    )
    op.create_index("ix_pack_batches_owner_created_at", "pack_batches", ["owner", "created_at"])
    op.create_table(
        "pack_batch_lines",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("case_name", sa.Text(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pack_id", sa.Text()),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("finished_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("batch_id", "place", name="pk_pack_batch_lines"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["pack_batches.id"], name="fk_pack_batch_lines_batch_id"
        ),
    )
    op.create_index("ix_pack_batch_lines_batch_id_state", "pack_batch_lines", ["batch_id", "state"])
    op.create_index(
        "ix_pack_batch_lines_batch_id_finished_at", "pack_batch_lines", ["batch_id", "finished_at"]
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("pack_batch_lines")
    op.drop_table("pack_batches")
