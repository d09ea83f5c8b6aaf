"""Who was written to and when: read by those who plan messages and by those who send them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .case import Case
from .step import Delivery, Step

REACHED = ("sent", "unknown", "in_flight")
"""Outcomes of a delivery after which the person has, or may have, the message."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a case's conversation has brought to the person, or may have."""

    at: tuple[datetime, ...] = ()
    last_word: bool = False
    """A note or a last notice was among it: it said that nothing would follow."""


def said_in(session: Session, case_id: int) -> Said:
    found = session.execute(
        select(Delivery.started_at, Step.wording_key)
        .join(Step, Delivery.step_id == Step.id)
        .where(Delivery.case_id == case_id, Delivery.outcome.in_(REACHED))
    ).all()
    return Said(tuple(at for at, _ in found), any(key.endswith((".note", ".last")) for _, key in found))


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
