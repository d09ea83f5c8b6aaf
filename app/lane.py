"""One kind of the worker's work: a dispatcher that claims rows, and threads that carry them out.

A lane claims only what its free threads carry out at once. Once it is asked to stop it begins nothing more
and gives back what it has claimed and not begun, so that no other worker has to wait for a lease.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from app import log as logs
from app.claims import Claim

POLL_SECONDS = 0.2
DATABASE_AWAY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Work:
    """What a lane does with rows; each part may raise SQLAlchemy's errors where the database is away."""

    claim: Callable[[int], list[Claim]]
    carry_out: Callable[[Claim], None]
    give_back: Callable[[list[Claim]], None]


class Lane:
    def __init__(
        self,
        name: str,
        work: Work,
        *,
        threads: int,
        stopping: threading.Event,
        on_away: Callable[[str, BaseException], None],
        on_crash: Callable[[BaseException], None],
        at_once: int = 1,
    ) -> None:
        """`at_once` rows go to one thread, one after the other. `on_crash` must set `stopping`."""
        self._name = name
        self._at_once = at_once
        self._work = work
        self._stopping = stopping
        self._on_away = on_away
        self._on_crash = on_crash
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._threads = self._free = threads
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._dispatcher = threading.Thread(target=self._dispatch, name=f"{name}-lane", daemon=True)

    def start(self) -> None:
        self._dispatcher.start()

    def wake(self) -> None:
        self._wake.set()

    def busy(self) -> bool:
        with self._lock:
            return self._dispatcher.is_alive() or self._free < self._threads

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _dispatch(self) -> None:
        try:
            while not self._stopping.is_set():
                if not self._take():
                    self._wake.wait(POLL_SECONDS)
                    self._wake.clear()
        except BaseException as error:
            self._on_crash(error)

    def _take(self) -> bool:
        """Claim for the free threads; False: wait a moment before the next look."""
        with self._lock:
            free = self._free
        if free == 0:
            return False
        try:
            claims = self._work.claim(free * self._at_once)
        except SQLAlchemyError as error:
            self._on_away(self._name, error)
            self._stopping.wait(DATABASE_AWAY_SECONDS)
            return True
        hands = min(free, len(claims))
        with self._lock:
            self._free -= hands
        for first in range(hands):
            self._pool.submit(self._carry_out, claims[first::hands])
        return len(claims) == free * self._at_once

    def _carry_out(self, claims: list[Claim]) -> None:
        try:
            for number, claim in enumerate(claims):
                if self._stopping.is_set():
                    self._work.give_back(claims[number:])
                    return
                self._carry_out_one(claim)
        except SQLAlchemyError as error:
            self._on_away(self._name, error)  # the leases free the rows when the database is back
        finally:
            with self._lock:
                self._free += 1
            self._wake.set()

    def _carry_out_one(self, claim: Claim) -> None:
        # A name for the lines of this row alone: the thread goes on to others.
        logs.bind(request_id=uuid4().hex)
        try:
            self._work.carry_out(claim)
        except SQLAlchemyError as error:
            self._on_away(self._name, error)
        except BaseException as error:
            self._on_crash(error)
        finally:
            logs.clear()
