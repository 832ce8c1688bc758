"""Packs of papers for a notary, and what happened to them."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "packs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("input_sha256", sa.Text(), nullable=False),
        sa.Column("case_sha256", sa.Text(), nullable=False),
        sa.Column("volume_sha256", sa.Text(), nullable=False),
        sa.Column("volume_pages", sa.Integer(), nullable=False),
        sa.Column("manifest_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sealed_sha256", sa.Text()),
        sa.Column("level", sa.Text()),
        sa.Column("signer", sa.Text()),
        sa.Column("serial", sa.Text()),
        sa.Column("sealed_at", UtcDateTime()),
        sa.Column("package_sha256", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_packs"),
    )
    op.create_index("ix_packs_owner", "packs", ["owner"])
    op.create_table(
        "pack_entries",
        sa.Column("pack_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pack_id", "sequence", name="pk_pack_entries"),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name="fk_pack_entries_pack_id"),
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("pack_entries")
    op.drop_table("packs")
