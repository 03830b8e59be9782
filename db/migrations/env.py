"""Runs the migrations on the connection that `db.migrate` gives, in its transaction."""

from alembic import context

from db import guards
from db.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite alters little in place: a batch makes the table anew and copies the rows.
    render_as_batch=True,
    compare_server_default=True,
)
context.run_migrations()
guards.install(connection)
