"""The engine, the session, and the only commit.

`transaction()` writes: it commits at the end or rolls back. `reading()` never commits. Nothing may
hold either open during a network call. SQLite runs in WAL with short `BEGIN IMMEDIATE` writers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

BUSY_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_S = 2
"""A database that is away must be noticed before Whop's five seconds are over."""


class Database:
    def __init__(
        self,
        dsn: str,
        *,
        pool_size: int = 5,
        max_overflow: int = 10,
        pool_timeout: float = 5.0,
    ) -> None:
        url = make_url(dsn)
        self.sqlite = url.get_backend_name() == "sqlite"
        if self.sqlite and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=pool_timeout,
            pool_pre_ping=not self.sqlite,
            hide_parameters=True,
            connect_args={} if self.sqlite else {"connect_timeout": CONNECT_TIMEOUT_S},
        )
        if self.sqlite:
            _prepare_sqlite(self.engine)
        # The SQLite driver is in autocommit by itself as long as nobody says BEGIN.
        self._autocommit = self.engine.execution_options(
            **({"begin": None} if self.sqlite else {"isolation_level": "AUTOCOMMIT"})
        )
        self._reading = self.engine.execution_options(begin="BEGIN")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: everything in the block is committed, or nothing is."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent look that blocks no writer; what it changes is thrown away."""
        with Session(self._reading, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """A bare connection for the one statement of the webhook door: durable when it returns."""
        with self._autocommit.connect() as connection:
            yield connection

    def ping(self) -> None:
        """Raise if the database does not answer."""
        with self.autocommit() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self.engine.dispose()


def is_away(error: BaseException) -> bool:
    """The database could not be reached or was too busy: that says nothing about the row in hand."""
    if isinstance(error, PoolTimeout | InterfaceError):
        return True
    # SQLite calls a table or column that is not there an operational error, too.
    return isinstance(error, OperationalError) and "no such" not in str(error.orig)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        # FULL, not NORMAL: a 200 to Whop means that the event survives a power cut.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # A writer takes the lock at once: a reader that turns writer could only fail.
        begin = connection.get_execution_options().get("begin", "BEGIN IMMEDIATE")
        if begin is not None:
            connection.exec_driver_sql(begin)
