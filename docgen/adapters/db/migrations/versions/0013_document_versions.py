"""Later versions of sealed documents, and when the certificates behind a seal end."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_TRIGGERS_ON_SQLITE = (
    """
    CREATE TRIGGER document_versions_no_update BEFORE UPDATE ON document_versions
    BEGIN SELECT RAISE(ABORT, 'document_versions is append-only'); END
    """,
    """
    CREATE TRIGGER document_versions_no_delete BEFORE DELETE ON document_versions
    BEGIN SELECT RAISE(ABORT, 'document_versions is append-only'); END
    """,
    """
    CREATE TRIGGER document_versions_no_replace BEFORE INSERT ON document_versions
    WHEN EXISTS (
        SELECT 1 FROM document_versions
        WHERE document_id = NEW.document_id AND number = NEW.number
    )
    BEGIN SELECT RAISE(ABORT, 'document_versions is append-only'); END
    """,
)
_TRIGGER_ON_POSTGRESQL = """
CREATE TRIGGER document_versions_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON document_versions
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()
"""


def upgrade() -> None:
    """To this revision."""
    op.add_column("documents", sa.Column("sealed_ends_at", sa.DateTime(timezone=True)))
    op.create_index("ix_documents_sealed_ends_at", "documents", ["sealed_ends_at"])
    op.create_table(
        "document_versions",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("authority", sa.Text, nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_document_versions"),
    )
    op.create_index("ix_document_versions_sha256", "document_versions", ["sha256"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_TRIGGER_ON_POSTGRESQL)
        return
    for trigger in _TRIGGERS_ON_SQLITE:
        op.execute(trigger)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("document_versions")
    op.drop_index("ix_documents_sealed_ends_at", "documents")
    op.drop_column("documents", "sealed_ends_at")
