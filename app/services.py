"""What a process is wired with, in one value: settings, the clock, the database, and Whop.

Made once by `create_app` for the web and by the command line for the worker; passed down, never global.
"""

from dataclasses import dataclass

from flask import current_app

from app.clock import Clock, MovableClock, SystemClock
from app.db import Database
from app.settings import CALLBACK, Settings
from app.whop.accounts import Accounts
from app.whop.client import WhopClient
from app.whop.oauth import SCOPE, WHO_ONLY, WhopOAuth

EXTENSION = "autocharge"


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    clock: Clock
    database: Database
    accounts: Accounts
    oauth: WhopOAuth | None
    """None where sign-in with Whop is not set up."""
    connecting: WhopOAuth | None
    """The same for customers, who are only to say who they are; None likewise."""
    whop: WhopClient | None = None
    """Whop's API with the install's own key; None where there is none."""

    def close(self) -> None:
        """Closes every connection; with the process."""
        self.database.close()
        self.accounts.close()
        if self.whop is not None:
            self.whop.close()

    @classmethod
    def make(
        cls,
        settings: Settings,
        clock: Clock | None = None,
        *,
        database: Database | None = None,
        connections: int = 0,
    ) -> "Services":
        """`connections` is how many this process may need at once, whatever the settings allow."""
        return cls(
            settings=settings,
            clock=clock or default_clock(settings),
            database=database
            or Database(
                settings.database_dsn,
                pool_size=settings.db_pool_size,
                max_overflow=max(settings.db_max_overflow, connections - settings.db_pool_size),
                pool_timeout=settings.db_pool_timeout,
            ),
            accounts=Accounts(settings.whop_api_url),
            oauth=_oauth(settings, flow="whop", scope=SCOPE),
            connecting=_oauth(settings, flow="connect", scope=WHO_ONLY),
            whop=_client(settings),
        )


def _client(settings: Settings) -> WhopClient | None:
    if settings.whop_api_key is None:
        return None
    return WhopClient(
        settings.whop_api_url,
        settings.whop_api_key.get_secret_value(),
        sharers=settings.worker_processes,
    )


def _oauth(settings: Settings, *, flow: str, scope: str) -> WhopOAuth | None:
    if settings.whop_client_id is None or settings.whop_client_secret is None:
        return None
    return WhopOAuth(
        api_url=settings.whop_api_url,
        client_id=settings.whop_client_id,
        client_secret=settings.whop_client_secret.get_secret_value(),
        redirect_uri=settings.whop_redirect_uri or f"{settings.app_host}{CALLBACK}",
        flow=flow,
        scope=scope,
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
