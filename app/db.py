"""The engine, the session, and the only commit.

`transaction()` writes: it commits at the end or rolls back. `reading()` never commits. Nothing may
hold either open during a network call. SQLite runs in WAL with short `BEGIN IMMEDIATE` writers.
"""

import math
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from psycopg2 import extensions
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from app.log import get_logger
from app.presence import Presence, seconds_left, wait_for_answer, watched

BUSY_TIMEOUT_MS = 30_000
DOOR_BUSY_TIMEOUT_MS = 4_000
"""A file that others write to is not away; Whop gives up after five seconds."""
LOST_LINE = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}
"""libpq's options for a line that was cut between two machines; what DATABASE_URL says of them wins."""
LET_GO_SECONDS = 30
"""After this long without a word in the middle of a transaction the server ends it.

A machine that is cut off hangs up on nobody: without this its locks stay until the server's own keepalive, two hours
by Linux's default, and neither a lease nor another worker gets past them. No work of ours rests that long in one.
"""
READ_ONLY = "25006"
"""SQLSTATE: a standby, or somebody has made the database read-only."""
LET_GO = "25P03"
"""The server has ended a transaction that rested too long in our hands, as after a machine stood still."""
DISK_FULL = "53100"
NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)
"""SQLite's words for the same; a full disk may be any of them, by what it was writing."""
REFUSED_LATELY_SECONDS = 60.0
REST_SECONDS = 1.0
"""A connection that answered less than this ago is believed; the question would be half the door's round trips."""
TELL_EVERY_SECONDS = 10.0

log = get_logger(__name__)


class _TimelyPool(QueuePool):
    """Lets nobody wait for a connection past the time that `within` gave them."""

    __module__ = "sqlalchemy.pool"  # names its logger, which is to be as quiet as the library's

    @property
    def _timeout(self) -> float:
        return min(self._most, seconds_left())

    @_timeout.setter
    def _timeout(self, seconds: float) -> None:
        self._most = seconds

    def recreate(self) -> QueuePool:
        pool = super().recreate()
        pool._timeout = self._most
        return pool


_DATA_EXCEPTION = "22"
"""The class of PostgreSQL's codes whose messages quote a value."""


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
        self.url = url
        if self.sqlite and url.database:
            with suppress(OSError):  # the first connection says it in the database's words
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = create_engine(
            url,
            poolclass=_TimelyPool,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=pool_timeout,
            hide_parameters=True,
            connect_args={} if self.sqlite else _line_options(url),
        )
        if self.sqlite:
            _prepare_sqlite(self.engine)
        else:
            extensions.set_wait_callback(wait_for_answer)
            event.listen(self.engine, "handle_error", _without_values)
            event.listen(self.engine, "connect", _let_go_of_the_silent)
            _ask_after_rest(self.engine)
        self._presence = None if self.sqlite else Presence(self._connect)
        self._refused_at = -math.inf
        self._told: dict[str, float] = {}
        self._untold: Counter[str] = Counter()
        self._telling = threading.Lock()
        # The SQLite driver is in autocommit by itself as long as nobody says BEGIN.
        self._autocommit = self.engine.execution_options(begin=None)
        self._reading = self.engine.execution_options(begin="BEGIN")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: everything in the block is committed, or nothing is."""
        with (
            self._watched(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
        self._refused_at = -math.inf

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent look that blocks no writer; what it changes is thrown away."""
        with (
            self._watched(),
            Session(self._reading, expire_on_commit=False, autoflush=False) as session,
        ):
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """As `reading`; whatever is read in it is of one moment, however long it takes."""
        with self.reading() as session:
            if not self.sqlite:  # a statement, and not the library's level: see `_no_begin`
                session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield session

    def allow(self, session: Session, seconds: float) -> None:
        """How long each of the next statements of this transaction may take; SQLite knows no such limit."""
        if not self.sqlite:
            milliseconds = str(max(1, int(seconds * 1_000)))
            session.execute(
                text("SELECT set_config('statement_timeout', :most, true)"), {"most": milliseconds}
            )

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """A bare connection for the one statement of the webhook door: durable when it returns."""
        with (
            self._watched(),
            self._autocommit.connect() as connection,
            _busy_for_a_moment(connection) if self.sqlite else _no_begin(connection),
        ):
            yield connection
        self._refused_at = -math.inf

    def ping(self) -> None:
        """Raise if the database does not answer."""
        with self.autocommit() as connection:
            connection.execute(text("SELECT 1"))

    def read_only(self, session: Session) -> bool:
        """Answers, but takes nothing."""
        return not self.sqlite and session.scalar(text("SHOW transaction_read_only")) == "on"

    def refusing(self) -> bool:
        """It had no room the last time that this process wanted to write, which was a moment ago."""
        return time.monotonic() < self._refused_at + REFUSED_LATELY_SECONDS

    def tell_away(self, line: str, error: BaseException, **more: object) -> None:
        """Log that the database is away: at once, then every ten seconds with the number of lines held back."""
        if _has_no_room(error):
            self._refused_at = time.monotonic()
        with self._telling:
            now = time.monotonic()
            if now - self._told.get(line, -TELL_EVERY_SECONDS) < TELL_EVERY_SECONDS:
                self._untold[line] += 1
                return
            self._told[line] = now
            held_back = self._untold.pop(line, 0)
        log.warning(line, error=type(error).__name__, held_back=held_back, **more)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        if self._presence is None:
            yield
            return
        with watched(self._presence):
            yield

    def _connect(self) -> Any:
        positional, named = self.engine.dialect.create_connect_args(self.url)
        return self.engine.dialect.connect(*positional, **named)


