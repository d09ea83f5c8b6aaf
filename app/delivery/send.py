"""Carries out one claimed step: fresh look, mark as sending, call the notifier, record what became of it.

No transaction is open during the call. A crash before the mark: the step is claimed again. A crash after
it: the step ends as `unknown` and nobody repeats it.
"""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from app import faults
from app.claims import Claim, Times, backoff, claim_due, expired, holding, move
from app.db import Database
from app.delivery.gate import Drop, Go, PutOff, Skip, StopCase, look
from app.delivery.message import Links, message_for
from app.delivery.suppression import suppress
from app.log import get_logger
from app.models import Case, Delivery, Step
from app.models.merchant import lock_merchant
from app.recovery.machine import CaseReason
from app.recovery.reasons import Reason, Why
from notifiers.base import GiveUp, Message, Notifier, Outcome, Recipient, Retry, Sent, Unknown

LEASE_BEYOND_SEND = timedelta(seconds=30)
MOST_TRIES = 5
CHANNEL_PAUSE = timedelta(minutes=5)
"""How long a channel rests that is down as a whole; such waits do not use up a step's tries."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A step that is marked as sending, with all that the notifier needs."""

    claim: Claim
    notifier: Notifier
    message: Message
    recipient: Recipient


class StopsCase(Protocol):
    """Ends a case for which the fresh look found that the customer has left."""

    def __call__(self, session: Session, case: Case, reason: CaseReason, /, *, now: datetime) -> None: ...


