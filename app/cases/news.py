"""Whether a fact that we looked up tells anything that no event has told before. Reads only.

What is no news is not stored again, so the list of events stays a list of what was really missing.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.payments import find_payment
from app.models import Case, Membership, Merchant, Payment
from app.recovery import facts
from app.recovery.decline import POLICIES, classify
from app.recovery.facts import Fact, PaymentView
from app.recovery.machine import DUNNED, membership_ended


def is_news(session: Session, merchant: Merchant, fact: Fact) -> bool:
    """For payments and memberships; any other fact is none."""
    match fact:
        case facts.PaymentFailed(payment=view) | facts.PaymentNeedsAction(payment=view):
            return _failure(find_payment(session, merchant.id, view.payment_id), view)
        case facts.PaymentSucceeded(payment=view):
            known = _failed_unpaid(session, merchant, view)
            return known is not None
        case facts.PaymentVoided(payment=view):
            known = _failed_unpaid(session, merchant, view)
            return known is not None and known.voided_at is None
        case facts.PaymentPending(payment=view):
            known = _failed_unpaid(session, merchant, view)
            return known is not None and not _clears(known)
        case facts.MembershipChanged():
            return _membership(session, merchant, fact)
    return False


def is_dunned(view: PaymentView) -> bool:
    """A renewal that failed in earnest: what a case is opened for."""
    return view.billing_reason in DUNNED and POLICIES[classify(view.decline_code)].dunned


def _failure(known: Payment | None, view: PaymentView) -> bool:
    if known is None or known.failed_at is None:
        return is_dunned(view)
    if view.status == "uncollectible" and known.uncollectible_at is None:
        return True
    return (view.payments_failed or 0) > (known.payments_failed or 0)


def _failed_unpaid(session: Session, merchant: Merchant, view: PaymentView) -> Payment | None:
    known = find_payment(session, merchant.id, view.payment_id)
    if known is None or known.failed_at is None or known.paid_at is not None:
        return None
    return known


def _clears(known: Payment) -> bool:
    failed_at = known.last_failed_at or known.failed_at
    return known.pending_at is not None and failed_at is not None and known.pending_at >= failed_at


def _membership(session: Session, merchant: Merchant, fact: facts.MembershipChanged) -> bool:
    view = fact.membership
    known = session.scalars(
        select(Membership).where(
            Membership.merchant_id == merchant.id, Membership.membership_id == view.membership_id
        )
    ).one_or_none()
    if known is None:
        return _has_running_case(session, merchant, view.membership_id)
    if fact.at < known.seen_at:
        return False
    ended = membership_ended(view, fact.at)
    stands = (known.status, known.cancel_at_period_end)
    return stands != (view.status.value, bool(view.cancel_at_period_end)) or (
        ended is not None and not known.endings
    )


def _has_running_case(session: Session, merchant: Merchant, membership_id: str) -> bool:
    running = (
        select(Case.id)
        .join(Payment, Case.payment_id == Payment.id)
        .where(
            Payment.merchant_id == merchant.id,
            Payment.membership_id == membership_id,
            Case.closed_at.is_(None),
        )
    )
    return session.scalar(running.limit(1)) is not None
