"""Runs the scripts on the connection that `app.migrate` holds, or writes them down as PostgreSQL would get them."""

from alembic import context

from app.models import Base

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True)
else:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
if context.get_context().dialect.name == "postgresql":
    # Whoever waits for a table's lock keeps all others from it: better to give up and try again.
    context.execute("SET LOCAL lock_timeout = '5s'")
context.run_migrations()
