"""People who sign in, their sessions, and how often they tried."""

import sqlalchemy as sa
from alembic import op

from docgen.adapters.db.columns import UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "staff",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("local_login", sa.Text),
        sa.Column("full_name", sa.Text, nullable=False),
        sa.Column("employee_id", sa.Text, nullable=False),
        sa.Column("position_kk", sa.Text, nullable=False),
        sa.Column("position_ru", sa.Text, nullable=False),
        sa.Column("contacts", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("issuer", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("locked_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("local_login", name="uq_staff_local_login"),
        sa.UniqueConstraint("issuer", "subject", name="uq_staff_issuer_subject"),
    )
    op.create_index("ix_staff_login", "staff", ["login"])
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("staff_id", sa.Text, nullable=False),
        sa.Column("entrance", sa.Text, nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("signing", sa.Text),
        sa.Column("pin_hash", sa.Text),
        sa.Column("wrong_pins", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_sessions"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_staff_sessions_staff_id_staff"
        ),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
    op.create_index("ix_staff_sessions_ends_at", "staff_sessions", ["ends_at"])
    op.create_table(
        "staff_knocks",
        sa.Column("state_sha256", sa.Text, nullable=False),
        sa.Column("browser_sha256", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("verifier", sa.Text, nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("state_sha256", name="pk_staff_knocks"),
    )
    op.create_index("ix_staff_knocks_begun_at", "staff_knocks", ["begun_at"])
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sign_in_tries"),
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("sign_in_tries")
    op.drop_table("staff_knocks")
    op.drop_table("staff_sessions")
    op.drop_table("staff")
