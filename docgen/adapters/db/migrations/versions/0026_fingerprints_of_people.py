"""The journal vouches for rows of visits and of accounts, each under a salt of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """To this revision."""
    for table in ("visits", "staff"):
        op.add_column(table, sa.Column("salt", sa.Text()))


def downgrade() -> None:
    """Back to the one before."""
    for table in ("staff", "visits"):
        op.drop_column(table, "salt")
