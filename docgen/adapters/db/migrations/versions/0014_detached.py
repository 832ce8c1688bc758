"""Documents may have the operator's national signature beside their sealed bytes."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0014"
down_revision = "0013"

_WITHOUT = sa.text("sealed_sha256 IS NOT NULL AND detached_sha256 IS NULL")


def upgrade() -> None:
    """To this revision."""
    op.add_column("documents", sa.Column("detached_sha256", sa.Text()))
    op.add_column("documents", sa.Column("detached_size", sa.Integer()))
    op.add_column("documents", sa.Column("detached_at", UtcDateTime()))
    op.create_index(
        "ix_documents_without_detached",
        "documents",
        ["sealed_at"],
        sqlite_where=_WITHOUT,
        postgresql_where=_WITHOUT,
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index("ix_documents_without_detached", "documents")
    for name in ("detached_at", "detached_size", "detached_sha256"):
        op.drop_column("documents", name)
