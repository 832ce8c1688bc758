"""An envelope may be made in the place of another one, and each has one successor at most."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """To this revision."""
    op.add_column("envelopes", sa.Column("supersedes", sa.Text()))
    op.add_column("envelopes", sa.Column("superseded_by", sa.Text()))
    op.create_index("ix_envelopes_supersedes", "envelopes", ["supersedes"], unique=True)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index("ix_envelopes_supersedes", "envelopes")
    for name in ("superseded_by", "supersedes"):
        op.drop_column("envelopes", name)
