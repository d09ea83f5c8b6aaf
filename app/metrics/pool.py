"""Follows one process's pool of database connections by the pool's own events.

Sets of records and not a count up and down: the pool gives back what it could never lend.
"""

from threading import RLock
from typing import Any

from sqlalchemy import Pool, QueuePool, event

from app.metrics.meters import Meters


def watch(pool: Pool, meters: Meters, process: str) -> None:
    if not isinstance(pool, QueuePool):
        return
    size = pool.size()
    lock = RLock()  # the collector of garbage may give a connection back in the middle of it
    opened: set[int] = set()
    lent: set[int] = set()
    in_use = meters.pool_in_use.labels(process)
    overflow = meters.pool_overflow.labels(process)

    def on_connect(_connection: Any, record: Any) -> None:
        with lock:
            opened.add(id(record))
            overflow.set(max(0, len(opened) - size))

    def on_close(_connection: Any, record: Any) -> None:
        with lock:
            opened.discard(id(record))
            overflow.set(max(0, len(opened) - size))

    def on_checkout(_connection: Any, record: Any, _proxy: Any) -> None:
        with lock:
            lent.add(id(record))
            in_use.set(len(lent))

    def on_checkin(_connection: Any, record: Any) -> None:
        with lock:
            lent.discard(id(record))
            in_use.set(len(lent))

    meters.pool_size.labels(process).set(size)
    meters.pool_limit.labels(process).set(size + pool._max_overflow)
    event.listen(pool, "connect", on_connect)
    event.listen(pool, "close", on_close)
    event.listen(pool, "checkout", on_checkout)
    event.listen(pool, "checkin", on_checkin)
