"""Carries out one claimed step: fresh look, mark as sending, call the notifier, record what became of it.

No transaction is open during the call. A crash before the mark: the step is claimed again. A crash after
it: the step ends as `unknown` and nobody repeats it.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload

from app import faults, metrics
from app.claims import Claim, Times, claim_due, free_expired, holding, move
from app.db import Database
from app.delivery.aftermath import after_send, put_off
from app.delivery.gate import SHORT_REST, Drop, Go, PutOff, Skip, StopCase, look
from app.delivery.message import Links, message_for
from app.delivery.outcomes import Noted, close_torn, complete, honest, rest
from app.delivery.routing import Route, Routes, routes_for
from app.delivery.slow import SlowMerchants
from app.delivery.suppression import suppress
from app.fresh_look import FreshLook, Looked, Target, wait_for_whop
from app.log import get_logger
from app.models import Case, Delivery, Step
from app.models.merchant import lock_merchant
from app.recovery.machine import CaseReason
from app.recovery.reasons import Reason, Why
from app.whop.errors import WhopError
from notifiers.base import GiveUp, Message, Notifier, Outcome, Recipient, Retry, Unknown

LEASE_BEYOND_SEND = timedelta(seconds=30)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A step that is marked as sending, with all that the notifier needs."""

    claim: Claim
    merchant_id: int
    notifier: Notifier
    message: Message
    recipient: Recipient


class StopsCase(Protocol):
    """Ends a case for which the fresh look found that the customer has left."""

    def __call__(self, session: Session, case: Case, reason: CaseReason, /, *, now: datetime) -> None: ...


