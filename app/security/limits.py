"""How often somebody may do something: one counter a rate, a scope and a key.

Shared between processes where there is a Redis. Without one, and while it is away, each process counts
for itself.
"""

import time

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from app.log import get_logger
from app.settings import Settings

log = get_logger(__name__)
_FALLBACK = "autocharge_limits_fallback"


def install(app: Flask, settings: Settings) -> None:
    redis = settings.redis_url.get_secret_value() if settings.redis_url else None
    limiter = Limiter(get_remote_address, storage_uri=redis or "memory://", key_prefix="autocharge")
    limiter.init_app(app)
    app.extensions[_FALLBACK] = FixedWindowRateLimiter(MemoryStorage())


def hit(rate: str, *, scope: str, key: str) -> int | None:
    """Count one. None: it is within the rate. Else the whole seconds until it may be done again."""
    item = parse(rate)
    try:
        return _count(_shared(), item, scope, key)
    except Exception as error:  # each kind of store has errors of its own
        log.warning("limits.store_away", error=type(error).__name__)
        return _count(current_app.extensions[_FALLBACK], item, scope, key)


def _shared() -> RateLimiter:
    (limiter,) = current_app.extensions["limiter"]
    assert isinstance(limiter, Limiter)
    return limiter.limiter


def _count(strategy: RateLimiter, item: RateLimitItem, scope: str, key: str) -> int | None:
    if strategy.hit(item, scope, key):
        return None
    ends_at = strategy.get_window_stats(item, scope, key).reset_time
    return max(1, int(ends_at - time.time()) + 1)
