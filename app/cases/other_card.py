"""Who may have another saved card charged: the merchant's switch, the customer's consent, and the way back.

Each command holds the merchant's lock, leaves an audit line, and may be repeated: where nothing was to be done it
says so. Nobody is asked outside: a worker puts the former card back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note, note_case
from app.cases.commands import Refusal, lock
from app.cases.rules import Rules
from app.cases.standing import lock_case, running_cases
from app.cases.switching import follow_switch, new_key, new_row, switch_of
from app.models import Case, Customer, Membership, Merchant, MethodSwitch, Payment
from app.models.contact import LEFT
from app.models.merchant import lock_merchant
from app.models.method_switch import DONE
from app.recovery.campaign import LIMITS
from app.recovery.facts import MembershipStatus
from app.recovery.machine import CaseState
from app.recovery.reasons import Reason, Why
from app.recovery.switch import KIND, UNDO, Method, Undoing, why_no_undo


def switch_other_card(
    session: Session, merchant: Merchant, *, on: bool, actor: str, now: datetime, rules: Rules
) -> bool:
    """The merchant's own switch; running cases follow it at once. False: it was so already."""
    lock_merchant(session, merchant.id)
    session.refresh(merchant)
    if merchant.other_card_on is on:
        return False
    merchant.other_card_on = on
    detail = {"fields": ["other_card_on"], "on": on}
    note(session, Act.PROFILE_CHANGED, merchant_id=merchant.id, actor=actor, at=now, detail=detail)
    session.flush()
    agreed = (Customer.card_consent_at.is_not(None), Case.opened_at > now - LIMITS.runway)
    found = session.scalars(
        select(Case)
        .join(Customer, Case.customer_id == Customer.id)
        .where(Case.merchant_id == merchant.id, Case.state == CaseState.OPEN.value, *agreed)
        .order_by(Case.id)
    ).all()
    _follow(session, found, now=now, rules=rules)
    return True


def agree(
    session: Session, customer: Customer, *, version: int, language: str, now: datetime, rules: Rules
) -> bool:
    """`version` and `language` are those of the words that were read. Only while the merchant has it on."""
    if customer.card_consent_at is not None or not customer.merchant.other_card_on:
        return False
    customer.card_consent_at = now
    customer.card_consent_version, customer.card_consent_language = version, language
    detail = {"version": version, "language": language}
    _told(session, customer, Act.CARD_CONSENT_GIVEN, Actor.CUSTOMER, now=now, detail=detail)
    _follow(session, running_cases(session, customer), now=now, rules=rules)
    return True


def withdraw(session: Session, customer: Customer, *, actor: str, now: datetime, rules: Rules) -> bool:
    """By the customer, or by the merchant for them. What is planned is kept; a charge under way is not undone."""
    if customer.card_consent_at is None:
        return False
    detail = {"version": customer.card_consent_version, "given": customer.card_consent_at.isoformat()}
    customer.card_consent_at = customer.card_consent_version = customer.card_consent_language = None
    _told(session, customer, Act.CARD_CONSENT_WITHDRAWN, actor, now=now, detail=detail)
    _follow(session, running_cases(session, customer), now=now, rules=rules)
    return True


