"""The lines a case's timeline is made of: who did what, when, with which codes and figures."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import Audit, Case

_NOTED = "autocharge_noted"
BY_PROGRAM = "autocharge_by_program"
"""In a session's info: the personal token by which a person's program acts; each line says it."""


class Actor(StrEnum):
    WHOP = "whop"
    WORKER = "worker"
    CUSTOMER = "customer"
    COMMAND = "command"
    """Whoever may run programs on the server."""


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
    SWITCH_PLANNED = "switch_planned"
    SWITCH_KEPT = "switch_kept"
    SWITCH_CANCELLED = "switch_cancelled"
    SWITCH_PUT_OFF = "switch_put_off"
    SWITCH_STARTED = "switch_started"
    SWITCH_ENDED = "switch_ended"
    UNDO_KEPT = "undo_kept"
    UNDO_STARTED = "undo_started"
    UNDO_ENDED = "undo_ended"
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
    CUSTOMER_EXPORTED = "customer_exported"
    CUSTOMER_ERASED = "customer_erased"
    FLOOD_LET_GO = "flood_let_go"
    POLICY_CHANGED = "policy_changed"
    RETRY_ASKED = "retry_asked"
    CARD_CONSENT_GIVEN = "card_consent_given"
    CARD_CONSENT_WITHDRAWN = "card_consent_withdrawn"
    UNDO_ASKED = "undo_asked"
    PROFILE_CHANGED = "profile_changed"
    VIEW_SAVED = "view_saved"
    VIEW_RENAMED = "view_renamed"
    VIEW_DELETED = "view_deleted"
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
    ENDPOINT_ADDED = "endpoint_added"
    ENDPOINT_CHANGED = "endpoint_changed"
    ENDPOINT_SWITCHED = "endpoint_switched"
    ENDPOINT_ROTATED = "endpoint_rotated"
    ENDPOINT_REMOVED = "endpoint_removed"
    ENDPOINT_TESTED = "endpoint_tested"
    ENDPOINT_RESENT = "endpoint_resent"
    API_ACCESS_GIVEN = "api_access_given"
    API_ACCESS_ENDED = "api_access_ended"
    DATA_PRUNED = "data_pruned"


def note_case(
    session: Session, case: Case, act: Act, *, actor: str, at: datetime, detail: dict[str, Any] | None = None
) -> None:
    """One line in the case's timeline. `detail` holds codes and figures, never an address or a secret."""
    note(session, act, merchant_id=case.merchant_id, case_id=case.id, actor=actor, at=at, detail=detail)


def note(
    session: Session,
    act: Act,
    *,
    merchant_id: int | None,
    case_id: int | None = None,
    actor: str,
    at: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """One line of what somebody did. `merchant_id`: None where it is about the whole install."""
    by = (
        {"token": session.info[BY_PROGRAM]}
        if BY_PROGRAM in session.info and actor.startswith("user:")
        else {}
    )
    line = {
        "merchant_id": merchant_id,
        "case_id": case_id,
        "actor": actor,
        "action": act.value,
        "detail": {**(detail or {}), **by},
        "at": at,
    }
    # A plain insert: nobody needs the row back, and a case's life writes many.
    session.execute(insert(Audit), [line])
    session.info.setdefault(_NOTED, []).append(line)


def noted(session: Session) -> list[dict[str, Any]]:
    """The lines that this session has written, in their order: for the log, once they are committed."""
    return list(session.info.get(_NOTED, ()))
