"""Sends alerts: shares each out to its places, then carries out one claimed row as reminders are.

No transaction is open during a call. A crash before the mark `sending`: the row is claimed again. A crash
after it: the row ends as `unknown` and nobody repeats it. Each place has its own row, so one that fails
repeats nothing at the others.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, insert, or_, select
from sqlalchemy.orm import Session

from app import faults
from app.alerts.destinations import Place
from app.alerts.faults import MOSTLY_REFUSED, Watch
from app.alerts.letters import letter, out_of_date
from app.claims import Claim, Times, backoff, claim_due, free_expired, holding, move
from app.db import Database
from app.delivery.outcomes import honest, rest
from app.log import get_logger
from app.models import Alert, AlertDelivery, Merchant
from app.recovery.alerts import AlertKind
from notifiers.base import GiveUp, Message, Notifier, Outcome, Recipient, Retry, Sent, Unknown

LEASE_BEYOND_SEND = timedelta(seconds=30)
MOST_TRIES = 5
TOO_LATE = timedelta(hours=48)
"""News this old is none: the row ends as `dead`, and the page shows it."""
SHARED_AT_ONCE = 100

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A row that is marked as sending, with all that the notifier needs."""

    notifier: Notifier
    message: Message
    recipient: Recipient


class AlertSender:
    def __init__(
        self, database: Database, places: Mapping[str, Place], *, base: str, watch: Watch | None = None
    ) -> None:
        """`base`: the configured address that links are made from."""
        self._database = database
        self._places = places
        self._base = base
        self._watch = watch
        self._down: dict[str, datetime] = {}
        """By place, the machine's time until which this worker leaves it alone."""
        longest = max((place.notifier.send_timeout for place in places.values()), default=timedelta())
        self.lease = longest + LEASE_BEYOND_SEND

    def claim(self, *, times: Times, limit: int) -> list[Claim]:
        """Due rows, after new alerts were shared out. What the watch has seen is written down first."""
        if self._watch is not None:
            self._watch.keep(self._database, wall=times.wall)
        if not self._anything(times):
            return []
        with self._database.transaction() as session:
            self._share_out(session, times)
        with self._database.transaction() as session:
            return claim_due(
                session, AlertDelivery, waiting="planned", times=times, lease=self.lease, limit=limit
            )

    def carry_out(self, claim: Claim, *, times: Times) -> Outcome | None:
        """Send the row's message unless there is nothing to tell any more; None: nothing was sent."""
        with self._database.transaction() as session:
            ready = self._prepare(session, claim, times)
        if ready is None:
            return None
        faults.point("alert_before_send")
        try:
            outcome = honest(ready.notifier.send(ready.message, ready.recipient))
        except Exception as error:  # a channel must not raise; if it does, the peer may have the message
            log.exception("alert.notifier_raised", delivery_id=claim.row_id)
            outcome = Unknown(f"notifier_raised_{type(error).__name__}")
        faults.point("alert_after_send")
        return outcome

    def record(self, claim: Claim, outcome: Outcome, *, times: Times) -> None:
        with self._database.transaction() as session:
            row = session.get_one(AlertDelivery, claim.row_id)
            values = self._after(row, outcome, times)
            moved = move(
                session, AlertDelivery, claim, held="sending", values={**values, "lease_until": None}
            )
        log.info(
            "alert.recorded", delivery_id=claim.row_id, alert_id=row.alert_id, place=row.place,
            outcome=type(outcome).__name__, reason=getattr(outcome, "reason", None), kept_state=not moved,
        )  # fmt: skip

    def put_off(self, claim: Claim, error: Exception, *, times: Times) -> None:
        """A row that failed before its send is tried again later, and dead after the last try."""
        with self._database.transaction() as session:
            row = session.get_one(AlertDelivery, claim.row_id)
            values = self._after(row, Retry(f"failed_{type(error).__name__}"), times)
            move(session, AlertDelivery, claim, values={**values, "lease_until": None})

    def _anything(self, times: Times) -> bool:
        """A look that takes no lock: most of the time there is nothing, and SQLite has one writer."""
        new = exists().where(Alert.state == "waiting")
        due = exists().where(AlertDelivery.state == "planned", AlertDelivery.due_at <= times.now)
        with self._database.reading() as read:
            return bool(read.scalar(select(or_(new, due))))

    def _share_out(self, session: Session, times: Times) -> None:
        """A row for each place at which the merchant can be told now; perhaps none, and the page says so."""
        waiting = session.execute(
            select(Alert, Merchant)
            .join(Merchant, Alert.merchant_id == Merchant.id)
            .where(Alert.state == "waiting")
            .order_by(Alert.id)
            .limit(SHARED_AT_ONCE)
            .with_for_update(of=Alert, skip_locked=True)
        ).all()
        rows = []
        for alert, merchant in waiting:
            alert.state = "told"
            for place in self._places.values():
                if place.address_for(merchant) and _may_carry(place, alert):
                    rows.append({"alert_id": alert.id, "place": place.name, "due_at": times.now})
        if rows:
            fixed = {"state": "planned", "attempts": 0, "tries": 0}
            session.execute(insert(AlertDelivery), [row | fixed for row in rows])

    def _prepare(self, session: Session, claim: Claim, times: Times) -> Ready | None:
        """The fresh look; where there is still something to tell, the row is marked as sending."""
        row = holding(session, AlertDelivery, claim)
        if row is None:
            return None
        alert = session.get_one(Alert, row.alert_id)
        merchant = session.get_one(Merchant, alert.merchant_id)
        place = self._places.get(row.place)
        address = place.address_for(merchant) if place else None
        if times.now - alert.at > TOO_LATE:
            end = ("dead", "too_late")
        elif gone := out_of_date(session, alert):
            end = ("skipped", gone)
        elif place is None or address is None:
            end = ("skipped", "no_place")
        else:
            return self._begin(session, row, alert, merchant, place, address, times)
        row.state, row.reason, row.ended_at, row.lease_until = *end, times.now, None
        return None

    def _begin(
        self,
        session: Session,
        row: AlertDelivery,
        alert: Alert,
        merchant: Merchant,
        place: Place,
        address: str,
        times: Times,
    ) -> Ready | None:
        until = self._down.get(place.name)
        if until is not None and until > times.wall:
            row.state, row.lease_until = "planned", None
            row.due_at = times.now + (until - times.wall)
            return None
        message = letter(session, alert, merchant, base=self._base)
        row.state, row.lease_until = "sending", times.wall + self.lease
        return Ready(place.notifier, message, Recipient(address))

    def _after(self, row: AlertDelivery, outcome: Outcome, times: Times) -> dict[str, object]:
        """The row's columns after a send with this outcome."""
        match outcome:
            case Sent():
                return _ended("sent", None, times)
            case Unknown(reason=reason):
                return _ended("unknown", reason, times)
            case GiveUp(reason=reason):
                return _ended("gave_up", reason, times)
            case Retry(reason=reason, whole_channel=whole, busy=busy) if whole or busy:
                pause = rest(outcome)
                if whole:
                    self._down[row.place] = times.wall + pause
                return {"state": "planned", "reason": reason, "due_at": times.now + pause}
            case Retry(reason=reason) if row.tries + 1 >= MOST_TRIES:
                return _ended("dead", reason, times) | {"tries": row.tries + 1}
            case Retry(reason=reason, after=after):
                pause = backoff(row.tries + 1, share=random.random(), wish=after)  # noqa: S311
                due = {"state": "planned", "reason": reason, "due_at": times.now + pause}
                return due | {"tries": row.tries + 1}


def free_expired_alerts(database: Database, *, times: Times) -> int:
    """Rows of workers that died: claimed ones wait again, those in a send end as `unknown`."""
    with database.transaction() as session:
        why = {"reason": "worker_lost"}
        freed, torn = free_expired(session, AlertDelivery, why=why, times=times)
    for claim in torn:
        log.warning("alert.unknown", delivery_id=claim.row_id, reason="worker_lost")
    return freed


def _may_carry(place: Place, alert: Alert) -> bool:
    """That a channel is down cannot be told by that channel: it would arrive when it is no longer true."""
    down = alert.kind == AlertKind.CHANNEL_DOWN and alert.detail["reason"] != MOSTLY_REFUSED
    return not (down and alert.detail["channel"] == place.name)


def _ended(state: str, reason: str | None, times: Times) -> dict[str, object]:
    return {"state": state, "reason": reason, "ended_at": times.now}
