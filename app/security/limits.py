"""How often somebody may do something: one counter a rate, a scope and a key.

Shared between processes where there is a Redis. Without one, and while it is away, each process counts
for itself.
"""

import time
from dataclasses import dataclass, field

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from app.log import get_logger
from app.settings import Settings

log = get_logger(__name__)
_AWAY = "autocharge_limits_away"
STORE_SECONDS = 1
"""A store that takes longer than this counts as away: no request waits for a counter."""
LEFT_ALONE_SECONDS = 10.0
"""How long a store that was away is not asked again."""


@dataclass(slots=True)
class _Fallback:
    """Counts while the store is away, and remembers that it is."""

    strategy: RateLimiter = field(default_factory=lambda: FixedWindowRateLimiter(MemoryStorage()))
    away: bool = False
    ask_again_at: float = 0.0


def install(app: Flask, settings: Settings) -> None:
    redis = settings.redis_url.get_secret_value() if settings.redis_url else None
    patience: dict[str, str | int] = {
        "socket_timeout": STORE_SECONDS,
        "socket_connect_timeout": STORE_SECONDS,
    }
    limiter = Limiter(
        get_remote_address,
        storage_uri=redis or "memory://",
        storage_options=patience if redis else {},
        key_prefix="autocharge",
    )
    # Known to the application beforehand, it adds no hooks of its own: they would look at every request for limits
    # of the library's kind, and no view has any, as `access` counts.
    app.extensions["limiter"] = {limiter}
    limiter.init_app(app)
    app.extensions[_AWAY] = _Fallback()


def hit(rate: str, *, scope: str, key: str) -> int | None:
    """Count one. None: it is within the rate. Else the whole seconds until it may be done again."""
    item = parse(rate)
    fallback: _Fallback = current_app.extensions[_AWAY]
    if time.monotonic() < fallback.ask_again_at:
        return _count(fallback.strategy, item, scope, key)
    try:
        wait = _count(_shared(), item, scope, key)
    except Exception as error:  # each kind of store has errors of its own
        fallback.ask_again_at = time.monotonic() + LEFT_ALONE_SECONDS
        if not fallback.away:
            log.warning("limits.store_away", error=type(error).__name__)
        fallback.away = True
        return _count(fallback.strategy, item, scope, key)
    if fallback.away:
        log.info("limits.store_back")
        fallback.away = False
    return wait


def _shared() -> RateLimiter:
    (limiter,) = current_app.extensions["limiter"]
    assert isinstance(limiter, Limiter)
    return limiter.limiter


def _count(strategy: RateLimiter, item: RateLimitItem, scope: str, key: str) -> int | None:
    if strategy.hit(item, scope, key):
        return None
    ends_at = strategy.get_window_stats(item, scope, key).reset_time
    return max(1, int(ends_at - time.time()) + 1)
