"""Rows as the program would have left them, for tests of what is read: written straight into the tables."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note_case
from app.models import Case, Customer, Delivery, InboxRow, Merchant, Payment, Step, Visit
from app.recovery.followed import day_of_payment
from app.recovery.reasons import Reason, Why

_numbers = count(1)

MESSAGE: dict[str, Any] = {
    "message_id": "token.1",
    "language": "en",
    "subject": "Your payment for Options Lab did not go through",
    "preview": "One minute to put it right.",
    "greeting": "Hi Ada,",
    "paragraphs": ["The charge of $49.00 did not go through.", "You can put it right in a minute."],
    "details": [["Product", "Options Lab"], ["Amount", "$49.00"]],
    "action": {"label": "Put it right", "url": "http://localhost:3000/r/token"},
    "closing": ["Or open Whop yourself."],
    "footer": ["You get this because a renewal failed."],
    "sender_name": "Options Lab",
    "reply_to": None,
    "unsubscribe": {"label": "Stop reminders", "url": "http://localhost:3000/unsubscribe/token"},
}


def merchant(session: Session, biz_id: str, *, now: datetime, **changes: Any) -> Merchant:
    row = Merchant(**{**Merchant.fresh(biz_id, title=None, now=now), **changes})
    session.add(row)
    session.flush()
    return row


def case(
    session: Session,
    owner: Merchant,
    *,
    at: datetime,
    state: str = "open",
    reason: str = "collecting",
    recovered_after: timedelta | None = None,
    name: str | None = "Ada Lovelace",
    email: str | None = "ada@example.com",
    product: str | None = "Options Lab",
    payment_id: str | None = None,
    payment: dict[str, Any] | None = None,
    **changes: Any,
) -> Case:
    """A case whose first failure was at `at`, with a customer and a payment of its own."""
    number = next(_numbers)
    customer = Customer(
        merchant_id=owner.id, identity=f"user_{number}", name=name, email=email, complaints={},
        seen_at=at, created_at=at,
    )  # fmt: skip
    session.add(customer)
    session.flush()
    recovered_at = at + recovered_after if recovered_after is not None else None
    values = {"amount_minor": 4900, "currency": "usd", "decline_class": "A", **changes}
    bill = Payment(
        merchant_id=owner.id, customer_id=customer.id, payment_id=payment_id or f"pay_{number}",
        billing_reason="subscription_cycle", product_title=product, amount_minor=values["amount_minor"],
        currency=values["currency"], failed_at=at, last_failed_at=at, paid_at=recovered_at, seen_at=at,
        **{"decline_code": "insufficient_funds", **(payment or {})},
    )  # fmt: skip
    session.add(bill)
    session.flush()
    over = state in ("recovered", "lost", "reversed", "void")
    row = Case(
        merchant_id=owner.id, customer_id=customer.id, payment_id=bill.id, token=f"token{number}",
        state=state, reason=reason, opened_at=at, recovered_at=recovered_at, policy_version=1,
        created_at=at, closed_at=(recovered_at or at) if over else None,
        paid_on=day_of_payment(at, recovered_at) if recovered_at else None, **values,
    )  # fmt: skip
    session.add(row)
    session.flush()
    note_case(session, row, Act.CASE_OPENED, actor=Actor.WORKER, at=at, detail={"class": row.decline_class})
    return row


def step(session: Session, of: Case, *, position: int = 1, due_at: datetime, **changes: Any) -> Step:
    values = {
        "kind": "remind",
        "wording_key": "funds.first",
        "wording_version": 1,
        "channel": "email",
        "why": Reason(Why.QUIET_DAY_OVER, {"hours": 24, "class": "A"}).stored(),
        "state": "planned",
        "attempts": 0,
        "tries": 0,
        **changes,
    }
    row = Step(case_id=of.id, position=position, due_at=due_at, planned_at=due_at, **values)
    session.add(row)
    session.flush()
    return row


def delivery(session: Session, of: Step, *, at: datetime, outcome: str = "sent", **changes: Any) -> Delivery:
    of.state = "sent"
    row = Delivery(
        step_id=of.id, case_id=of.case_id, fence=1, channel=of.channel, outcome=outcome,
        **{"content": MESSAGE, "recipient": "ada@example.com", **changes}, started_at=at, lease_until=at,
        ended_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def visit(session: Session, to: Case, *, at: datetime, kind: str = "continued") -> Visit:
    row = Visit(case_id=to.id, kind=kind, target="manage", at=at)
    session.add(row)
    session.flush()
    return row


def event(session: Session, *, owner: Merchant | None, at: datetime, **changes: Any) -> InboxRow:
    number = next(_numbers)
    values = {"state": "done", "event_type": "payment.failed", "origin": "webhook", "attempts": 1, **changes}
    row = InboxRow(
        message_id=f"msg_{number}", body=b"{}", received_at=at, due_at=at,
        merchant_id=owner.id if owner else None, **values,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
