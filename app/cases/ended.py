"""What a merchant lost because memberships ended while a renewal was unpaid. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Case, Merchant
from app.recovery.machine import CaseReason, CaseState
from app.recovery.money import Money, totals


@dataclass(frozen=True, slots=True)
class EndedUnpaid:
    payments: int
    money: tuple[Money, ...]
    """One sum a currency; payments of unknown amount count in `payments` alone."""


def ended_unpaid(session: Session, merchant: Merchant, *, since: datetime) -> EndedUnpaid:
    """Cases that closed after `since` since the membership ended: by Whop or by anybody but the customer's wish."""
    found = session.execute(
        select(Case.currency, func.count(), func.sum(Case.amount_minor))
        .where(
            Case.merchant_id == merchant.id,
            Case.state == CaseState.LOST.value,
            Case.reason == CaseReason.MEMBERSHIP_ENDED.value,
            Case.closed_at >= since,
        )
        .group_by(Case.currency)
    ).all()
    return EndedUnpaid(
        payments=sum(count for _, count, _ in found),
        money=totals(Money(currency, int(minor)) for currency, _, minor in found if currency and minor),
    )
