"""Which API key was made to replace which."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """To this revision."""
    op.add_column("api_keys", sa.Column("follows", sa.Text()))
    op.create_index("ix_api_keys_follows", "api_keys", ["follows"], unique=True)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index("ix_api_keys_follows", "api_keys")
    op.drop_column("api_keys", "follows")