def is_away(error: BaseException) -> bool:
    """The database could not be reached or was too busy: that says nothing about the row in hand."""
    if isinstance(error, PoolTimeout | InterfaceError):
        return True
    if isinstance(error, DBAPIError) and getattr(error.orig, "pgcode", None) in (READ_ONLY, LET_GO):
        return True
    # SQLite calls a table or column that is not there an operational error, too.
    return isinstance(error, OperationalError) and "no such" not in str(error.orig)


def _has_no_room(error: BaseException) -> bool:
    refused = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(refused, sqlite3.Error):
        return getattr(refused, "sqlite_errorcode", 0) & 0xFF in NO_ROOM
    return getattr(refused, "pgcode", None) == DISK_FULL


@contextmanager
def _busy_for_a_moment(connection: Connection) -> Iterator[None]:
    """By the driver itself: two statements by way of SQLAlchemy would take longer than the event's own."""
    driver: Any = connection.connection.dbapi_connection
    driver.execute(f"PRAGMA busy_timeout = {DOOR_BUSY_TIMEOUT_MS}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


@contextmanager
def _no_begin(connection: Connection) -> Iterator[None]:
    """psycopg2 in autocommit. Not by SQLAlchemy's isolation level: that is undone with a statement of its own
    when the pool gets the connection back, and where that fails the pool never gets it back.
    """
    driver: Any = connection.connection.dbapi_connection
    driver.autocommit = True
    try:
        yield
    finally:
        if not driver.closed:
            driver.autocommit = False


def _ask_after_rest(engine: Engine) -> None:
    """SQLAlchemy's `pool_pre_ping`, but for connections that lay idle: the others are as likely to break a moment later."""

    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _fairy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) < REST_SECONDS:  # a new one has none
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _let_go_of_the_silent(connection: Any, _record: Any) -> None:
    """By a statement and not by libpq's `options`, which PgBouncer refuses."""
    connection.autocommit = True  # in a transaction it would be undone with it
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{LET_GO_SECONDS}s'")
    connection.autocommit = False


def _line_options(url: URL) -> dict[str, int]:
    return {name: value for name, value in LOST_LINE.items() if name not in url.query}


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL quotes the row that it refuses, with names and addresses: only what went wrong is kept."""
    refused = context.original_exception
    diagnosis = getattr(refused, "diag", None)
    if diagnosis is None or diagnosis.message_primary is None:
        return  # from the driver itself, such as a connection that could not be made
    told = diagnosis.message_primary
    if (getattr(refused, "pgcode", None) or "").startswith(_DATA_EXCEPTION):
        told = told.partition(":")[0]  # after it stands the value
    refused.args = (told,)
    if context.sqlalchemy_exception is not None:
        name = f"{type(refused).__module__}.{type(refused).__name__}"
        context.sqlalchemy_exception.args = (f"({name}) {told}",)


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
