"""What must be true of the database before a process begins its work: it answers, and its tables fit.

A database that starts at the same time is waited for. What cannot mend itself is refused with one sentence
that says what was tried, for how long and what to check, and never a password.
"""

import re
import time

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app import migrate
from app.db import Database
from app.log import get_logger
from app.masking import Masker
from app.presence import CONNECT_SECONDS, within
from app.settings import Settings

PAUSE_SECONDS = 0.5
TELL_EVERY_SECONDS = 5.0
HOPELESS_SECONDS = 3.0
"""How long to wait where only somebody's hand can mend it; a server that has just been made may still change."""
HOPELESS = re.compile(
    r"password authentication failed|no password supplied|no pg_hba\.conf entry|does not exist"
    r"|unable to open database file|not a database"
)

log = get_logger(__name__)


class StartRefused(Exception):
    """One sentence for whoever starts the process."""


def wait_for_database(database: Database, settings: Settings, *, patience: float | None = None) -> None:
    """Until it answers; `StartRefused` after `patience` seconds, by default those of the settings."""
    patience = settings.db_start_timeout if patience is None else patience
    masker = Masker(settings.secret_values())
    began = time.monotonic()
    told, tries = -TELL_EVERY_SECONDS, 0
    while True:
        tries += 1
        try:
            with within(CONNECT_SECONDS):
                return database.ping()
        except SQLAlchemyError as error:
            reason = masker.mask_text(_reason(error))
        waited = time.monotonic() - began
        limit = min(patience, HOPELESS_SECONDS) if HOPELESS.search(reason) else patience
        if waited + PAUSE_SECONDS > limit:
            tried = f"{tries} tries in {waited:.0f} s" if tries > 1 else "one try"
            raise StartRefused(
                f"The database cannot be used: {place(database.url)}, {tried}, "
                f"at last: {reason}. {_advice(database, settings)}"
            )
        if waited - told >= TELL_EVERY_SECONDS:
            told = waited
            log.warning("database.waiting", place=place(database.url), reason=reason, gives_up_after=limit)
        time.sleep(PAUSE_SECONDS)


def check_tables(database: Database) -> None:
    """`StartRefused` where the tables are older than this release; newer ones are worked on."""
    found, ours = migrate.current(database), migrate.newest()
    if found == ours:
        return
    if found is not None and not migrate.knows(found):
        log.warning("database.newer_than_this_release", found=found, ours=ours)
        return
    state = f"are at revision {found}" if found else "have not been made"
    raise StartRefused(
        f"The database's tables {state}, and this release needs revision {ours}. "
        "Run `autocharge migrate` first."
    )


def place(url: URL) -> str:
    """Where the database should be, without its password."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite at {url.database}"
    host = url.host or url.query.get("host") or "the local socket"
    return f"PostgreSQL at {host}, port {url.port or 5432}, database {url.database}, user {url.username}"


def _reason(error: SQLAlchemyError) -> str:
    said = str(error.orig if isinstance(error, DBAPIError) and error.orig else error).strip()
    return said.splitlines()[0].rstrip(".") if said else type(error).__name__


def _advice(database: Database, settings: Settings) -> str:
    if database.sqlite:
        return "Check DATABASE_URL, and that the folder is there and may be written to."
    check = "Check DATABASE_URL, and that the server runs and can be reached from here."
    if settings.production:
        return check
    return f"{check} For development you need none: leave DATABASE_URL empty and SQLite is used."
