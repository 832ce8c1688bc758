"""Which secrets of a webhook still sign, and which request made each."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0028"
down_revision = "0027"

_WEBHOOKS = sa.table(
    "webhooks",
    sa.column("id", sa.Text),
    sa.column("rotated_at", UtcDateTime()),
    sa.column("rotations", sa.JSON),
)


def upgrade() -> None:
    """To this revision; a secret that was replaced a moment ago signs on."""
    added: sa.Column[object] = sa.Column("rotations", sa.JSON, nullable=False, server_default="[]")
    op.add_column("webhooks", added)
    with op.batch_alter_table("webhooks") as webhooks:
        webhooks.alter_column("rotations", server_default=None)
    rotated = sa.select(_WEBHOOKS).where(_WEBHOOKS.c.rotated_at.is_not(None))
    for row in op.get_bind().execute(rotated).all():
        known = [{"id": "", "at": row.rotated_at.isoformat()}]
        op.execute(_WEBHOOKS.update().where(_WEBHOOKS.c.id == row.id).values(rotations=known))


def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("webhooks", "rotations")
