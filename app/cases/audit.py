"""The lines a case's timeline is made of: who did what, when, with which codes and figures."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import Audit, Case


class Actor(StrEnum):
    WHOP = "whop"
    WORKER = "worker"
    CUSTOMER = "customer"


class Act(StrEnum):
    # heard from Whop
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_NEEDS_ACTION = "payment_needs_action"
    PAYMENT_SUCCEEDED = "payment_succeeded"
    PAYMENT_PENDING = "payment_pending"
    PAYMENT_VOIDED = "payment_voided"
    PAYMENT_REFUNDED = "payment_refunded"
    PAYMENT_DISPUTED = "payment_disputed"
    COMPLAINT_CHANGED = "complaint_changed"
    MEMBERSHIP_CHANGED = "membership_changed"
    # decided by us
    CASE_OPENED = "case_opened"
    CASE_CHANGED = "case_changed"
    CASE_JOINED = "case_joined"
    CASE_LEADS = "case_leads"
    CLASS_CHANGED = "class_changed"
    PLAN_MADE = "plan_made"
    STEPS_CANCELLED = "steps_cancelled"
    MERCHANT_ALERT = "merchant_alert"
    # done by people
    OPTED_OUT = "opted_out"
    CASE_HELD = "case_held"
    CASE_RESUMED = "case_resumed"
    CASE_CLOSED_BY_MERCHANT = "case_closed_by_merchant"
    PROFILE_CHANGED = "profile_changed"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"


def note_case(
    session: Session, case: Case, act: Act, *, actor: str, at: datetime, detail: dict[str, Any] | None = None
) -> None:
    """One line in the case's timeline. `detail` holds codes and figures, never an address or a secret."""
    note(session, act, merchant_id=case.merchant_id, case_id=case.id, actor=actor, at=at, detail=detail)


def note(
    session: Session,
    act: Act,
    *,
    merchant_id: int,
    case_id: int | None = None,
    actor: str,
    at: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """One line of what somebody did."""
    line = {
        "merchant_id": merchant_id,
        "case_id": case_id,
        "actor": actor,
        "action": act.value,
        "detail": detail or {},
        "at": at,
    }
    # A plain insert: nobody needs the row back, and a case's life writes many.
    session.execute(insert(Audit), [line])
