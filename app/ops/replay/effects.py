"""What a run has brought about, in a form in which two runs can be laid side by side. Reads only.

Left out is what may depend on the order of events without anybody noticing: numbers of rows, steps that were
planned and cancelled before their time, a retry that was thought of and never made, an alert that was out of date
before it went out, and the lines of a timeline that tell of such things. What reached somebody is compared to the
word: each message, each charge that Whop was asked for, each alert to the merchant.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.audit import Act
from app.models import (
    Alert,
    AlertDelivery,
    Attempt,
    Audit,
    Case,
    Customer,
    Delivery,
    Merchant,
    Payment,
    Retry,
    Step,
)
from notifiers.base import Message

ALWAYS_NOTED = (Act.CASE_OPENED.value, Act.PAYMENT_FAILED.value)
"""Acts that every order of the same events must leave on a case's timeline."""

Line = tuple[str, ...]
Effects = Mapping[str, list[Line]]
"""By kind, then readable lines in a fixed order; the first word of each is the merchant's id."""

OUTCOME = ("cases", "money", "people")
"""What must be the same in the end although events came too late for the messages to be."""


@dataclass(frozen=True, slots=True)
class SentMessage:
    at: datetime
    payment: tuple[str, str]
    """Merchant and payment id."""
    wording_key: str


@dataclass(frozen=True, slots=True)
class Charge:
    at: datetime
    payment: tuple[str, str]


def effects_of(session: Session, alerts: Iterable[Message] = ()) -> Effects:
    """`alerts`: what merchants were sent, in any order."""
    return {
        "cases": sorted(_cases(session)),
        "money": sorted(_money(session)),
        "people": sorted(_people(session)),
        "messages": sorted(_messages(session)),
        "steps": sorted(_steps(session)),
        "charges": sorted(_charges(session)),
        "alerts": sorted(_alerts(session, {alert.message_id: alert for alert in alerts})),
        "attempts": sorted(_attempts(session)),
        "acts": sorted(set(_acts(session))),
    }


def sent_messages(session: Session) -> list[SentMessage]:
    wanted = (
        select(Delivery.started_at, Merchant.biz_id, Payment.payment_id, Step.wording_key)
        .join(Step, Delivery.step_id == Step.id)
        .join(Case, Delivery.case_id == Case.id)
        .join(Payment, Case.payment_id == Payment.id)
        .join(Merchant, Case.merchant_id == Merchant.id)
        .order_by(Delivery.id)
    )
    return [
        SentMessage(at, (biz_id, payment_id), key) for at, biz_id, payment_id, key in session.execute(wanted)
    ]


def charges_made(session: Session) -> list[Charge]:
    return [
        Charge(retry.started_at, (biz_id, payment.payment_id))
        for retry, payment, biz_id in _with_payment(session, Retry)
        if retry.started_at is not None
    ]


def _cases(session: Session) -> Iterator[Line]:
    for case, payment, biz_id in _with_payment(session, Case):
        yield _line(
            biz_id, payment.payment_id, case.state, case.reason, case.decline_class, case.origin,
            "closed" if case.closed_at else "running",
        )  # fmt: skip


def _money(session: Session) -> Iterator[Line]:
    for case, payment, biz_id in _with_payment(session, Case):
        yield _line(
            biz_id, payment.payment_id, case.amount_minor, case.currency, "failed", case.opened_at,
            "paid", case.recovered_at, "taken back", case.taken_back_minor,
        )  # fmt: skip


def _people(session: Session) -> Iterator[Line]:
    wanted = select(Customer, Merchant.biz_id).join(Merchant)
    for person, biz_id in session.execute(wanted):
        yield _line(biz_id, person.identity, person.email, person.contact_stopped, person.complaints)


def _messages(session: Session) -> Iterator[Line]:
    wanted = (
        select(Delivery, Step.wording_key, Payment.payment_id, Merchant.biz_id)
        .join(Step, Delivery.step_id == Step.id)
        .join(Case, Delivery.case_id == Case.id)
        .join(Payment, Case.payment_id == Payment.id)
        .join(Merchant, Case.merchant_id == Merchant.id)
    )
    for delivery, key, payment_id, biz_id in session.execute(wanted):
        yield _line(
            biz_id, payment_id, delivery.started_at, key, delivery.channel, delivery.recipient,
            delivery.outcome, delivery.content["subject"],
        )  # fmt: skip


def _steps(session: Session) -> Iterator[Line]:
    for case, payment, biz_id in _with_payment(session, Case):
        yield _line(biz_id, payment.payment_id, "attribution", case.attribution)
    wanted = (
        select(Step, Payment.payment_id, Merchant.biz_id)
        .join(Case, Step.case_id == Case.id)
        .join(Payment, Case.payment_id == Payment.id)
        .join(Merchant, Case.merchant_id == Merchant.id)
        .where(Step.state != "cancelled")
    )
    for step, payment_id, biz_id in session.execute(wanted):
        why = (step.outcome_why or {}).get("code")
        yield _line(biz_id, payment_id, step.wording_key, step.planned_at, step.state, why)


def _charges(session: Session) -> Iterator[Line]:
    for retry, payment, biz_id in _with_payment(session, Retry):
        if retry.started_at is not None:
            yield _line(
                biz_id, payment.payment_id, retry.started_at, retry.state, retry.why["code"], retry.actor
            )


def _alerts(session: Session, letters: Mapping[str, Message]) -> Iterator[Line]:
    """What was told, when, where and in which words."""
    wanted = (
        select(AlertDelivery, Alert, Payment.payment_id, Merchant.biz_id)
        .join(Alert, AlertDelivery.alert_id == Alert.id)
        .join(Merchant, Alert.merchant_id == Merchant.id)
        .outerjoin(Case, Alert.case_id == Case.id)
        .outerjoin(Payment, Case.payment_id == Payment.id)
        .where(AlertDelivery.state == "sent")
    )
    for row, alert, payment_id, biz_id in session.execute(wanted):
        letter = letters[f"alert.{alert.id}"]
        words = " / ".join((letter.subject, *letter.paragraphs, *map(str, letter.details)))
        yield _line(biz_id, payment_id, row.ended_at, alert.kind, row.place, words)


def _attempts(session: Session) -> Iterator[Line]:
    for attempt, payment, biz_id in _with_payment(session, Attempt):
        yield _line(biz_id, payment.payment_id, attempt.at, attempt.outcome, attempt.decline_code)


def _acts(session: Session) -> Iterator[Line]:
    wanted = (
        select(Audit.action, Payment.payment_id, Merchant.biz_id)
        .join(Case, Audit.case_id == Case.id)
        .join(Payment, Case.payment_id == Payment.id)
        .join(Merchant, Audit.merchant_id == Merchant.id)
        .where(Audit.action.in_(ALWAYS_NOTED))
    )
    for action, payment_id, biz_id in session.execute(wanted):
        yield _line(biz_id, payment_id, action)


def _with_payment(
    session: Session, row: type[Case] | type[Attempt] | type[Retry]
) -> Iterator[tuple[Any, Payment, str]]:
    wanted = (
        select(row, Payment, Merchant.biz_id)
        .join(Payment, row.payment_id == Payment.id)
        .join(Merchant, Payment.merchant_id == Merchant.id)
    )
    yield from ((one, payment, biz_id) for one, payment, biz_id in session.execute(wanted))


def _line(*words: object) -> Line:
    return tuple(_word(word) for word in words)


def _word(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dict):
        return str(sorted(value.items()))
    return "–" if value is None else str(value)
