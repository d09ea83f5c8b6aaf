"""The merchant's word on whether failed payments may be charged once more by us; running cases follow it at once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.cases.retrying import follow_case
from app.cases.rules import Rules
from app.cases.standing import lock_case
from app.models import Case, Merchant
from app.models.merchant import lock_merchant
from app.recovery.campaign import LIMITS
from app.recovery.machine import CaseState


def switch_charges(
    session: Session, merchant: Merchant, *, on: bool, actor: str, now: datetime, rules: Rules
) -> bool:
    """False: it was so already."""
    lock_merchant(session, merchant.id)
    session.refresh(merchant)
    if merchant.retries_on is on:
        return False
    merchant.retries_on = on
    detail = {"fields": ["retries_on"]}
    note(session, Act.PROFILE_CHANGED, merchant_id=merchant.id, actor=actor, at=now, detail=detail)
    session.flush()
    within = (Case.state == CaseState.OPEN.value, Case.opened_at > now - LIMITS.runway)
    for case in session.scalars(
        select(Case).where(Case.merchant_id == merchant.id, *within).order_by(Case.id)
    ).all():
        lock_case(session, case)
        follow_case(session, case, now=now, rules=rules)
    return True
