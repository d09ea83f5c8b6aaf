"""One case with everything around it, for the merchant it belongs to. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.cases.timeline import Entry, Timeline, timeline
from app.errors import NotFound
from app.models import Case, Customer, LinkedAccount, Merchant, Payment
from app.models.contact import zone_of
from app.recovery.zones import LocalZone

__all__ = ["CaseView", "Entry", "case_of", "case_view"]


@dataclass(frozen=True, slots=True)
class CaseView:
    case: Case
    customer: Customer
    payment: Payment
    timeline: Timeline
    other_running: int
    """Other failed payments of the same person that are in progress."""
    accounts: Sequence[LinkedAccount]
    """By which the customer wants to be reached, besides e-mail."""
    local: LocalZone
    """By whose clock the messages are timed."""


def case_of(session: Session, merchant: Merchant, case_id: int) -> Case:
    """The merchant's case. Raises `NotFound` also where it is somebody else's."""
    everything = (Case.customer, Case.payment, Case.merchant, Case.policy, Case.retries, Case.switches)
    found = (
        session.scalars(
            select(Case)
            .where(Case.id == case_id, Case.merchant_id == merchant.id)
            .options(*map(joinedload, everything))
        )
        .unique()
        .one_or_none()
    )
    if found is None:
        raise NotFound
    return found


def case_view(session: Session, merchant: Merchant, case_id: int) -> CaseView:
    """Raises `NotFound` for a case that does not exist or is somebody else's."""
    case = case_of(session, merchant, case_id)
    other = aliased(Case)
    others = (
        select(func.count())
        .where(other.customer_id == case.customer_id, other.id != case.id, other.closed_at.is_(None))
        .scalar_subquery()
    )
    # One row for each account, or one without: both answers in one question.
    rows = session.execute(
        select(others, LinkedAccount)
        .select_from(Customer)
        .outerjoin(LinkedAccount, LinkedAccount.customer_id == Customer.id)
        .where(Customer.id == case.customer_id)
        .order_by(LinkedAccount.linked_at, LinkedAccount.id)
    ).all()
    return CaseView(
        case,
        case.customer,
        case.payment,
        timeline(session, case),
        rows[0][0],
        [account for _, account in rows if account is not None],
        zone_of(case.customer, case.opened_at),
    )
