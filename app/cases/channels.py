"""What each channel carried for the cases of a period, counted from the messages themselves. Reads only."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.models import Case, Delivery, Merchant, Step
from app.models.case import LIVE
from app.models.contact import REACHED
from app.recovery.machine import CaseState
from app.recovery.money import Money, totals
from app.recovery.period import Period
from app.recovery.winback import KIND


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """What one channel did for the cases of a period."""

    channel: str
    outcomes: dict[str, int]
    """Messages by outcome: sent, unknown, gave_up, retry."""
    cases: int
    """Cases with a message that reached the person, or may have."""
    recovered_after: int
    """Recovered cases whose last message came by this channel; not a proof that it was the cause."""
    recovered_money: tuple[Money, ...]


def channels(session: Session, merchant: Merchant, period: Period) -> tuple[ChannelFigures, ...]:
    """One entry for each channel that carried a reminder of the period's cases, by name; offers are no reminders."""
    theirs = in_period(merchant, period)
    sends = session.execute(
        select(Delivery.channel, Delivery.outcome, func.count())
        .join(Case, Delivery.case_id == Case.id)
        .join(Step, Delivery.step_id == Step.id)
        .where(theirs, Step.kind != KIND)
        .group_by(Delivery.channel, Delivery.outcome)
    ).all()
    reached: dict[str, int] = dict(
        session.execute(
            select(Delivery.channel, func.count(Delivery.case_id.distinct()))
            .join(Case, Delivery.case_id == Case.id)
            .join(Step, Delivery.step_id == Step.id)
            .where(theirs, Delivery.outcome.in_(REACHED), Step.kind != KIND)
            .group_by(Delivery.channel)
        ).all()
    )
    money = session.execute(
        select(Step.channel, Case.currency, func.count(), func.sum(Case.amount_minor - Case.taken_back_minor))
        .join(Step, Case.attribution_step_id == Step.id)
        .where(theirs, Case.state == CaseState.RECOVERED.value)
        .group_by(Step.channel, Case.currency)
    ).all()
    return tuple(
        ChannelFigures(
            channel=channel,
            outcomes={row[1]: row[2] for row in sends if row[0] == channel},
            cases=reached.get(channel, 0),
            recovered_after=sum(row[2] for row in money if row[0] == channel),
            recovered_money=totals(
                Money(row[1], int(row[3] or 0)) for row in money if row[0] == channel and row[1]
            ),
        )
        for channel in sorted({row[0] for row in sends})
    )


def in_period(merchant: Merchant, period: Period) -> ColumnElement[bool]:
    return and_(
        Case.merchant_id == merchant.id,
        Case.opened_at >= period.start,
        Case.opened_at < period.end,
        Case.origin == LIVE,
    )
