"""The loop behind the web: takes due rows in seven lanes and hands each to a free thread.

Events, reminders, retries, changes of a card, alerts, webhooks and chores do not wait for each other: slow mail
servers never hold up the event that says "paid". A lane claims only what its free threads carry out at once, so no row
waits inside its lease.
"""

import queue
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from app import log as logs
from app import metrics
from app.alerts.destinations import build_places
from app.alerts.faults import Watch, Watched
from app.alerts.sending import AlertSender
from app.cases.charging import Charger
from app.cases.rules import Rules
from app.cases.standing import stop_case
from app.cases.switcher import Switcher
from app.chores import chore_threads, polling, reconciling
from app.claims import Claim, JobRow, Times, give_back
from app.db import is_away
from app.delivery.channels import build_channels
from app.delivery.message import Links
from app.delivery.routing import reaches
from app.delivery.send import Sender
from app.endpoints.addresses import GuardedNetwork
from app.endpoints.calling import Caller
from app.endpoints.keys import seal_of
from app.endpoints.sending import EndpointSender
from app.hold import Guard, settle
from app.inbox.look import WhopLook
from app.inbox.process import claim_events, process_event
from app.lane import DATABASE_AWAY_SECONDS, Lane, Work
from app.models import AlertDelivery, Chore, EndpointDelivery, InboxRow, MethodSwitch, Retry, Step
from app.services import Services
from app.settings import Settings
from app.sweeps import Sweeps
from notifiers.base import Notifier, Outcome

STOP_SECONDS = 9.0
"""The promise is ten; one is left for closing."""
RECORD_SECONDS = 20.0
"""How long the outcome of a send is kept in hand while the database is away."""
SWITCH_SECONDS = 0.001
"""How long a thread that computes keeps the others from the answer they have waited for; Python's own is 0.005.

With it eight threads send a third more mails (`bench.channels`).
"""
EVENT_THREADS = 2
ALERT_THREADS = 2
"""Alerts are few; a second thread goes on while a peer lets the first one wait."""
ENDPOINT_THREADS = 4
"""Webhooks to merchants' programs; one merchant gets two of them at the most."""
RETRY_THREADS = 2
"""Retries are one a payment; most of their time they wait for Whop."""
SWITCH_THREADS = 1
"""Another card is rarer still."""
EVENTS_AT_ONCE = 8
"""Taken by one thread in one claim: an event takes some milliseconds, and a claim nearly as long."""

log = logs.get_logger(__name__)
Done = TypeVar("Done")


def connections_needed(settings: Settings) -> int:
    """One for each thread of the lanes, one for each lane's dispatcher, and one for a scrape."""
    ours = EVENT_THREADS + ALERT_THREADS + ENDPOINT_THREADS + RETRY_THREADS + SWITCH_THREADS
    return settings.worker_threads + ours + chore_threads(settings) + 7 + 1


class Sends(Protocol[Done]):
    """Carries out rows that reach somebody outside, so that what became of them must not get lost."""

    def carry_out(self, claim: Claim, /, *, times: Times) -> Done | None: ...

    def record(self, claim: Claim, outcome: Done, /, *, times: Times) -> None: ...

    def put_off(self, claim: Claim, error: Exception, /, *, times: Times) -> None: ...


