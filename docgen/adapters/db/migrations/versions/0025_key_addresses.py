"""From which addresses API keys count."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """To this revision."""
    op.add_column("api_keys", sa.Column("addresses", sa.JSON()))


def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("api_keys", "addresses")
