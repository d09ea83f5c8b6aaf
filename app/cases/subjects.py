"""What is known of cases when they open, by which a merchant's policies choose among them. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from app.models import Case, Customer, Membership, Merchant, Payment
from app.recovery.machine import DUNNED
from app.recovery.money import Money
from app.recovery.segments import Subject


@dataclass(frozen=True, slots=True)
class Seen:
    """A case with what its policy is chosen by."""

    case_id: int
    subject: Subject
    product_title: str | None


def subject_of(session: Session, case: Case) -> Subject:
    (found,) = _seen(session, case.merchant, Case.id == case.id, limit=1)
    return found.subject


def lately_seen(session: Session, merchant: Merchant, *, since: datetime, limit: int) -> Sequence[Seen]:
    """The merchant's cases that opened since then, the newest first, at most `limit`."""
    mine = and_(Case.merchant_id == merchant.id, Case.opened_at >= since)
    return _seen(session, merchant, mine, limit=limit)


def seen_of(session: Session, merchant: Merchant, ids: Sequence[int]) -> Sequence[Seen]:
    """These cases of the merchant."""
    mine = and_(Case.merchant_id == merchant.id, Case.id.in_(ids))
    return _seen(session, merchant, mine, limit=len(ids))


def _seen(session: Session, merchant: Merchant, wanted: ColumnElement[bool], *, limit: int) -> Sequence[Seen]:
    earlier = aliased(Payment)
    renewed_before = (
        select(earlier.id)
        .where(
            earlier.merchant_id == Payment.merchant_id,
            earlier.membership_id == Payment.membership_id,
            earlier.id != Payment.id,
            earlier.billing_reason.in_(sorted(DUNNED)),
            or_(earlier.failed_at < Case.opened_at, earlier.paid_at < Case.opened_at),
        )
        .exists()
    )
    rows = session.execute(
        select(
            Case.id,
            Case.opened_at,
            Payment.plan_id,
            Payment.product_title,
            Payment.amount_minor,
            Payment.currency,
            Customer.country,
            Membership.plan_id,
            Membership.started_at,
            renewed_before,
        )
        .join(Payment, Case.payment_id == Payment.id)
        .join(Customer, Case.customer_id == Customer.id)
        .outerjoin(
            Membership,
            and_(
                Membership.merchant_id == Case.merchant_id,
                Membership.membership_id == Payment.membership_id,
            ),
        )
        .where(wanted)
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(limit)
    )
    return [
        Seen(
            case_id,
            Subject(
                plan_id=plan_id or membership_plan,
                price=Money(currency, minor) if currency and minor is not None else None,
                tenure_days=max((opened_at - started_at).days, 0) if started_at else None,
                country=country.upper() if country else None,
                first_renewal=_first_renewal(merchant, started_at, renewed=renewed),
            ),
            title,
        )
        for (
            case_id, opened_at, plan_id, title, minor, currency, country, membership_plan, started_at, renewed,
        ) in rows
    ]  # fmt: skip


def _first_renewal(merchant: Merchant, started_at: datetime | None, *, renewed: bool) -> bool | None:
    """None where renewals may have gone by before we listened."""
    if renewed:
        return False
    return True if started_at is not None and started_at >= merchant.created_at else None