def withdraw_for(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> Refusal | None:
    """From the case's page, by the merchant."""
    lock(session, case)
    done = withdraw(session, case.customer, actor=actor, now=now, rules=rules)
    return None if done else Refusal.ALREADY


def ask_undo(session: Session, case: Case, *, actor: str, now: datetime, rules: Rules) -> Reason | None:
    """Put the former card back. None: a worker does it, after a last look at Whop; else why it cannot be done.

    It takes the consent back as well: or the next failed renewal would do the same again.
    """
    lock(session, case)
    row = switch_of(session, case, UNDO)
    refusal = why_no_undo(undoing_of(session, case, now=now, rules=rules))
    if refusal is not None:
        return refusal
    switch = switch_of(session, case)
    assert switch is not None
    if row is None:
        row = new_row(case, UNDO)
        session.add(row)
    row.state, row.due_at, row.key, row.actor, row.decided_at = "planned", now, new_key(), actor, now
    row.why, row.outcome_why, row.ended_at = Reason(Why.UNDO_WISHED).stored(), None, None
    row.method_id, row.former_id = switch.former_id, switch.method_id
    row.card_brand, row.card_last4 = switch.former_brand, switch.former_last4
    session.flush()
    note_case(session, case, Act.UNDO_ASKED, actor=actor, at=now)
    withdraw(session, case.customer, actor=actor, now=now, rules=rules)
    return None


def begin_undo(session: Session, case: Case, row: MethodSwitch, *, now: datetime, rules: Rules) -> bool:
    """The last word before the former card is put back, by what Whop has just shown."""
    refusal = why_no_undo(undoing_of(session, case, now=now, rules=rules, under_way=True))
    if refusal is None:
        return True
    row.state, row.why, row.lease_until, row.ended_at = "kept", refusal.stored(), None, now
    note_case(session, case, Act.UNDO_KEPT, actor=Actor.WORKER, at=now, detail=refusal.stored())
    return False


def undoing_of(
    session: Session, case: Case, *, now: datetime, rules: Rules, under_way: bool = False
) -> Undoing:
    """`under_way`: whoever asks is the one who carries it out."""
    rows = {row.kind: row for row in session.scalars(_of(case))}
    switch, undo = rows.get(KIND), rows.get(UNDO)
    asked = undo is not None and undo.state in ("planned", "claimed", *DONE)
    membership = _membership(session, case)
    return Undoing(
        taken=switch is not None and switch.state == "taken" and _still_ours(session, case, switch),
        asked=asked and not under_way,
        open_payment=_unpaid(session, case, membership),
        left=membership is not None and membership.status in LEFT,
        former=_former(switch),
        now=now,
        forbidden=None if rules.retries else Reason(Why.RETRY_NO_KEY),
    )


def _of(case: Case) -> Any:
    return select(MethodSwitch).where(MethodSwitch.payment_id == case.payment_id)


def _former(switch: MethodSwitch | None) -> Method | None:
    if switch is None or switch.former_id is None:
        return None
    return Method(
        method_id=switch.former_id,
        brand=switch.former_brand,
        last4=switch.former_last4,
        exp_month=switch.former_exp_month,
        exp_year=switch.former_exp_year,
    )


def _still_ours(session: Session, case: Case, switch: MethodSwitch) -> bool:
    """Nothing has changed the card since: neither a later switch nor the customer at Whop, as far as payments tell."""
    newest = session.scalar(
        select(Payment.method_id)
        .where(
            Payment.merchant_id == case.merchant_id,
            Payment.membership_id == case.payment.membership_id,
            Payment.method_id.is_not(None),
        )
        .order_by(Payment.seen_at.desc(), Payment.id.desc())
        .limit(1)
    )
    return newest in (switch.method_id, switch.former_id)


def _unpaid(session: Session, case: Case, membership: Membership | None) -> bool:
    """This payment, or another one of the same membership, that Whop would charge to the card at once."""
    if membership is not None and membership.status == MembershipStatus.PAST_DUE:
        return True
    same = (Case.merchant_id == case.merchant_id, Payment.membership_id == case.payment.membership_id)
    still = (
        select(Case.id).join(Payment, Case.payment_id == Payment.id).where(*same, Case.closed_at.is_(None))
    )
    return session.scalar(still.limit(1)) is not None


def _membership(session: Session, case: Case) -> Membership | None:
    return session.scalars(
        select(Membership).where(
            Membership.merchant_id == case.merchant_id,
            Membership.membership_id == case.payment.membership_id,
        )
    ).one_or_none()


def _follow(session: Session, cases: Sequence[Case], *, now: datetime, rules: Rules) -> None:
    for case in cases:
        session.flush()
        lock_case(session, case)
        follow_switch(session, case, now=now, rules=rules)


def _told(
    session: Session, customer: Customer, act: Act, actor: str, *, now: datetime, detail: dict[str, Any]
) -> None:
    """In the history of each case that it is about, and once where it is about none."""
    session.flush()
    detail = {"customer": customer.id, **detail}
    cases = running_cases(session, customer)
    for case in cases:
        note_case(session, case, act, actor=actor, at=now, detail=detail)
    if not cases:
        note(session, act, merchant_id=customer.merchant_id, actor=actor, at=now, detail=detail)
