"""Who was written to and when, by whose clock, and who has left: read by those who plan and by those who act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.recovery.card_notice import KIND as NOTICE
from app.recovery.facts import MembershipStatus
from app.recovery.machine import CaseReason
from app.recovery.zones import LocalZone, local_zone

from .case import LIVE, Case
from .customer import Customer, Membership
from .step import Delivery, Step

REACHED = ("sent", "unknown", "in_flight")
"""Outcomes of a delivery after which the person has, or may have, the message."""
LEFT = frozenset({MembershipStatus.CANCELED, MembershipStatus.EXPIRED, MembershipStatus.COMPLETED})


@dataclass(frozen=True, slots=True)
class Said:
    """What a case's conversation has brought to the person, or may have. A notice of a card is no part of it."""

    at: tuple[datetime, ...] = ()
    last_word: bool = False
    """A note or a last notice was among it: it said that nothing would follow."""


def said_in(session: Session, case_id: int) -> Said:
    found = session.execute(
        select(Delivery.started_at, Step.wording_key)
        .join(Step, Delivery.step_id == Step.id)
        .where(Delivery.case_id == case_id, Delivery.outcome.in_(REACHED), Step.kind != NOTICE)
    ).all()
    return Said(tuple(at for at, _ in found), any(key.endswith((".note", ".last")) for _, key in found))


def other_open(session: Session, case: Case, *, limit: int) -> Sequence[Case]:
    """Other payments of the same person, to the same merchant, that can be paid now; oldest first.

    What was learnt of the time before is never spoken of.
    """
    return session.scalars(
        select(Case)
        .where(
            Case.customer_id == case.customer_id,
            Case.id != case.id,
            Case.state == "open",
            Case.origin == LIVE,
        )
        .order_by(Case.opened_at, Case.id)
        .limit(limit)
    ).all()


def left_because(session: Session, case: Case) -> CaseReason | None:
    """The newest snapshot of the membership says that the customer has left, although perhaps before the failure."""
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


def last_contact(session: Session, customer_id: int) -> datetime | None:
    """When a message about any payment last reached this person, or may have."""
    return session.scalar(
        select(func.max(Delivery.started_at))
        .join(Case, Delivery.case_id == Case.id)
        .where(Case.customer_id == customer_id, Delivery.outcome.in_(REACHED))
    )


def zone_of(customer: Customer, at: datetime) -> LocalZone:
    """The clock that this person lives by, and how we know."""
    return local_zone(own=customer.zone, country=customer.country, merchants=customer.merchant.zone, at=at)
