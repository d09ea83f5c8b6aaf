"""How calls to Discord fail, and what each failure means for a message. Discord's own words stay out of it.

Codes: the table of JSON error codes in Discord's documentation, "Opcodes and Status Codes".
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from .base import GiveUp, Outcome, Retry, Unknown
from .limits import wish

# Closed direct messages or blocked; unknown user; invalid recipient; no server in common.
_UNREACHABLE = frozenset({50007, 10013, 50033, 50278})
_QUARANTINED = 20026
_OPENING_TOO_FAST = 40003
UNKNOWN_CHANNEL = 10003
_UNTOLD_PAUSE = timedelta(minutes=10)


class Failure(Exception):
    """A call that brought no success."""


class Unreached(Failure):
    """Nothing was sent: there is no connection."""


class Torn(Failure):
    """The call went out and its answer did not come, or cannot be read."""


class Held(Failure):
    """Nothing was sent: a limit of our own or Discord's does not allow it now."""

    def __init__(self, reason: str, after: timedelta) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Refused(Failure):
    """Discord answered and did not do it. `code` is Discord's own, 0 where it gave none."""

    def __init__(
        self,
        status: int,
        *,
        code: int = 0,
        after: timedelta | None = None,
        everywhere: bool = False,
        shared: bool = False,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.after = after
        self.everywhere = everywhere
        """Every call would fare the same, not only those of this route."""
        self.shared = shared
        """A limit that others use up as well."""

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes) -> Self:
        """What an answer says. `headers` are read whatever the case of their names."""
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            told = None
        told = told if isinstance(told, dict) else {}
        code = told.get("code")
        return cls(
            status,
            code=code if isinstance(code, int) else 0,
            after=wish(told.get("retry_after")) or wish(headers.get("Retry-After")),
            # An answer without JSON is not the API's but that of the wall before it, which shuts out the address.
            everywhere=told.get("global") is True or "X-RateLimit-Global" in headers or not told,
            shared=headers.get("X-RateLimit-Scope") == "shared",
        )


def outcome_of(failure: Failure, *, posting: bool, for_all: bool) -> Outcome:
    """What a failure means. `posting`: it was the message itself; `for_all`: every message makes this call."""
    match failure:
        case Unreached():
            return Retry("discord_unreachable", whole_channel=True)
        case Torn():
            return Unknown("discord_torn") if posting else Retry("discord_torn")
        case Held(reason="discord_rate_limit"):
            return Retry(failure.reason, after=failure.after, whole_channel=for_all, busy=True)
        case Held():
            kept_away = failure.reason == "discord_guard"
            return Retry(failure.reason, after=failure.after, whole_channel=True, busy=not kept_away)
        case Refused():
            return _refusal(failure, for_all=for_all)
        case _:
            return Unknown("discord_torn")


def _refusal(refused: Refused, *, for_all: bool) -> Outcome:
    status, reason = refused.status, f"discord_{refused.code or refused.status}"
    if refused.code in _UNREACHABLE:
        return GiveUp(reason, suppress=True)
    if refused.code in (_QUARANTINED, _OPENING_TOO_FAST):
        return Retry(reason, after=refused.after or _UNTOLD_PAUSE, whole_channel=True)
    if status == 401:
        return Retry("discord_auth_refused", whole_channel=True)
    if status == 429:
        after = refused.after or (_UNTOLD_PAUSE if refused.everywhere else None)
        return Retry("discord_429", after=after, whole_channel=refused.everywhere or for_all, busy=True)
    if status < 400:
        return Retry(f"discord_{status}", whole_channel=True)
    if status >= 500 or status == 408:
        return Retry(f"discord_{status}", after=refused.after)
    return GiveUp(reason)
