"""A pack may have several volumes; what the rules hinder is tried again less and less often."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """To this revision."""
    for name in ("further_volumes", "further_seals"):
        _added(sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    _added(sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("packs", sa.Column("next_try_at", UtcDateTime()))


def downgrade() -> None:
    """Back to the one before."""
    for name in ("next_try_at", "refusals", "further_seals", "further_volumes"):
        op.drop_column("packs", name)


def _added(column: sa.Column[object]) -> None:
    op.add_column("packs", column)
    with op.batch_alter_table("packs") as packs:
        packs.alter_column(column.name, server_default=None)
