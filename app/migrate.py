"""Brings the database's tables to this release, or back, by the scripts in `migrations/`.

Works from a clone and from an installed wheel: nothing is read from the working directory. A database that
a later release has migrated is left as it is: this release goes on working on it (docs/adr/0009).
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import migrations
from app.db import Database
from app.log import get_logger

log = get_logger(__name__)
LOCK = 7_305_421
"""Any number that nothing else in the database uses for an advisory lock."""
TABLE_IN_USE = "55P03"
"""SQLSTATE: a lock was waited for longer than migrations/env.py allows."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Safe to call from several machines at once: one migrates, the others wait and find it done.

    A database that a later release has migrated is left as it is: going back to the release before must start.
    """
    with _locked(database) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if revision == "head" and found is not None and not knows(found):
            log.warning("migrate.database_is_newer", found=found, ours=newest())
            return
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Back to that revision; `base` is the empty database."""
    with _locked(database) as connection:
        command.downgrade(_config(connection), revision)


def as_sql(revision: str) -> str:
    """What one revision does to PostgreSQL, without a database; for those who look at it first."""
    (script,) = ScriptDirectory.from_config(_config(None)).get_revisions(revision)
    written = io.StringIO()
    config = _config(None)
    config.output_buffer = written
    command.upgrade(config, f"{script.down_revision or 'base'}:{revision}", sql=True)
    return written.getvalue()


def revisions() -> list[str]:
    """Of this release, the oldest first."""
    walked = ScriptDirectory.from_config(_config(None)).walk_revisions()
    return [script.revision for script in walked][::-1]


def current(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """False: a later release has made it."""
    return any(
        script.revision == revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()
    )


def newest() -> str | None:
    return ScriptDirectory.from_config(_config(None)).get_current_head()


@contextmanager
def _locked(database: Database) -> Iterator[Connection]:
    # On SQLite the transaction itself is the lock: it begins immediately.
    with database.engine.begin() as connection:
        if not database.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        yield connection


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    return config