class Worker:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._rules = Rules.of(services.settings)
        watch = Watch()
        channels = build_channels(services.settings)
        self._channels = {name: Watched(notifier, watch) for name, notifier in channels.items()}
        look = WhopLook(services.whop, rules=self._rules) if services.whop else None
        self._sender = Sender(
            services.database,
            self._channels,
            links=Links.of(services.settings),
            stop_case=partial(stop_case, rules=self._rules),
            look=look,
        )
        self._charger = None
        self._switcher = None
        if services.whop is not None and look is not None:
            self._charger = Charger(services.database, services.whop, look=look, rules=self._rules)
            reach = partial(reaches, channels=frozenset(self._channels))
            self._switcher = Switcher(
                services.database, services.whop, look=look, rules=self._rules, reaches=reach
            )
        self._places = build_places(services.settings, self._channels)
        self._alerts = AlertSender(
            services.database, self._places, base=services.settings.app_host, watch=watch
        )
        self._endpoints = EndpointSender(
            services.database,
            Caller(GuardedNetwork(private_too=not services.settings.production)),
            seal_of(services.settings.session_secrets),
            production=services.settings.production,
        )
        self._guard = Guard(lambda: settle(services.database, wall=services.clock.wall()))
        self._stopping = threading.Event()
        more = {**polling(services, channels), **reconciling(services, self._stopping)}
        self._sweeps = Sweeps(
            services,
            sender=self._sender,
            rules=self._rules,
            more=more,
        )
        metrics.watch_pool(services.database.engine, process="worker")
        metrics.expect(channels=self._channels)
        self._asked: queue.SimpleQueue[None] = queue.SimpleQueue()
        """Not an Event: a signal handler may put here whatever it has interrupted."""
        self._crash: BaseException | None = None
        events = EVENT_THREADS if not services.database.sqlite else 1
        lane = partial(Lane, stopping=self._stopping, on_away=self._away, on_crash=self.crashed)
        back = self._give_back
        inbox = Work(self._claim_events, self._process_event, partial(back, InboxRow, "waiting"))
        out = self._unless_on_hold
        steps = Work(out(self._claim_steps), self._carry_out, partial(back, Step, "planned"))
        alerts = Work(out(self._claim_alerts), self._carry_out_alert, partial(back, AlertDelivery, "planned"))
        hooks = Work(
            out(self._claim_endpoints),
            partial(self._send, self._endpoints),
            partial(back, EndpointDelivery, "planned"),
        )
        chores = Work(self._claim_chores, self._sweeps.run, partial(back, Chore, "waiting"))
        self._lanes = [
            lane("events", inbox, threads=events, at_once=EVENTS_AT_ONCE),
            lane("reminders", steps, threads=services.settings.worker_threads),
            lane("alerts", alerts, threads=ALERT_THREADS),
            lane("endpoints", hooks, threads=ENDPOINT_THREADS),
            lane("chores", chores, threads=chore_threads(services.settings)),
        ]
        if self._charger is not None:
            charge = partial(self._send, self._charger)
            retries = Work(out(self._claim_retries), charge, partial(back, Retry, "planned"))
            self._lanes.append(lane("retries", retries, threads=RETRY_THREADS))
        if self._switcher is not None:
            change = partial(self._send, self._switcher)
            switches = Work(out(self._claim_switches), change, partial(back, MethodSwitch, "planned"))
            self._lanes.append(lane("switches", switches, threads=SWITCH_THREADS))

    def run(self) -> int:
        """Work until `stop()`; the process's exit status: 1 after a crash or work that had to be cut."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self._sweeps.prepare()
        for lane in self._lanes:
            lane.start()
        log.info("worker.started", channels=sorted(self._channels))
        self._asked.get()
        self._stopping.set()
        log.info("worker.stopping")
        for lane in self._lanes:
            lane.wake()
        finished = self._wait_for_lanes()
        for lane in self._lanes:
            lane.close()
        if finished:
            places = (place.notifier for place in self._places.values())
            for notifier in {*self._channels.values(), *places}:
                _close(notifier)
        log.info("worker.stopped", finished=finished)
        return 0 if finished and self._crash is None else 1

    def stop(self) -> None:
        """Begin nothing more; what is in hand may finish. Safe to call from a signal handler."""
        self._asked.put(None)

    def crashed(self, error: BaseException) -> None:
        """An error that no row is to blame for, in any thread: the worker ends, and its status says so."""
        self._crash = error
        log.critical("worker.crashed", thread=threading.current_thread().name, exc_info=error)
        self._stopping.set()
        self.stop()

    def _away(self, lane: str, error: BaseException) -> None:
        self._services.database.tell_away("worker.database_away", error, lane=lane)

    def _give_back(self, row: JobRow, waiting: str, claims: list[Claim]) -> None:
        with self._services.database.transaction() as session:
            give_back(session, row, claims, waiting=waiting)
        log.info("worker.gave_back", table=row.__tablename__, rows=len(claims))

    def _unless_on_hold(self, claim: Callable[[int], list[Claim]]) -> Callable[[int], list[Claim]]:
        """For the lanes that reach somebody outside."""
        return lambda limit: [] if self._guard.hold() else claim(limit)

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
        spare = self._services.settings.worker_threads // 2
        return self._sender.claim(times=self._times(), limit=limit, spare=spare)

    def _carry_out(self, claim: Claim) -> None:
        reminders: Sends[Outcome] = self._sender
        self._send(reminders, claim)

    def _carry_out_alert(self, claim: Claim) -> None:
        alerts: Sends[Outcome] = self._alerts
        self._send(alerts, claim)

    def _send(self, sender: Sends[Done], claim: Claim) -> None:
        try:
            outcome = sender.carry_out(claim, times=self._times())
        except Exception as error:  # a poison row: it alone is put off, and dead after the last try
            if is_away(error):
                raise
            log.warning(
                "delivery.row_failed", sender=type(sender).__name__, row_id=claim.row_id, exc_info=True
            )
            sender.put_off(claim, error, times=self._times())
            return
        if outcome is not None:
            self._record(sender, claim, outcome)

    def _record(self, sender: Sends[Done], claim: Claim, outcome: Done) -> None:
        """It is out: keep what became of it in hand until the database takes it."""
        deadline = time.monotonic() + RECORD_SECONDS
        while True:
            try:
                return sender.record(claim, outcome, times=self._times())
            except SQLAlchemyError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(DATABASE_AWAY_SECONDS)

    def _claim_retries(self, limit: int) -> list[Claim]:
        assert self._charger is not None
        return self._charger.claim(times=self._times(), limit=limit)

    def _claim_switches(self, limit: int) -> list[Claim]:
        assert self._switcher is not None
        return self._switcher.claim(times=self._times(), limit=limit)

    def _claim_alerts(self, limit: int) -> list[Claim]:
        return self._alerts.claim(times=self._times(), limit=limit)

    def _claim_endpoints(self, limit: int) -> list[Claim]:
        return self._endpoints.claim(times=self._times(), limit=limit)

    def _claim_chores(self, limit: int) -> list[Claim]:
        return self._sweeps.claim(limit=limit)


def _close(notifier: Notifier) -> None:
    try:
        notifier.close()
    except Exception:  # a channel must not raise; the others are to be closed all the same
        log.exception("worker.channel_not_closed", channel=notifier.name)
