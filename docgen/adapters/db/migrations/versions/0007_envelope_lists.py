"""Lists of one owner's envelopes, by id from the newest down.

An index on (owner, id) alone would make SQLite, which keeps no statistics here, read all of an
owner's envelopes to find those of one phone; so whatever narrows a list gets its own, and the
indexes without the owner go.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

_NARROWED_BY = ("state", "phone", "order_number", "account_number")
_NO_LONGER_NEEDED = ("owner", "phone", "order_number", "account_number")


def upgrade() -> None:
    """To this revision."""
    op.create_index("ix_envelopes_owner_id", "envelopes", ["owner", "id"])
    for column in _NARROWED_BY:
        op.create_index(f"ix_envelopes_owner_{column}_id", "envelopes", ["owner", column, "id"])
    for column in _NO_LONGER_NEEDED:
        op.drop_index(f"ix_envelopes_{column}", "envelopes")


def downgrade() -> None:
    """Back to the one before."""
    for column in _NO_LONGER_NEEDED:
        op.create_index(f"ix_envelopes_{column}", "envelopes", [column])
    for column in reversed(_NARROWED_BY):
        op.drop_index(f"ix_envelopes_owner_{column}_id", "envelopes")
    op.drop_index("ix_envelopes_owner_id", "envelopes")
