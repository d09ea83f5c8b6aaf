"""One case with everything around it, for the merchant it belongs to. Reads only."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.cases.timeline import Entry, Timeline, timeline
from app.errors import NotFound
from app.models import Case, Customer, Merchant, Payment

__all__ = ["CaseView", "Entry", "case_of", "case_view"]


@dataclass(frozen=True, slots=True)
class CaseView:
    case: Case
    customer: Customer
    payment: Payment
    timeline: Timeline
    other_running: int
    """Other failed payments of the same person that are in progress."""


def case_of(session: Session, merchant: Merchant, case_id: int) -> Case:
    """The merchant's case. Raises `NotFound` also where it is somebody else's."""
    found = session.scalars(
        select(Case)
        .where(Case.id == case_id, Case.merchant_id == merchant.id)
        .options(joinedload(Case.customer), joinedload(Case.payment))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def case_view(session: Session, merchant: Merchant, case_id: int) -> CaseView:
    """Raises `NotFound` for a case that does not exist or is somebody else's."""
    case = case_of(session, merchant, case_id)
    others = session.scalar(
        select(func.count())
        .select_from(Case)
        .where(
            Case.customer_id == case.customer_id,
            Case.id != case.id,
            Case.closed_at.is_(None),
        )
    )
    return CaseView(case, case.customer, case.payment, timeline(session, case), others or 0)
