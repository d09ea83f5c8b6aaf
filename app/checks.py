"""What `autocharge check` looks at: each thing that must work before a payment can be recovered."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from app import migrate
from app.delivery.channels import build_channels
from app.errors import SettingsError
from app.services import Services


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    ok: bool
    text: str

    @property
    def sign(self) -> str:
        return "ok  " if self.ok else "FAIL"


def findings(services: Services) -> Iterator[Finding]:
    """One for each thing, in the order in which they depend on each other."""
    settings = services.settings
    yield Finding("settings", True, f"{settings.app_env}, {settings.app_host}")
    yield _database(services)
    yield from _channels(services)
    if settings.whop_api_key is None:
        text = "WHOP_API_KEY is not set: decisions rest on webhooks alone"
    else:
        text = "set; this release does not call Whop's API yet"
    yield Finding("whop api", True, text)


def _database(services: Services) -> Finding:
    try:
        current, newest = migrate.current(services.database), migrate.newest()
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
        return Finding("database", False, f"cannot be used ({reason}); check DATABASE_URL")
    if current != newest:
        return Finding("database", False, f"at revision {current}, not {newest}; run autocharge migrate")
    kind = "SQLite" if services.database.sqlite else "PostgreSQL"
    return Finding("database", True, f"{kind} at revision {current}")


def _channels(services: Services) -> Iterator[Finding]:
    try:
        channels = build_channels(services.settings)
    except SettingsError as error:
        yield from (Finding("channels", False, line) for line in error.lines)
        return
    if not channels:
        yield Finding("channels", False, "none is switched on; nobody can be reminded")
    for name, notifier in channels.items():
        checked = notifier.check()
        yield Finding(name, checked.ok, checked.text)
        notifier.close()
