"""Packs from the case as it comes in to what became of them; their entries are the journal's.

What 0021 made was never part of a release: packs are built again from their cases.
"""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """To this revision."""
    op.drop_table("pack_entries")
    op.drop_table("packs")
    op.create_table(
        "packs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("region", sa.Text()),
        sa.Column("input_sha256", sa.Text(), nullable=False),
        sa.Column("case_sha256", sa.Text(), nullable=False),
        sa.Column("checked_sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=False),
        sa.Column("debtor", sa.Text(), nullable=False),
        sa.Column("sought", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("total", sa.Text(), nullable=False),
        sa.Column("month_from", sa.Date()),
        sa.Column("month_to", sa.Date()),
        sa.Column("limitation_ends", sa.Date()),
        sa.Column("blocks", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("volume_sha256", sa.Text()),
        sa.Column("volume_pages", sa.Integer()),
        sa.Column("manifest_sha256", sa.Text()),
        *_seal(),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("asked_at", UtcDateTime()),
        sa.Column("asked_by", sa.Text()),
        sa.Column("step", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_packs"),
    )
    op.create_index("ix_packs_owner_created_at_id", "packs", ["owner", "created_at", "id"])
    op.create_index("ix_packs_owner_account_number", "packs", ["owner", "account_number"])
    op.create_index("ix_packs_owner_due_on", "packs", ["owner", "due_on"])
    op.create_index("ix_packs_asked_at", "packs", ["asked_at"])
    op.create_table(
        "pack_papers",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "sha256", name="pk_pack_papers"),
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("pack_papers")
    op.drop_table("packs")
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
        *_seal(),
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


def _seal() -> tuple[sa.Column[str], ...]:
    """What is known of a sealed one."""
    return (
        sa.Column("sealed_sha256", sa.Text()),
        sa.Column("level", sa.Text()),
        sa.Column("signer", sa.Text()),
        sa.Column("serial", sa.Text()),
        sa.Column("sealed_at", UtcDateTime()),
        sa.Column("package_sha256", sa.Text()),
    )
