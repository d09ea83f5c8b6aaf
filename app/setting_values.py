"""What single values of settings must look like, and what is secret inside them. Knows no setting by name."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, SecretStr

_TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
SHORTEST_KEY = 20
"""A user's name in an address that is as long as this is a key."""


def plain_address(value: str) -> str:
    """An http(s) address without a user and without a query; no slash at its end."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username
        usable = usable and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("give an address such as https://api.example.com")
    return value.rstrip("/")


def parts_of(value: SecretStr | None) -> tuple[str, ...]:
    texts = value.get_secret_value().split(",") if value else []
    return tuple(text.strip() for text in texts if text.strip())


def secrets_in(address: str) -> set[str]:
    """The password, a user who is a key (Sentry) and the last part of a path (Discord's webhook).

    As written and as libraries read it, also where a password holds what elsewhere ends one.
    """
    rest = address.partition("://")[2]
    found: set[str] = set()
    for before in (rest.rpartition("@")[0], rest.partition("@")[0] if "@" in rest else ""):
        user, _, password = before.partition(":")
        found |= {password} if password else {user} if len(user) >= SHORTEST_KEY else set()
    if "/webhooks/" in rest:
        found.add(rest.partition("?")[0].rstrip("/").rpartition("/")[2])
    return found | {unquote(value) for value in found}


def secrets_within(value: object) -> set[str]:
    """Every secret's text in there, the parts of lists and the secret parts of addresses."""
    if isinstance(value, SecretStr):
        parts = {value.get_secret_value(), *parts_of(value)}
        return parts.union(*(secrets_in(part) for part in parts if "://" in part))
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return set[str]().union(*map(secrets_within, value))
    return set()


def each_at_least(value: SecretStr | None, least: int, unit: str, size: Any) -> SecretStr | None:
    parts = parts_of(value)
    if value is not None and (not parts or any(size(part) < least for part in parts)):
        raise ValueError(f"each secret in it needs {least} {unit} or more (openssl rand -hex 32 makes one)")
    return value


def _fit_for_telegram(value: SecretStr) -> SecretStr:
    """What Telegram takes as the secret of a webhook; shorter ones could be guessed."""
    if not _TELEGRAM_SECRET.fullmatch(value.get_secret_value()):
        raise ValueError("use 16 to 256 of A-Z, a-z, 0-9, _ and - (openssl rand -hex 32 makes one)")
    return value


TelegramSecret = Annotated[SecretStr, AfterValidator(_fit_for_telegram)]


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
