"""The worker's periodic chores, each a row, so that several workers share them and none runs twice at once.

Chores follow the machine's time: a moved development clock neither stops nor floods them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from types import MappingProxyType

from sqlalchemy import select, update

from app.alerts.chores import write_digests, write_spikes
from app.alerts.faults import look_at_channels
from app.alerts.sending import free_expired_alerts
from app.cases.audit import Actor
from app.cases.charging import free_expired_retries
from app.cases.lessons import learn_daily
from app.cases.links import prune_codes
from app.cases.rules import Rules
from app.cases.switcher import free_expired_switches
from app.cases.tally_upkeep import put_together
from app.cases.upkeep import close_stale_cases, hand_over_silent
from app.claims import Claim, Times, claim_due, expired, move
from app.delivery.send import Sender
from app.endpoints.listing import prune_deliveries
from app.endpoints.sending import free_expired_hooks
from app.inbox.process import free_expired_events
from app.invariants import hourly
from app.invariants.work import FREES
from app.log import get_logger
from app.models import Chore
from app.models.base import insert_once
from app.privacy.leftovers import look_through
from app.privacy.retention import NIGHT, Kept, Pruned, at_ease, tell
from app.privacy.retention import prune as prune_old
from app.recovery.alerts import FloodRule
from app.security.grants import prune_grants
from app.security.sessions import prune
from app.services import Services
from app.telegram.updates import prune_updates

LEASE = timedelta(seconds=30)
"""Longer than any chore takes; leases of a dead worker's rows may have to wait for it first."""
OF_LATER_RELEASE = timedelta(minutes=1)
"""A chore that this release does not know is left so long for a worker that does."""
MOST_CODES = 1000
"""Pruned at once; the rest a minute later."""
MOST_PARTS = 4
"""Of old data, in one run of a chore: a second, and the others have their turn."""
FREEING = (
    free_expired_events, free_expired_alerts, free_expired_retries, free_expired_switches, free_expired_hooks,
)  # fmt: skip
"""Also where there is no key for Whop's API any more: what a worker held when there was one must end."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    every: timedelta
    run: Callable[[], int]


NO_CHORES: Mapping[str, Periodic] = MappingProxyType({})


class Sweeps:
    def __init__(
        self,
        services: Services,
        *,
        sender: Sender,
        rules: Rules,
        more: Mapping[str, Periodic] = NO_CHORES,
    ) -> None:
        """`more`: chores of this install alone, by name."""
        self._services = services
        self._database = services.database
        self._sender = sender
        self._rules = rules
        self._chores: Mapping[str, Periodic] = {
            FREES: Periodic(timedelta(seconds=5), self._free_leases),
            "close_stale_cases": Periodic(timedelta(seconds=15), self._close_stale_cases),
            "hand_over_silent": Periodic(timedelta(seconds=15), self._hand_over_silent),
            "write_digests": Periodic(timedelta(seconds=15), self._write_digests),
            "write_spikes": Periodic(timedelta(seconds=60), self._write_spikes),
            "learn_daily": Periodic(timedelta(seconds=60), self._learn_daily),
            "put_tallies_together": Periodic(timedelta(seconds=30), self._put_tallies_together),
            "look_at_channels": Periodic(timedelta(seconds=30), self._look_at_channels),
            "prune_deliveries": Periodic(timedelta(seconds=60), self._prune_deliveries),
            "prune_sessions": Periodic(timedelta(seconds=60), self._prune_sessions),
            "finish_erasures": Periodic(timedelta(seconds=10), self._finish_erasures),
            "forget_old_data": Periodic(timedelta(seconds=10), self._forget_old_data),
            hourly.NAME: Periodic(hourly.EVERY, self._look_at_invariants),
            **more,
        }

    def prepare(self) -> None:
        """Make the rows of chores that this database has never seen; what an install did without is due again."""
        wall = self._services.clock.wall()
        with self._database.transaction() as session:
            for name, chore in self._chores.items():
                insert_once(
                    session, Chore, ("name",),
                    {"name": name, "state": "waiting", "due_at": wall, "attempts": 0},
                )  # fmt: skip
                # Not `every` alone: another worker may have ended it after our look at the clock.
                late = Chore.due_at > wall + 2 * chore.every
                session.execute(update(Chore).where(Chore.name == name, late).values(due_at=wall))

    def claim(self, *, limit: int) -> list[Claim]:
        times = self._wall()
        with self._database.transaction() as session:
            for lost in expired(session, Chore, held="claimed", wall=times.wall):
                move(session, Chore, lost, values={"state": "waiting", "lease_until": None})
            return claim_due(session, Chore, waiting="waiting", times=times, lease=LEASE, limit=limit)

    def run(self, claim: Claim) -> None:
        """Run one claimed chore; a failure is logged, shown on the row and tried again next time."""
        with self._database.reading() as session:
            name = session.scalar(select(Chore.name).where(Chore.id == claim.row_id))
        chore = self._chores.get(name or "")
        failed = None
        try:
            touched = chore.run() if chore else 0
            if touched:
                log.info("chore.done", chore=name, rows=touched)
        except Exception as error:  # one chore's fault must not end the others, nor wait for its lease
            log.exception("chore.failed", chore=name)
            failed = type(error).__name__
        wall = self._services.clock.wall()
        values = {"state": "waiting", "lease_until": None, "failed": failed, "done_at": wall}
        values["due_at"] = wall + (chore.every if chore else OF_LATER_RELEASE)
        with self._database.transaction() as session:
            move(session, Chore, claim, values=values)

    def _wall(self) -> Times:
        wall = self._services.clock.wall()
        return Times(now=wall, wall=wall)

    def _times(self) -> Times:
        return Times(now=self._services.clock.now(), wall=self._services.clock.wall())

    def _free_leases(self) -> int:
        times = self._times()
        others = sum(free(self._database, times=times) for free in FREEING)
        return others + self._sender.free_expired(times=times)

    def _close_stale_cases(self) -> int:
        return close_stale_cases(self._database, now=self._services.clock.now(), rules=self._rules)

    def _hand_over_silent(self) -> int:
        return hand_over_silent(self._database, now=self._services.clock.now(), rules=self._rules)

    def _write_digests(self) -> int:
        return write_digests(self._database, now=self._services.clock.now())

    def _write_spikes(self) -> int:
        least = self._services.settings.flood_limit
        rule = FloodRule(at_least=least) if least else None
        return write_spikes(self._database, now=self._services.clock.now(), flood_rule=rule)

    def _learn_daily(self) -> int:
        return learn_daily(self._database, now=self._services.clock.now())

    def _put_tallies_together(self) -> int:
        return put_together(self._database)

    def _look_at_channels(self) -> int:
        return look_at_channels(self._database, times=self._times())

    def _prune_deliveries(self) -> int:
        with self._database.transaction() as session:
            return prune_deliveries(session, now=self._services.clock.now())

    def _prune_sessions(self) -> int:
        with self._database.transaction() as session:
            wall = self._services.clock.wall()
            codes = prune_codes(session, wall=wall, limit=MOST_CODES)
            updates = prune_updates(session, wall=wall, limit=MOST_CODES)
            return prune(session, wall) + prune_grants(session, wall) + codes + updates

    def _finish_erasures(self) -> int:
        return look_through(self._database, now=self._services.clock.now(), parts=MOST_PARTS)

    def _look_at_invariants(self) -> int:
        return hourly.look_every_hour(self._database, self._services.settings, times=self._times())

    def _forget_old_data(self) -> int:
        """A little all through the night, until nothing is old."""
        now = self._services.clock.now()
        if now.hour not in NIGHT:
            return 0
        parts = at_ease(prune_old(self._database, Kept.of(self._services.settings), now=now))
        done = sum(islice(parts, MOST_PARTS), Pruned())
        if done.rows:
            with self._database.transaction() as session:
                tell(session, done, actor=Actor.WORKER, now=now)
        return done.rows
