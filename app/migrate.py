"""Brings the database's tables to this release, or back, by the scripts in `migrations/`.

Works from a clone and from an installed wheel: nothing is read from the working directory.
"""

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

LOCK = 7_305_421
"""Any number that nothing else in the database uses for an advisory lock."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Safe to call from several machines at once: one migrates, the others wait and find it done."""
    with _locked(database) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Back to that revision; `base` is the empty database."""
    with _locked(database) as connection:
        command.downgrade(_config(connection), revision)


def current(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


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
