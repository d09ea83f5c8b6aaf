"""The lines a case's timeline is made of: who did what, when, with which codes and figures."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import Audit, Case

_NOTED = "autocharge_noted"


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
    POLICY_CHOSEN = "policy_chosen"
    CASE_CHANGED = "case_changed"
    CASE_JOINED = "case_joined"
    CASE_LEADS = "case_leads"
    ARM_FOLLOWED = "arm_followed"
    CLASS_CHANGED = "class_changed"
    PLAN_MADE = "plan_made"
    STEPS_CANCELLED = "steps_cancelled"
    OFFER_PLANNED = "offer_planned"
    OFFER_LEFT_OUT = "offer_left_out"
    MERCHANT_ALERT = "merchant_alert"
    RETRY_PLANNED = "retry_planned"
    RETRY_KEPT = "retry_kept"
    RETRY_CANCELLED = "retry_cancelled"
    RETRY_PUT_OFF = "retry_put_off"
    RETRY_STARTED = "retry_started"
    RETRY_ENDED = "retry_ended"
    # done by people
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    ACCOUNT_LINKED = "account_linked"
    ACCOUNT_UNLINKED = "account_unlinked"
    PREFERENCES_CHANGED = "preferences_changed"
    CUSTOMER_IDENTIFIED = "customer_identified"
    CASE_STOPPED_BY_CUSTOMER = "case_stopped_by_customer"
    CASE_HELD = "case_held"
    CASE_RESUMED = "case_resumed"
    CASE_CLOSED_BY_MERCHANT = "case_closed_by_merchant"
    CASE_PAID_ELSEWHERE = "case_paid_elsewhere"
    SEND_ASKED_FOR = "send_asked_for"
    NOTE_ADDED = "note_added"
    CUSTOMER_EXCLUDED = "customer_excluded"
    CUSTOMER_READMITTED = "customer_readmitted"
    POLICY_CHANGED = "policy_changed"
    RETRY_ASKED = "retry_asked"
    PROFILE_CHANGED = "profile_changed"
    WHOP_WINDOW_CHANGED = "whop_window_changed"
    WORDING_CHANGED = "wording_changed"
    WORDING_RESET = "wording_reset"
    EXPERIMENT_BEGUN = "experiment_begun"
    EXPERIMENT_ENDED = "experiment_ended"
    TEST_MESSAGE_SENT = "test_message_sent"
    EVENTS_HEARD_AGAIN = "events_heard_again"
    BACKFILL_ASKED = "backfill_asked"
    TEST_EVENT_ASKED = "test_event_asked"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"


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
    session.info.setdefault(_NOTED, []).append(line)


def noted(session: Session) -> list[dict[str, Any]]:
    """The lines that this session has written, in their order: for the log, once they are committed."""
    return list(session.info.get(_NOTED, ()))
