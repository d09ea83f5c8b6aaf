"""Who was written to and when: read by those who plan messages and by those who send them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .case import Case
from .step import Delivery, Step

REACHED = ("sent", "unknown", "in_flight")
"""Outcomes of a delivery after which the person has, or may have, the message."""


def contacts_of(session: Session, case_id: int) -> Sequence[datetime]:
    """When messages of this case reached the person, or may have."""
    return session.scalars(
        select(Delivery.started_at).where(Delivery.case_id == case_id, Delivery.outcome.in_(REACHED))
    ).all()


def said_last_word(session: Session, case_id: int) -> bool:
    """A message of this case that promised to be the last one reached the person, or may have."""
    ends = Step.wording_key.endswith(".note") | Step.wording_key.endswith(".last")
    found = session.scalar(
        select(Delivery.id)
        .join(Step, Delivery.step_id == Step.id)
        .where(Delivery.case_id == case_id, Delivery.outcome.in_(REACHED), ends)
        .limit(1)
    )
    return found is not None


def other_open(session: Session, case: Case, *, limit: int) -> Sequence[Case]:
    """Other payments of the same person, to the same merchant, that can be paid now; oldest first."""
    return session.scalars(
        select(Case)
        .where(Case.customer_id == case.customer_id, Case.id != case.id, Case.state == "open")
        .order_by(Case.opened_at, Case.id)
        .limit(limit)
    ).all()


def last_contact(session: Session, customer_id: int) -> datetime | None:
    """When a message about any payment last reached this person, or may have."""
    return session.scalar(
        select(func.max(Delivery.started_at))
        .join(Case, Delivery.case_id == Case.id)
        .where(Case.customer_id == customer_id, Delivery.outcome.in_(REACHED))
    )