class Sender:
    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Notifier],
        *,
        links: Links,
        stop_case: StopsCase,
        look: FreshLook | None = None,
        slow: SlowMerchants | None = None,
    ) -> None:
        """`look`: None where Whop cannot be asked; then our own rows decide."""
        self._database = database
        self._channels = channels
        self._links = links
        self._stop_case = stop_case
        self._look = look
        self._slow = slow or SlowMerchants()
        self._down: dict[str, datetime] = {}
        """By channel, the machine's time until which this worker leaves it alone."""
        longest = max((one.send_timeout for one in channels.values()), default=timedelta())
        self.lease = longest + LEASE_BEYOND_SEND + (look.limit if look else timedelta())

    def claim(self, *, times: Times, limit: int, spare: int = 0) -> list[Claim]:
        """Messages of slow merchants come after all others, and leave `spare` of the limit alone."""
        slow = self._slow.by(times.wall)
        with self._database.transaction() as session:
            claims = self._claim(session, times, limit, _of_none(slow) if slow else None)
            if slow and (rest := limit - len(claims) - spare) > 0:
                claims += self._claim(session, times, rest)
            faults.point("before_claim_commit")
        faults.point("after_claim_commit")
        return claims

    def _claim(
        self, session: Session, times: Times, limit: int, only: ColumnElement[bool] | None = None
    ) -> list[Claim]:
        return claim_due(
            session, Step, waiting="planned", times=times, lease=self.lease, limit=limit, only=only
        )

    def carry_out(self, claim: Claim, *, times: Times) -> Outcome | None:
        """Send the step's message unless something forbids it; None: nothing was sent."""
        ready = self._ready(claim, times)
        if ready is None:
            return None
        faults.point("before_send")
        began = time.monotonic()
        try:
            outcome = honest(ready.notifier.send(ready.message, ready.recipient))
        except Exception as error:  # a channel must not raise; if it does, the peer may have the message
            log.exception("delivery.notifier_raised", step_id=claim.row_id)
            outcome = Unknown(f"notifier_raised_{type(error).__name__}")
        self._slow.note(ready.merchant_id, seconds=time.monotonic() - began, wall=times.wall)
        faults.point("after_send")
        return outcome

    def _ready(self, claim: Claim, times: Times) -> Ready | None:
        """What only our rows can forbid is asked of them first: Whop is read for what would go out."""
        with self._database.transaction() as session:
            first = self.prepare(session, claim, times)
        if self._look is None or not isinstance(first, Target):
            return first if isinstance(first, Ready) else None
        try:
            looked = self._look.read(first, now=times.now)
        except WhopError as error:
            self._wait(claim, error, times)
            return None
        with self._database.transaction() as session:
            self._look.take_in(session, looked, times=times)
            second = self.prepare(session, claim, times, looked=looked)
        return second if isinstance(second, Ready) else None

    def _wait(self, claim: Claim, error: WhopError, times: Times) -> None:
        """Nothing is sent on what was known before; once the step is too late, the gate skips it."""
        with self._database.transaction() as session:
            step = holding(session, Step, claim)
            if step is not None:
                step.due_at, why = wait_for_whop(error, step.outcome_why, now=times.now)
                step.state, step.lease_until, step.outcome_why = "planned", None, why.stored()
        log.warning("delivery.whop_unreadable", step_id=claim.row_id, error=type(error).__name__)

    def record(self, claim: Claim, outcome: Outcome, *, times: Times) -> None:
        """Write what became of a send. A cancellation that landed meanwhile keeps the step's state."""
        with self._database.transaction() as session:
            noted = self.note(session, claim, outcome, times)
        faults.point("after_record")
        if noted.first:
            metrics.delivery_recorded(channel=noted.channel, outcome=noted.outcome)
        log.info(
            "delivery.recorded", step_id=claim.row_id, case_id=noted.case_id, channel=noted.channel,
            outcome=type(outcome).__name__, reason=getattr(outcome, "reason", None),
            kept_state=not noted.moved,
        )  # fmt: skip

    def note(self, session: Session, claim: Claim, outcome: Outcome, times: Times) -> Noted:
        """As `record`, in the caller's transaction."""
        values = self._after(session, claim, outcome, times)
        if values.get("state") in ("gave_up", "dead") or getattr(outcome, "whole_channel", False):
            values, outcome = self._by_another(session, claim, outcome, values, times)
        # The step before the delivery, as `free_expired` takes them: no deadlock with a late worker.
        moved = move(session, Step, claim, held="sending", values={**values, "lease_until": None})
        delivery = session.scalars(
            select(Delivery)
            .where(Delivery.step_id == claim.row_id, Delivery.fence == claim.fence)
            .with_for_update()
        ).one()
        first = delivery.outcome == "in_flight"
        if first:
            complete(delivery, outcome, times)
        if isinstance(outcome, GiveUp) and outcome.suppress and delivery.recipient:
            case = session.get_one(Case, delivery.case_id)
            suppress(
                session,
                case.merchant,
                channel=delivery.channel,
                address=delivery.recipient,
                reason=outcome.reason,
                now=times.now,
            )
        return Noted(delivery.case_id, delivery.channel, delivery.outcome, moved=moved, first=first)

    def put_off(self, claim: Claim, error: Exception, *, times: Times) -> None:
        """A step that failed before its send is tried again later, and dead after the last try."""
        with self._database.transaction() as session:
            outcome = Retry(f"failed_{type(error).__name__}")
            values = self._after(session, claim, outcome, times)
            move(session, Step, claim, values={**values, "lease_until": None})

    def free_expired(self, *, times: Times) -> int:
        """Steps of workers that died: claimed ones wait again, those in a send end as `unknown`."""
        with self._database.transaction() as session:
            why = {"outcome_why": Reason(Why.WORKER_LOST).stored()}
            freed, torn = free_expired(session, Step, why=why, times=times)
            channels = close_torn(session, times)
        for channel in channels:
            metrics.delivery_recorded(channel=channel, outcome="unknown")
        for claim in torn:
            log.warning("delivery.unknown", step_id=claim.row_id, reason="worker_lost")
        return freed

    def prepare(
        self, session: Session, claim: Claim, times: Times, *, looked: Looked | None = None
    ) -> Ready | Target | None:
        """The gate; where it says go, the step is marked as sending and its delivery written.

        A target: it says go, and Whop is to be asked first.
        """
        case = _lock_case(session, claim)
        step = holding(session, Step, claim)
        if case is None or step is None:
            return None
        verdict = look(
            session, case, step, now=times.now, channels=frozenset(self._channels), down=self._resting(times)
        )
        match verdict:
            case Go() if self._look is not None and looked is None:
                return Target.of(case)
            case Go(route=route):
                return self._begin(session, case, step, route, times)
            case StopCase(reason=reason):
                self._stop_case(session, case, reason, now=times.now)
            case PutOff(until=until, why=why):
                step.state, step.due_at, step.outcome_why = "planned", until, why.stored()
                step.lease_until = None
            case Skip(why=why) | Drop(why=why):
                step.state = "skipped" if isinstance(verdict, Skip) else "cancelled"
                step.outcome_why, step.ended_at, step.lease_until = why.stored(), times.now, None
        return None

    def _begin(self, session: Session, case: Case, step: Step, route: Route, times: Times) -> Ready:
        if step.channel != route.channel:
            step.channel, step.tries = route.channel, 0
        step.why = {**step.why, "by": {**step.why.get("by", {}), route.channel: route.why.stored()}}
        message = message_for(session, case, step, links=self._links, now=times.now)
        session.add(
            Delivery(
                step_id=step.id,
                case_id=case.id,
                fence=step.attempts,
                channel=step.channel,
                outcome="in_flight",
                content=asdict(message),
                recipient=route.address,
                started_at=times.now,
                lease_until=times.wall + self.lease,
            )
        )
        step.state, step.lease_until = "sending", times.wall + self.lease
        return Ready(
            claim=Claim(step.id, step.attempts),
            merchant_id=case.merchant_id,
            notifier=self._channels[step.channel],
            message=message,
            recipient=Recipient(route.address, case.customer.name),
        )

    def _after(self, session: Session, claim: Claim, outcome: Outcome, times: Times) -> dict[str, object]:
        """The step's columns after a send with this outcome; a channel that is down rests."""
        wanted = select(Step.tries, Step.channel).where(Step.id == claim.row_id)
        tries, channel = session.execute(wanted).one()
        if isinstance(outcome, Retry) and outcome.whole_channel:
            self._down[channel] = times.wall + (pause := rest(outcome))
            return put_off(pause, Reason(Why.PUT_OFF, {"cause": outcome.reason}), times)
        return after_send(outcome, tries=tries, times=times)

    def _resting(self, times: Times) -> dict[str, datetime]:
        """Channels that are down, and until when, in the campaign's time."""
        return {
            channel: times.now + (until - times.wall)
            for channel, until in self._down.copy().items()  # other threads add to it
            if until > times.wall
        }

    def _by_another(
        self, session: Session, claim: Claim, outcome: Outcome, values: dict[str, object], times: Times
    ) -> tuple[dict[str, object], Outcome]:
        """Where this channel will not carry the step and another one may, the step goes by that one at once."""
        step = session.get_one(Step, claim.row_id)
        routes = routes_for(
            session, step.case, step, channels=frozenset(self._channels), without=step.channel
        )
        resting = isinstance(outcome, Retry) and outcome.whole_channel
        if not routes.open or (resting and not self._better_now(step, routes, times)):
            return values, outcome
        cause = getattr(outcome, "reason", "")
        why = Reason(Why.OTHER_CHANNEL, {"channel": step.channel, "cause": cause})
        at_once = {"state": "planned", "due_at": times.now, "outcome_why": why.stored()}
        if resting:
            return at_once, outcome
        # Its last try is over: this channel is not asked again for this step.
        return at_once, outcome if isinstance(outcome, GiveUp) else GiveUp(cause)

    def _better_now(self, step: Step, routes: Routes, times: Times) -> bool:
        """Whether another channel takes the place of the step's own, which rests."""
        down, soon = self._resting(times), times.now + SHORT_REST
        if down.get(step.channel, times.now) <= soon:
            return False
        return any(down.get(route.channel, times.now) <= soon for route in routes.open)


def _of_none(merchants: frozenset[int]) -> ColumnElement[bool]:
    """Steps of none of these merchants."""
    theirs = exists().where(Case.id == Step.case_id, Case.merchant_id.in_(merchants))
    return ~theirs


def _lock_case(session: Session, claim: Claim) -> Case | None:
    """Merchant, case, step: whoever changes a case takes these locks in this order.

    The merchant's lock also keeps two reminders to one person, of two of their cases, apart.
    """
    found = session.execute(
        select(Case.id, Case.merchant_id).join(Step, Step.case_id == Case.id).where(Step.id == claim.row_id)
    ).one_or_none()
    if found is None:
        return None
    lock_merchant(session, found.merchant_id)
    everything = (joinedload(Case.merchant), joinedload(Case.customer), joinedload(Case.payment))
    return session.scalars(
        select(Case).where(Case.id == found.id).options(*everything).with_for_update(of=Case)
    ).one()
