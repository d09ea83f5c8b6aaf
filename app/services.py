"""What a process is wired with, in one value: settings, the clock and the database.

Made once by `create_app` for the web and by the command line for the worker; passed down, never global.
"""

from dataclasses import dataclass

from flask import current_app

from app.clock import Clock, MovableClock, SystemClock
from app.db import Database
from app.settings import Settings

EXTENSION = "autocharge"


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    clock: Clock
    database: Database

    @classmethod
    def make(cls, settings: Settings, clock: Clock | None = None, *, connections: int = 0) -> "Services":
        """`connections` is how many this process may need at once, whatever the settings allow."""
        return cls(
            settings=settings,
            clock=clock or default_clock(settings),
            database=Database(
                settings.database_dsn,
                pool_size=settings.db_pool_size,
                max_overflow=max(settings.db_max_overflow, connections - settings.db_pool_size),
                pool_timeout=settings.db_pool_timeout,
            ),
        )


def default_clock(settings: Settings) -> Clock:
    """The machine's time in production; in development a clock that can be moved."""
    if settings.production:
        return SystemClock()
    return MovableClock(settings.clock_file)


def services() -> Services:
    """The services of the application that handles this request."""
    wired = current_app.extensions[EXTENSION]
    assert isinstance(wired, Services)
    return wired
