"""Applies what Whop tells of a membership: its newest snapshot, and every ending it was ever seen in."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.applied import Applied
from app.cases.audit import Act, Actor, note_case
from app.cases.erased import ERASED, erased_customer
from app.cases.people import customer_of
from app.cases.rules import Rules
from app.cases.standing import reassess
from app.models import Case, Membership, Merchant, Payment
from app.recovery import facts
from app.recovery.machine import CaseReason, membership_ended

ENDINGS = (CaseReason.CUSTOMER_CANCELED.value, CaseReason.MEMBERSHIP_ENDED.value)
"""What closed these cases may yet turn out to have come after something earlier."""


def apply_membership(
    session: Session, merchant: Merchant, fact: facts.MembershipChanged, *, now: datetime, rules: Rules
) -> Applied:
    view = fact.membership
    if erased_customer(session, merchant, view.customer, membership_id=view.membership_id) is not None:
        return Applied(merchant.id, reason=ERASED)
    customer = customer_of(session, merchant, view.customer, at=fact.at, now=now, rules=rules)
    row = session.scalars(
        select(Membership).where(
            Membership.merchant_id == merchant.id, Membership.membership_id == view.membership_id
        )
    ).one_or_none()
    if row is None:
        row = Membership(
            merchant_id=merchant.id,
            membership_id=view.membership_id,
            endings={},
            status=view.status.value,
            seen_at=fact.at,
        )
        session.add(row)
    if customer is not None:
        row.customer_id = customer.id
    changed = _keep_membership(row, fact)
    touched = None
    for case in _cases_of_membership(session, merchant.id, view.membership_id) if changed else []:
        detail = {"status": view.status.value, "cancels": bool(view.cancel_at_period_end)}
        note_case(session, case, Act.MEMBERSHIP_CHANGED, actor=Actor.WHOP, at=fact.at, detail=detail)
        reassess(session, case, now=now, rules=rules)
        touched = case.id
    return Applied(merchant.id, touched, reason=None if changed else "already_known")


def _keep_membership(row: Membership, fact: facts.MembershipChanged) -> bool:
    view, changed = fact.membership, row.id is None
    ended = membership_ended(view, fact.at)
    if ended is not None:
        at, reason = ended.at.isoformat(), ended.reason.value
        if reason != row.endings.get(at):
            # Of two with one time, the same one in whatever order they came.
            row.endings = {**row.endings, at: min(reason, row.endings.get(at, reason))}
            changed = True
    if fact.at >= row.seen_at:
        cancels = bool(view.cancel_at_period_end)
        changed = changed or (row.status, row.cancel_at_period_end) != (view.status.value, cancels)
        row.status, row.cancel_at_period_end, row.seen_at = view.status.value, cancels, fact.at
        row.manage_url = view.manage_url or row.manage_url
        row.product_title = view.product_title or row.product_title
        row.current_period_end = view.current_period_end or row.current_period_end
        row.plan_id = view.plan_id or row.plan_id
        row.started_at = view.created_at or row.started_at
    return changed


def _cases_of_membership(session: Session, merchant_id: int, membership_id: str) -> list[Case]:
    return list(
        session.scalars(
            select(Case)
            .join(Payment, Case.payment_id == Payment.id)
            .where(
                Payment.merchant_id == merchant_id,
                Payment.membership_id == membership_id,
                Case.closed_at.is_(None) | Case.reason.in_(ENDINGS),
            )
            .order_by(Case.id)
        )
    )
