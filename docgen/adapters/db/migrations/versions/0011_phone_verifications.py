"""Verifications of numbers; challenges are of those too, tell their channel and whom they told."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "phone_verifications",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("region", sa.Text()),
        sa.Column("surname", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("patronymic", sa.Text()),
        sa.Column("iin", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("identified_by", sa.Text(), nullable=False),
        sa.Column("identity_document", sa.Text(), nullable=False),
        sa.Column("manifest_hash", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("warnings", sa.JSON()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime()),
        sa.Column("confirmation", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_phone_verifications"),
    )
    for columns in (("owner", "phone", "id"), ("manifest_hash",)):
        name = f"ix_phone_verifications_{'_'.join(columns)}"
        op.create_index(name, "phone_verifications", columns)
    _drop_indexes("envelope_id")
    with op.batch_alter_table("challenges") as challenges:
        challenges.drop_constraint("fk_challenges_envelope_id", type_="foreignkey")
        challenges.alter_column("envelope_id", new_column_name="chain", existing_type=sa.Text())
        challenges.add_column(sa.Column("channel", sa.Text(), nullable=False, server_default="sms"))
        challenges.add_column(sa.Column("told_to", sa.Text()))
    with op.batch_alter_table("challenges") as challenges:
        challenges.alter_column("channel", server_default=None)
    _create_indexes("chain")
    op.create_index("ix_challenges_told_to_confirmed_at", "challenges", ["told_to", "confirmed_at"])


def downgrade() -> None:
    """Back to the one before; what verifies numbers is lost."""
    op.drop_index("ix_challenges_told_to_confirmed_at", "challenges")
    _drop_indexes("chain")
    op.execute("DELETE FROM challenges WHERE chain NOT IN (SELECT id FROM envelopes)")
    with op.batch_alter_table("challenges") as challenges:
        challenges.drop_column("told_to")
        challenges.drop_column("channel")
        challenges.alter_column("chain", new_column_name="envelope_id", existing_type=sa.Text())
    # SQLite's copy of the table knows the column's older name only once it is made.
    with op.batch_alter_table("challenges") as challenges:
        challenges.create_foreign_key(
            "fk_challenges_envelope_id", "envelopes", ["envelope_id"], ["id"]
        )
    _create_indexes("envelope_id")
    op.drop_table("phone_verifications")


def _drop_indexes(chain: str) -> None:
    for name in (
        f"ix_challenges_{chain}_issued_at",
        "uq_challenges_sent",
        "uq_challenges_confirmed",
    ):
        op.drop_index(name, "challenges")


def _create_indexes(chain: str) -> None:
    op.create_index(f"ix_challenges_{chain}_issued_at", "challenges", [chain, "issued_at"])
    for state in ("sent", "confirmed"):
        only = sa.text(f"state = '{state}'")
        op.create_index(
            f"uq_challenges_{state}",
            "challenges",
            [chain],
            unique=True,
            sqlite_where=only,
            postgresql_where=only,
        )
