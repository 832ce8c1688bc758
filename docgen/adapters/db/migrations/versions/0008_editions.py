"""Documents pin the edition of their form; envelopes keep what their makers were warned of.

What was made before is of the only form and the only Word files there were.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_EDITION = "2026-10"
_TEMPLATES = {
    "kk": "75e46a971fc6bb8a3cb6f55c41c2665ad94237f2e2fe35f112dc0352153c1a44",
    "ru": "16bf08ac9e9af54653eba84a83317b481a70afd85ea504ea43428ef1d3ef0222",
}


def upgrade() -> None:
    """To this revision."""
    op.add_column("envelopes", sa.Column("warnings", sa.JSON()))
    _fill("edition", sa.Text(), _EDITION)
    _fill("template_hashes", sa.JSON(), json.dumps(_TEMPLATES))


def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("envelopes", "warnings")
    op.drop_column("documents", "template_hashes")
    op.drop_column("documents", "edition")


def _fill(name: str, kind: sa.types.TypeEngine[Any], value: str) -> None:
    """A column of documents that all there are get that value in; new ones must bring their own."""
    op.add_column("documents", sa.Column(name, kind, nullable=False, server_default=value))
    with op.batch_alter_table("documents") as documents:
        documents.alter_column(name, server_default=None)
