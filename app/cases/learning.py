"""Gives new cases something to try. How often what is used is decided by `app.recovery.learning`, once a day.

Cases of the control group, back-filled ones, followers of another case, and people who are not to be written
to take no part. A case keeps what it was given.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.cases.rules import Rules
from app.models import Case, ChosenArm, Customer, Learned, Merchant
from app.models.customer import USER
from app.recovery.decline import DeclineClass
from app.recovery.learning import (
    ARMS,
    Choice,
    Decision,
    choose,
    untaught,
)
from app.recovery.wish import open_decisions


def choices_of(
    session: Session, row: Case, *, new: bool, planned: bool, now: datetime, rules: Rules
) -> tuple[Choice, ...]:
    """What this case tries: drawn when its messages are first laid out, and kept.

    `new`: the case has just been made. `planned`: it has had messages laid out before.
    """
    if not row.merchant.learning_on or row.hands_off is not None:
        return ()
    kept = () if new else _kept(session, row)
    if kept or planned or row.leader_id is not None or row.customer.no_contact:
        return kept
    day, lesson = _newest(session, row.merchant)
    chosen = tuple(
        choose(
            decision,
            lesson.get(decision) or untaught(decision),
            key=row.merchant.hash_key,
            case=row.payment.payment_id,
        )
        for decision in open_decisions(DeclineClass(row.decline_class), channels=row.campaign.channels)
        if decision is not Decision.FIRST_CHANNEL or _leaves_the_channel_to_us(row.customer, rules)
    )
    lines = [
        {
            "merchant_id": row.merchant_id,
            "case_id": row.id,
            "decision": choice.decision.value,
            "arm": choice.arm,
            "probability": choice.probability,
            "day": day,
            "created_at": now,
        }
        for choice in chosen
    ]
    if lines:
        session.execute(insert(ChosenArm), lines)
    return chosen


def _kept(session: Session, row: Case) -> tuple[Choice, ...]:
    stored = session.scalars(select(ChosenArm).where(ChosenArm.case_id == row.id).order_by(ChosenArm.id))
    return tuple(Choice(Decision(one.decision), one.arm, one.probability) for one in stored)


def _newest(
    session: Session, merchant: Merchant
) -> tuple[date | None, Mapping[Decision, Mapping[str, float]]]:
    """The probabilities of the newest lesson; a decision whose arms have changed since is not among them."""
    rows = newest_rows(session, merchant)
    found: dict[Decision, Mapping[str, float]] = {}
    for decision in Decision:
        by_arm = {row.arm: row.probability for row in rows if row.decision == decision}
        if set(by_arm) == set(ARMS[decision]):
            found[decision] = {arm: by_arm[arm] for arm in ARMS[decision]}
    return (rows[0].day if rows else None), found


def newest_rows(session: Session, merchant: Merchant) -> Sequence[Learned]:
    """The arms of the newest lesson of all decisions; none before the first day."""
    newest = select(func.max(Learned.day)).where(Learned.merchant_id == merchant.id).scalar_subquery()
    return session.scalars(
        select(Learned).where(Learned.merchant_id == merchant.id, Learned.day == newest)
    ).all()


def _leaves_the_channel_to_us(customer: Customer, rules: Rules) -> bool:
    """And can be reached by Whop's chat, so that every arm is open to them."""
    return rules.whop_chat and customer.preferred_channel is None and customer.identity.startswith(USER)