class Sender:
    def __init__(
        self, database: Database, channels: Mapping[str, Notifier], *, links: Links, stop_case: StopsCase
    ) -> None:
        self._database = database
        self._channels = channels
        self._links = links
        self._stop_case = stop_case
        self._down: dict[str, datetime] = {}
        """By channel, the machine's time until which this worker leaves it alone."""
        longest = max((one.send_timeout for one in channels.values()), default=timedelta())
        self.lease = longest + LEASE_BEYOND_SEND

    def claim(self, *, times: Times, limit: int) -> list[Claim]:
        with self._database.transaction() as session:
            claims = claim_due(session, Step, waiting="planned", times=times, lease=self.lease, limit=limit)
            faults.point("before_claim_commit")
        faults.point("after_claim_commit")
        return claims

    def carry_out(self, claim: Claim, *, times: Times) -> Outcome | None:
        """Send the step's message unless something forbids it; None: nothing was sent."""
        with self._database.transaction() as session:
            ready = self.prepare(session, claim, times)
        if ready is None:
            return None
        faults.point("before_send")
        try:
            outcome = ready.notifier.send(ready.message, ready.recipient)
        except Exception as error:  # a channel must not raise; if it does, the peer may have the message
            log.exception("delivery.notifier_raised", step_id=claim.row_id)
            outcome = Unknown(f"notifier_raised_{type(error).__name__}")
        faults.point("after_send")
        return outcome

    def record(self, claim: Claim, outcome: Outcome, *, times: Times) -> None:
        """Write what became of a send. A cancellation that landed meanwhile keeps the step's state."""
        with self._database.transaction() as session:
            moved = self.note(session, claim, outcome, times)
        faults.point("after_record")
        log.info(
            "delivery.recorded", step_id=claim.row_id, outcome=type(outcome).__name__,
            reason=getattr(outcome, "reason", None), kept_state=not moved,
        )  # fmt: skip

    def note(self, session: Session, claim: Claim, outcome: Outcome, times: Times) -> bool:
        """As `record`, in the caller's transaction; False where the step was cancelled meanwhile."""
        values = self._after(session, claim, outcome, times)
        # The step before the delivery, as `free_expired` takes them: no deadlock with a late worker.
        moved = move(session, Step, claim, held="sending", values={**values, "lease_until": None})
        delivery = session.scalars(
            select(Delivery)
            .where(Delivery.step_id == claim.row_id, Delivery.fence == claim.fence)
            .with_for_update()
        ).one()
        if delivery.outcome == "in_flight":
            _complete(delivery, outcome, times)
        if isinstance(outcome, GiveUp) and outcome.suppress:
            case = session.get_one(Case, delivery.case_id)
            suppress(
                session,
                case.merchant,
                channel=delivery.channel,
                address=delivery.recipient,
                reason=outcome.reason,
                now=times.now,
            )
        return moved

    def put_off(self, claim: Claim, error: Exception, *, times: Times) -> None:
        """A step that failed before its send is tried again later, and dead after the last try."""
        with self._database.transaction() as session:
            outcome = Retry(f"failed_{type(error).__name__}")
            values = self._after(session, claim, outcome, times)
            move(session, Step, claim, values={**values, "lease_until": None})

    def free_expired(self, *, times: Times) -> int:
        """Steps of workers that died: claimed ones wait again, those in a send end as `unknown`."""
        with self._database.transaction() as session:
            lost = expired(session, Step, held="claimed", wall=times.wall)
            for claim in lost:
                move(session, Step, claim, values={"state": "planned", "lease_until": None})
            torn = expired(session, Step, held="sending", wall=times.wall)
            why = Reason(Why.WORKER_LOST).stored()
            for claim in torn:
                values = {"state": "unknown", "outcome_why": why, "ended_at": times.now, "lease_until": None}
                move(session, Step, claim, held="sending", values=values)
            _close_torn_deliveries(session, times)
        for claim in torn:
            log.warning("delivery.unknown", step_id=claim.row_id, reason="worker_lost")
        return len(lost) + len(torn)

    def prepare(self, session: Session, claim: Claim, times: Times) -> Ready | None:
        """The fresh look; where it says go, the step is marked as sending and its delivery written."""
        case = _lock_case(session, claim)
        step = holding(session, Step, claim)
        if case is None or step is None:
            return None
        verdict = look(
            session, case, step, now=times.now, channels=frozenset(self._channels), down=self._resting(times)
        )
        match verdict:
            case Go(address=address):
                return self._begin(session, case, step, address, times)
            case StopCase(reason=reason):
                self._stop_case(session, case, reason, now=times.now)
            case PutOff(until=until, why=why):
                step.state, step.due_at, step.outcome_why = "planned", until, why.stored()
                step.lease_until = None
            case Skip(why=why) | Drop(why=why):
                step.state = "skipped" if isinstance(verdict, Skip) else "cancelled"
                step.outcome_why, step.ended_at, step.lease_until = why.stored(), times.now, None
        return None

    def _begin(self, session: Session, case: Case, step: Step, address: str, times: Times) -> Ready:
        message = message_for(session, case, step, links=self._links, now=times.now)
        session.add(
            Delivery(
                step_id=step.id,
                case_id=case.id,
                fence=step.attempts,
                channel=step.channel,
                outcome="in_flight",
                content=asdict(message),
                recipient=address,
                started_at=times.now,
                lease_until=times.wall + self.lease,
            )
        )
        step.state, step.lease_until = "sending", times.wall + self.lease
        return Ready(
            claim=Claim(step.id, step.attempts),
            notifier=self._channels[step.channel],
            message=message,
            recipient=Recipient(address, case.customer.name),
        )

    def _resting(self, times: Times) -> dict[str, datetime]:
        """Channels that are down, and until when, in the campaign's time."""
        return {
            channel: times.now + (until - times.wall)
            for channel, until in self._down.items()
            if until > times.wall
        }

    def _after(self, session: Session, claim: Claim, outcome: Outcome, times: Times) -> dict[str, object]:
        """The step's columns after a send with this outcome."""
        tries, channel = session.execute(
            select(Step.tries, Step.channel).where(Step.id == claim.row_id)
        ).one()
        match outcome:
            case Sent():
                return _ended("sent", Reason(Why.PEER_TOOK_IT), times)
            case Unknown(reason=reason):
                return _ended("unknown", Reason(Why.PEER_UNCLEAR, {"cause": reason}), times)
            case GiveUp(reason=reason):
                return _ended("gave_up", Reason(Why.PEER_REFUSED, {"cause": reason}), times)
            case Retry(reason=reason, whole_channel=True, after=after):
                why = Reason(Why.PUT_OFF, {"cause": reason})
                pause = backoff(1, share=random.random(), wish=after or CHANNEL_PAUSE)  # noqa: S311
                self._down[channel] = times.wall + pause
                return {"state": "planned", "due_at": times.now + pause, "outcome_why": why.stored()}
            case Retry(reason=reason) if tries + 1 >= MOST_TRIES:
                return _ended("dead", Reason(Why.OUT_OF_TRIES, {"cause": reason}), times) | {
                    "tries": tries + 1
                }
            case Retry(reason=reason, after=after):
                why = Reason(Why.PUT_OFF, {"cause": reason, "tries": tries + 1})
                pause = backoff(tries + 1, share=random.random(), wish=after)  # noqa: S311
                due = {"state": "planned", "due_at": times.now + pause}
                return due | {"outcome_why": why.stored(), "tries": tries + 1}


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


def _ended(state: str, why: Reason, times: Times) -> dict[str, object]:
    return {"state": state, "outcome_why": why.stored(), "ended_at": times.now}


def _complete(delivery: Delivery, outcome: Outcome, times: Times) -> None:
    delivery.ended_at = times.now
    match outcome:
        case Sent(provider_id=provider_id):
            delivery.outcome, delivery.provider_id = "sent", provider_id
        case Retry(reason=reason):
            delivery.outcome, delivery.reason = "retry", reason
        case GiveUp(reason=reason):
            delivery.outcome, delivery.reason = "gave_up", reason
        case Unknown(reason=reason):
            delivery.outcome, delivery.reason = "unknown", reason


def _close_torn_deliveries(session: Session, times: Times) -> None:
    """A call that never came back, also where a cancellation has taken its step meanwhile."""
    session.execute(
        update(Delivery)
        .where(Delivery.outcome == "in_flight", Delivery.lease_until < times.wall)
        .values(outcome="unknown", reason=Why.WORKER_LOST.value, ended_at=times.now)
        .execution_options(synchronize_session=False)
    )
