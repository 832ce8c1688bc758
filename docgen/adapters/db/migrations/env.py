"""Alembic's entry: runs on the connection that `migrate` has locked."""

from alembic import context

from docgen.adapters.db.rows import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
