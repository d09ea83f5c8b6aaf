"""The fresh look right before a reminder: may this step still reach this person, by this channel, now?

Reads our rows under the locks of merchant and case and decides; it changes nothing and talks to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.suppression import suppressed
from app.models import Case, Membership, Step
from app.models.contact import last_contact
from app.recovery.facts import MembershipStatus
from app.recovery.machine import CaseReason, CaseState
from app.recovery.plan import LIMITS, after_last_contact
from app.recovery.reasons import Reason, Why

TURN = timedelta(seconds=30)
LEFT = frozenset({MembershipStatus.CANCELED, MembershipStatus.EXPIRED, MembershipStatus.COMPLETED})


@dataclass(frozen=True, slots=True)
class Go:
    address: str


@dataclass(frozen=True, slots=True)
class Skip:
    """This step will not be sent; later steps of the case still may."""

    why: Reason


@dataclass(frozen=True, slots=True)
class PutOff:
    until: datetime
    why: Reason


@dataclass(frozen=True, slots=True)
class StopCase:
    """Nothing of this case may be sent any more: the customer has left."""

    reason: CaseReason


@dataclass(frozen=True, slots=True)
class Drop:
    """The case no longer wants reminders; its steps are, or will be, cancelled."""

    why: Reason


Verdict = Go | Skip | PutOff | StopCase | Drop


def look(
    session: Session,
    case: Case,
    step: Step,
    *,
    now: datetime,
    channels: frozenset[str],
    down: Mapping[str, datetime],
) -> Verdict:
    """Judge one claimed step of a locked case.

    `channels` are those that this install has; `down` says until when one of them rests.
    """
    if case.state != CaseState.OPEN:
        return Drop(Reason(Why.CASE_CLOSED if case.closed_at else Why.CASE_WAITS, {"cause": case.reason}))
    if case.customer.contact_stopped:
        return Drop(Reason(Why.CONTACT_STOPPED, {"cause": case.customer.contact_stopped}))
    left = _left(session, case)
    if left is not None:
        return StopCase(left)
    late = _timing(session, case, step, now)
    if late is not None:
        return late
    if step.channel in down:
        return PutOff(down[step.channel], Reason(Why.CHANNEL_DOWN, {"channel": step.channel}))
    return _address(session, case, step, channels)


def _left(session: Session, case: Case) -> CaseReason | None:
    """The newest snapshot of the membership, although it may be older than the failure."""
    membership = session.scalars(
        select(Membership).where(
            Membership.merchant_id == case.merchant_id,
            Membership.membership_id == case.payment.membership_id,
        )
    ).one_or_none()
    if membership is None:
        return None
    if membership.status in LEFT:
        return CaseReason.MEMBERSHIP_ENDED
    if membership.cancel_at_period_end or membership.status == MembershipStatus.CANCELING:
        return CaseReason.CUSTOMER_CANCELED
    return None


def _timing(session: Session, case: Case, step: Step, now: datetime) -> Skip | PutOff | None:
    cutoff = case.opened_at + LIMITS.runway
    if now - step.planned_at > LIMITS.too_late:
        return Skip(Reason(Why.TOO_LATE, {"hours": int((now - step.planned_at).total_seconds() // 3600)}))
    if now >= cutoff:
        return Skip(Reason(Why.PAST_CUTOFF))
    if _earlier_waits(session, step):
        return PutOff(now + TURN, Reason(Why.EARLIER_COMES_FIRST))
    previous = last_contact(session, case.customer_id)
    if previous is None:
        return None
    zone = ZoneInfo(case.customer.zone or case.merchant.zone)
    allowed, _ = after_last_contact(now, previous, zone)
    if allowed <= now:
        return None
    why = Reason(Why.TOO_SOON_AFTER_LAST, {"last": previous.isoformat()})
    return PutOff(allowed, why) if allowed < cutoff else Skip(why)


def _earlier_waits(session: Session, step: Step) -> bool:
    """After an outage several steps of a case are due at once; their words only fit in their order."""
    earlier = select(Step.id).where(
        Step.case_id == step.case_id,
        Step.position < step.position,
        Step.state.in_(("planned", "claimed", "sending")),
    )
    return session.scalar(earlier.limit(1)) is not None


def _address(session: Session, case: Case, step: Step, channels: frozenset[str]) -> Go | Skip:
    address = case.customer.email
    if step.channel not in channels:
        return Skip(Reason(Why.NO_CHANNEL, {"channel": step.channel}))
    if not address:
        return Skip(Reason(Why.NO_ADDRESS, {"channel": step.channel}))
    cause = suppressed(session, case.merchant, channel=step.channel, address=address)
    if cause is not None:
        return Skip(Reason(Why.SUPPRESSED, {"channel": step.channel, "cause": cause}))
    return Go(address)
