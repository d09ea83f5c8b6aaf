"""Each day's lesson of a merchant: how the cases that tried something stand, and what follows from it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from app.cases.audit import Act
from app.cases.learning import newest_rows
from app.cases.preferences import OPTED_OUT
from app.db import Database
from app.models import Audit, Case, ChosenArm, Customer, Learned, Merchant
from app.models.merchant import lock_merchant
from app.recovery.learning import RESOLVED_AFTER, Decision, Lesson, Tally, learn
from app.recovery.machine import CaseReason, CaseState

BATCH = 50
"""Merchants whose lesson is drawn up in one run of the chore."""


def learn_daily(database: Database, *, now: datetime) -> int:
    """Draw up today's lesson of every merchant that learns and has none yet; how many there were."""
    today = now.astimezone(UTC).date()
    has_one = exists().where(Learned.merchant_id == Merchant.id, Learned.day == today)
    wanted = select(Merchant.id).where(Merchant.learning_on, ~has_one).order_by(Merchant.id).limit(BATCH)
    with database.reading() as read:
        found: Sequence[int] = read.scalars(wanted).all()
    for merchant_id in found:
        with database.transaction() as session:
            lock_merchant(session, merchant_id)
            if session.scalar(wanted.where(Merchant.id == merchant_id)) is not None:
                session.execute(insert(Learned), _lesson_rows(session, merchant_id, today, now=now))
    return len(found)


def lessons_of(session: Session, merchant: Merchant) -> tuple[date | None, tuple[Lesson, ...]]:
    """The newest lesson of each decision, and of which day it is; None: nothing was learned yet."""
    rows = newest_rows(session, merchant)
    tallies: dict[Decision, dict[str, Tally]] = {decision: {} for decision in Decision}
    for row in rows:
        if row.decision in list(Decision):
            tallies[Decision(row.decision)][row.arm] = Tally(
                resolved=row.resolved,
                recovered=row.recovered,
                cancelled=row.cancelled,
                unsubscribed=row.unsubscribed,
                complained=row.complained,
                disputed=row.disputed,
            )
    lessons = tuple(learn(decision, tallies[decision]) for decision in Decision)
    return (rows[0].day if rows else None), lessons


def _lesson_rows(
    session: Session, merchant_id: int, today: date, *, now: datetime
) -> list[dict[str, object]]:
    tallies: dict[Decision, dict[str, Tally]] = {decision: {} for decision in Decision}
    for decision, arm, *counts in session.execute(_tallies(merchant_id, now=now)):
        if decision in list(Decision):
            names = ("resolved", "recovered", "cancelled", "unsubscribed", "complained", "disputed")
            tallies[Decision(decision)][arm] = Tally(**dict(zip(names, counts, strict=True)))
    return [
        {
            "merchant_id": merchant_id,
            "day": today,
            "decision": decision.value,
            "arm": arm.name,
            **asdict(arm.tally),
            "dropped": arm.dropped.value if arm.dropped else None,
            "probability": arm.probability,
        }
        for decision in Decision
        for arm in learn(decision, tallies[decision]).arms
    ]


def _tallies(merchant_id: int, *, now: datetime) -> Select[str, str, int, int, int, int, int, int]:
    """Of cases old enough: each counts from then on, as it stands on the day."""
    opted_out = or_(
        Case.reason == CaseReason.STOPPED_BY_CUSTOMER.value, Customer.contact_stopped == OPTED_OUT
    )
    return (
        select(
            ChosenArm.decision,
            ChosenArm.arm,
            func.count(),
            _sum(Case.state == CaseState.RECOVERED.value),
            _sum(Case.reason == CaseReason.CUSTOMER_CANCELED.value),
            _sum(opted_out),
            _sum(_told_of(Act.COMPLAINT_CHANGED)),
            _sum(_told_of(Act.PAYMENT_DISPUTED)),
        )
        .join(Case, ChosenArm.case_id == Case.id)
        .join(Customer, Case.customer_id == Customer.id)
        .where(
            and_(
                ChosenArm.merchant_id == merchant_id,
                Case.opened_at <= now - RESOLVED_AFTER,
                Case.state != CaseState.VOID.value,
            )
        )
        .group_by(ChosenArm.decision, ChosenArm.arm)
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _told_of(act: Act) -> ColumnElement[bool]:
    return exists().where(Audit.case_id == Case.id, Audit.action == act.value)
