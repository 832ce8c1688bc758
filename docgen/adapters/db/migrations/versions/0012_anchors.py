"""Anchors of days, their leaves and tokens, which the database itself refuses to change."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_TABLES = {
    "anchors": ("day",),
    "anchor_leaves": ("day", "position"),
    "anchor_tokens": ("day",),
}


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "anchors",
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaves", sa.Integer, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_anchors"),
        sa.UniqueConstraint("previous_hash", name="uq_anchors_previous_hash"),
    )
    op.create_table(
        "anchor_leaves",
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("day", "position", name="pk_anchor_leaves"),
        sa.UniqueConstraint(
            "kind", "subject", "sequence", name="uq_anchor_leaves_kind_subject_sequence"
        ),
    )
    op.create_table(
        "anchor_tokens",
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_anchor_tokens"),
    )
    for table, key in _TABLES.items():
        _guard(table, key)


def downgrade() -> None:
    """Back to the one before."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _guard(table: str, key: tuple[str, ...]) -> None:
    """As the journal is guarded; REPLACE, on SQLite, deletes without asking the triggers."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()"
        )
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    taken = " AND ".join(f"{column} = NEW.{column}" for column in key)
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refuse}")
    is_taken = f"EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608  # names are ours
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {is_taken} {refuse}"
    )
