"""Sends what is announced: one claimed row, one signed call, its outcome.

At least once, as the standard has it: a worker that dies in a call leaves its row claimed, and it is sent
again under the same id. No transaction is open during a call. A slow address neither holds up the others
nor takes all threads: see `_may_go`.
"""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.cases.alerting import write_alert
from app.claims import Claim, Times, backoff, claim_due, expired, give_back, holding, move
from app.db import Database
from app.endpoints.addresses import trouble
from app.endpoints.calling import Called, Caller, signed_headers
from app.endpoints.keys import keys_of
from app.log import get_logger
from app.models import Endpoint, EndpointDelivery, EndpointTry, Merchant
from app.recovery.alerts import endpoint_down
from app.recovery.announced import OFF_AFTER, TELL_AFTER_TRIES, pause_after
from app.security.sealing import Seal

LEASE = timedelta(seconds=45)
"""Longer than any call."""
MOST_OF_ONE_MERCHANT = 2
"""Calls at once by one worker, so that nobody's slow address takes every thread."""
SOON = timedelta(seconds=1)
GONE = 410
"""By the standard: whoever answers this wants nothing more."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Ready:
    endpoint_id: int
    merchant_id: int
    url: str
    body: bytes
    headers: dict[str, str]


class EndpointSender:
    def __init__(self, database: Database, caller: Caller, seal: Seal, *, production: bool) -> None:
        self._database = database
        self._caller = caller
        self._seal = seal
        self._production = production
        self._lock = threading.Lock()
        self._calling: Counter[int] = Counter()
        """By merchant, the calls of this worker that are under way."""
        self._failed: Counter[int] = Counter()
        """By address, its failures one after the other, as this worker has seen them."""
        self._rests: dict[int, datetime] = {}
        """By address, the machine's time until which this worker leaves it alone."""

    def claim(self, *, times: Times, limit: int) -> list[Claim]:
        due = exists().where(EndpointDelivery.state == "planned", EndpointDelivery.due_at <= times.now)
        with self._database.reading() as read:
            if not read.scalar(select(due)):  # takes no lock: SQLite has one writer
                return []
        with self._database.transaction() as session:
            return claim_due(
                session, EndpointDelivery, waiting="planned", times=times, lease=LEASE, limit=limit
            )

    def carry_out(self, claim: Claim, *, times: Times) -> Called | None:
        """None: nothing was sent now; the row waits again or has ended."""
        with self._database.transaction() as session:
            ready = self._prepare(session, claim, times)
        if ready is None:
            return None
        try:
            return self._caller.post(ready.url, ready.body, ready.headers)
        finally:
            with self._lock:
                self._calling[ready.merchant_id] -= 1

    def record(self, claim: Claim, called: Called, *, times: Times) -> None:
        with self._database.transaction() as session:
            row = session.get_one(EndpointDelivery, claim.row_id)
            endpoint = session.scalars(
                select(Endpoint).where(Endpoint.id == row.endpoint_id).with_for_update()
            ).one()
            values = self._after(row, called, times)
            moved = move(session, EndpointDelivery, claim, values={**values, "lease_until": None})
            session.add(
                EndpointTry(
                    delivery_id=row.id, at=times.wall, status=called.status, reason=called.reason,
                    milliseconds=called.milliseconds,
                )
            )  # fmt: skip
            self._judge(session, endpoint, called, values, times)
        log.info(
            "endpoint.recorded", delivery_id=claim.row_id, endpoint_id=row.endpoint_id, status=called.status,
            reason=called.reason, kept_state=not moved,
        )  # fmt: skip

    def put_off(self, claim: Claim, error: Exception, *, times: Times) -> None:
        """A row that failed before its call is tried again later, and dead after the last try."""
        failed = Called(status=None, reason=f"failed_{type(error).__name__}", milliseconds=0)
        with self._database.transaction() as session:
            row = session.get_one(EndpointDelivery, claim.row_id)
            values = self._after(row, failed, times)
            move(session, EndpointDelivery, claim, values={**values, "lease_until": None})

    def _prepare(self, session: Session, claim: Claim, times: Times) -> _Ready | None:
        row = holding(session, EndpointDelivery, claim)
        if row is None:
            return None
        endpoint = session.get_one(Endpoint, row.endpoint_id)
        end = self._end_of(endpoint)
        keys = keys_of(endpoint, self._seal, wall=times.wall)
        if end is None and not keys:
            log.error("endpoint.sealed_by_another_secret", endpoint_id=endpoint.id)
            end = ("dead", "key_lost")
        if end is not None:
            row.state, row.reason, row.ended_at, row.lease_until = *end, times.now, None
            return None
        wait = self._may_go(endpoint, times)
        if wait is not None:
            row.state, row.lease_until, row.due_at = "planned", None, times.now + wait
            return None
        body = row.body.encode()
        headers = signed_headers(row.message_id, body, keys, wall=times.wall)
        return _Ready(endpoint.id, endpoint.merchant_id, endpoint.url, body, headers)

    def _end_of(self, endpoint: Endpoint) -> tuple[str, str] | None:
        if endpoint.removed_at is not None or not endpoint.on:
            return ("skipped", "endpoint_off")
        # It was written down by an install that was allowed more than this one.
        refused = trouble(endpoint.url, production=self._production)
        return ("dead", refused) if refused else None

    def _may_go(self, endpoint: Endpoint, times: Times) -> timedelta | None:
        """How long the row has to wait; None: it has a place among the calls of this worker."""
        with self._lock:
            until = self._rests.get(endpoint.id)
            if until is not None and until > times.wall:
                return until - times.wall
            if self._calling[endpoint.merchant_id] >= MOST_OF_ONE_MERCHANT:
                return SOON
            self._calling[endpoint.merchant_id] += 1
        return None

    def _after(self, row: EndpointDelivery, called: Called, times: Times) -> dict[str, object]:
        """The row's columns after this call."""
        tries = row.tries + 1
        seen = {"tries": tries, "status": called.status, "reason": called.reason}
        if called.reason is None:
            return seen | {"state": "sent", "ended_at": times.now}
        pause = None if called.status == GONE else pause_after(tries, wish=called.wish)
        if pause is None:
            return seen | {"state": "dead", "ended_at": times.now}
        return seen | {"state": "planned", "due_at": times.now + pause}

    def _judge(
        self, session: Session, endpoint: Endpoint, called: Called, values: dict[str, object], times: Times
    ) -> None:
        """What the call says of the address as a whole."""
        if called.reason is None:
            endpoint.failing_since, endpoint.last_ok_at = None, times.wall
            with self._lock:
                self._failed.pop(endpoint.id, None)
                self._rests.pop(endpoint.id, None)
            return
        self._rest(endpoint.id, times)
        since = endpoint.failing_since = endpoint.failing_since or times.wall
        if called.status == GONE:
            self._turn_off(session, endpoint, "gone", since, times)
        elif values["state"] == "dead" and times.wall - since >= OFF_AFTER:
            self._turn_off(session, endpoint, "failing", since, times)
        elif values["tries"] == TELL_AFTER_TRIES:
            _tell(session, endpoint, "failing", since, times)

    def _rest(self, endpoint_id: int, times: Times) -> None:
        """Rows behind a failed one wait: most of them would fail as well, ten seconds each."""
        with self._lock:
            self._failed[endpoint_id] += 1
            pause = backoff(self._failed[endpoint_id], share=0)
            if self._failed[endpoint_id] > 1:  # one failure may be the row's own
                self._rests[endpoint_id] = times.wall + pause

    def _turn_off(
        self, session: Session, endpoint: Endpoint, why: str, since: datetime, times: Times
    ) -> None:
        if endpoint.on:
            endpoint.on, endpoint.off_why = False, why
            _tell(session, endpoint, f"off_{why}", since, times)


def free_expired_hooks(database: Database, *, times: Times) -> int:
    """Rows of workers that died wait again: perhaps they were sent, and the receiver knows their id."""
    with database.transaction() as session:
        lost = expired(session, EndpointDelivery, held="claimed", wall=times.wall)
        give_back(session, EndpointDelivery, lost, waiting="planned")
    return len(lost)


def _tell(session: Session, endpoint: Endpoint, cause: str, since: datetime, times: Times) -> None:
    merchant = session.get_one(Merchant, endpoint.merchant_id)
    wanted = endpoint_down(endpoint.id, name=endpoint.name, cause=cause, since=since)
    write_alert(session, merchant, wanted, now=times.now)
