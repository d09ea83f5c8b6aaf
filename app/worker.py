"""The loop behind the web: takes due rows in three lanes and hands each to a free thread.

Events, reminders and chores do not wait for each other: slow mail servers never hold up the event that
says "paid". A lane claims only what its free threads carry out at once, so no row waits inside its lease.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from app.cases.rules import Rules
from app.cases.standing import stop_case
from app.claims import Claim, Times
from app.db import is_away
from app.delivery.channels import build_channels
from app.delivery.message import Links
from app.delivery.send import Sender
from app.inbox.process import claim_events, process_event
from app.log import get_logger
from app.services import Services
from app.settings import Settings
from app.sweeps import Sweeps
from notifiers.base import Outcome

POLL_SECONDS = 0.2
DATABASE_AWAY_SECONDS = 1.0
STOP_SECONDS = 9.0
"""The promise is ten; one is left for closing."""
RECORD_SECONDS = 20.0
"""How long the outcome of a send is kept in hand while the database is away."""
EVENT_THREADS = 2
EVENTS_AT_ONCE = 8
"""Taken by one thread in one claim: an event takes some milliseconds, and a claim nearly as long."""

log = get_logger(__name__)


def connections_needed(settings: Settings) -> int:
    """One for each thread of the lanes, and one for each lane's dispatcher."""
    return settings.worker_threads + EVENT_THREADS + 1 + 3


class Lane:
    """One kind of work: a dispatcher that claims, and threads that carry out."""

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        claim: Callable[[int], list[Claim]],
        work: Callable[[Claim], None],
        stopping: threading.Event,
        on_crash: Callable[[BaseException], None],
        at_once: int = 1,
    ) -> None:
        """`at_once` rows go to one thread, which carries them out one after the other."""
        self._name = name
        self._at_once = at_once
        self._claim = claim
        self._work = work
        self._stopping = stopping
        self._on_crash = on_crash
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = threads
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._dispatcher = threading.Thread(target=self._dispatch, name=f"{name}-lane", daemon=True)

    def start(self) -> None:
        self._dispatcher.start()

    def wake(self) -> None:
        self._wake.set()

    def busy(self) -> bool:
        return self._dispatcher.is_alive() or bool(self._running())

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _running(self) -> int:
        with self._lock:
            return self._pool._max_workers - self._free

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
            claims = self._claim(free * self._at_once)
        except SQLAlchemyError as error:
            log.warning("worker.database_away", lane=self._name, error=type(error).__name__)
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
            for claim in claims:
                self._carry_out_one(claim)
        finally:
            with self._lock:
                self._free += 1
            self._wake.set()

    def _carry_out_one(self, claim: Claim) -> None:
        try:
            self._work(claim)
        except SQLAlchemyError as error:
            # The lease frees the row when the database is back.
            log.warning("worker.database_away", lane=self._name, error=type(error).__name__)
        except BaseException as error:
            self._on_crash(error)


class Worker:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._rules = Rules.of(services.settings)
        self._channels = build_channels(services.settings)
        self._sender = Sender(
            services.database,
            self._channels,
            links=Links.of(services.settings),
            stop_case=partial(stop_case, rules=self._rules),
        )
        self._sweeps = Sweeps(services, sender=self._sender, rules=self._rules)
        self._stopping = threading.Event()
        self._crash: BaseException | None = None
        events = EVENT_THREADS if not services.database.sqlite else 1
        lane = partial(Lane, stopping=self._stopping, on_crash=self._crashed)
        self._lanes = [
            lane(
                "events",
                threads=events,
                claim=self._claim_events,
                work=self._process_event,
                at_once=EVENTS_AT_ONCE,
            ),
            lane(
                "reminders",
                threads=services.settings.worker_threads,
                claim=self._claim_steps,
                work=self._carry_out,
            ),
            lane("chores", threads=1, claim=self._claim_chores, work=self._sweeps.run),
        ]

    def run(self) -> int:
        """Work until `stop()`; the process's exit status: 1 after a crash or work that had to be cut."""
        self._sweeps.prepare()
        for lane in self._lanes:
            lane.start()
        log.info("worker.started", channels=sorted(self._channels))
        self._stopping.wait()
        finished = self._wait_for_lanes()
        for lane in self._lanes:
            lane.close()
        if finished:
            for notifier in self._channels.values():
                notifier.close()
        log.info("worker.stopped", finished=finished)
        return 0 if finished and self._crash is None else 1

    def stop(self) -> None:
        """Claim nothing more; what is in hand may finish. Safe to call from a signal handler."""
        self._stopping.set()
        for lane in self._lanes:
            lane.wake()

    def _crashed(self, error: BaseException) -> None:
        self._crash = error
        log.critical("worker.crashed", exc_info=error)
        self.stop()

    def _wait_for_lanes(self) -> bool:
        deadline = time.monotonic() + STOP_SECONDS
        while any(lane.busy() for lane in self._lanes):
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        return True

    def _times(self) -> Times:
        return Times(now=self._services.clock.now(), wall=self._services.clock.wall())

    def _claim_events(self, limit: int) -> list[Claim]:
        return claim_events(self._services.database, times=self._times(), limit=limit)

    def _process_event(self, claim: Claim) -> None:
        process_event(self._services.database, claim, times=self._times(), rules=self._rules)

    def _claim_steps(self, limit: int) -> list[Claim]:
        return self._sender.claim(times=self._times(), limit=limit)

    def _carry_out(self, claim: Claim) -> None:
        try:
            outcome = self._sender.carry_out(claim, times=self._times())
        except Exception as error:  # a poison row: it alone is put off, and dead after the last try
            if is_away(error):
                raise
            log.warning("delivery.step_failed", step_id=claim.row_id, exc_info=True)
            self._sender.put_off(claim, error, times=self._times())
            return
        if outcome is not None:
            self._record(claim, outcome)

    def _record(self, claim: Claim, outcome: Outcome) -> None:
        """The message is out: keep the outcome in hand until the database takes it."""
        deadline = time.monotonic() + RECORD_SECONDS
        while True:
            try:
                return self._sender.record(claim, outcome, times=self._times())
            except SQLAlchemyError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(DATABASE_AWAY_SECONDS)

    def _claim_chores(self, limit: int) -> list[Claim]:
        return self._sweeps.claim(limit=limit)
