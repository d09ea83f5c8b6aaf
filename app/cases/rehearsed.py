"""What a campaign would have done for the newest real cases, beside what was done. Reads only.

The pure planner lays the messages out as if the campaign had been there when each case opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cases.rules import Rules
from app.cases.subjects import seen_of
from app.models import Attempt, Case, Delivery, LinkedAccount, Merchant, Policy
from app.models.case import LIVE
from app.models.contact import REACHED, zone_of
from app.models.customer import USER
from app.recovery.campaign import LIMITS, Campaign, Position
from app.recovery.channels import Wanted, ways
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseState
from app.recovery.plan import Situation, plan
from app.recovery.reasons import Reason
from app.recovery.segments import Matches, choose

MOST_CASES = 20
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Would:
    """A message that would have been planned."""

    position: Position
    after: timedelta
    over: bool
    """The case had ended by then, so it would not have gone out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    case_id: int
    customer: str | None
    decline_class: DeclineClass
    state: CaseState
    opened_at: datetime
    taken: bool
    """The campaign would have got it; else another policy or the default."""
    sent: tuple[timedelta, ...]
    """What really went out, after the failure."""
    would: tuple[Would, ...]
    left_out: tuple[Reason, ...]
    """Why there would have been fewer messages, or none."""
    by: Reason | None
    """Why by which channel, by what reaches the customer today; None: there would have been no message."""


def rehearse(
    session: Session,
    merchant: Merchant,
    own: Sequence[Policy],
    matches: Matches,
    campaign: Campaign,
    *,
    cases: Sequence[Case],
    key: int | None,
    rules: Rules,
    here: frozenset[str],
) -> tuple[Rehearsed, ...]:
    """One for each of these `newest_cases`.

    `key` is the policy that is being edited; None: a new one, which stands behind all others. `here` are the
    install's channels to customers.
    """
    subjects = {one.case_id: one.subject for one in seen_of(session, merchant, [case.id for case in cases])}
    order = [
        (one.key, matches if one.key == key else Matches.of(one.matches))
        for one in own
        if one.active or one.key == key
    ]
    if key is None:
        order.append((0, matches))
    sent, linked = _sent(session, cases), _linked(session, cases)
    found = []
    for case in cases:
        taken = choose(order, subjects[case.id]) == (key or 0)
        would, left_out = _would(case, campaign, rules) if taken else ((), ())
        found.append(
            Rehearsed(
                case_id=case.id,
                customer=case.customer.name or case.customer.email,
                decline_class=DeclineClass(case.decline_class),
                state=CaseState(case.state),
                opened_at=case.opened_at,
                taken=taken,
                sent=tuple(at - case.opened_at for at in sent.get(case.id, ())),
                would=would,
                left_out=left_out,
                by=_by(case, campaign, linked.get(case.customer_id, ()), here) if would else None,
            )
        )
    return tuple(found)


def whop_attempts(session: Session, cases: Sequence[Case]) -> tuple[timedelta, ...]:
    """How long after the first failure Whop charged again by itself, in these cases."""
    opened = {case.payment_id: case.opened_at for case in cases}
    rows = session.execute(
        select(Attempt.payment_id, Attempt.at).where(
            Attempt.payment_id.in_(opened), Attempt.trigger != "ours"
        )
    )
    gaps = (at - opened[payment_id] for payment_id, at in rows)
    return tuple(sorted(gap for gap in gaps if HOUR <= gap <= LIMITS.runway))


def newest_cases(session: Session, merchant: Merchant) -> Sequence[Case]:
    """The newest first, at most `MOST_CASES`; what was learnt of the time before is none."""
    return session.scalars(
        select(Case)
        .where(Case.merchant_id == merchant.id, Case.origin == LIVE)
        .options(joinedload(Case.customer), joinedload(Case.merchant))
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(MOST_CASES)
    ).all()


def _would(case: Case, campaign: Campaign, rules: Rules) -> tuple[tuple[Would, ...], tuple[Reason, ...]]:
    laid_out = plan(
        Situation(
            decline_class=DeclineClass(case.decline_class),
            failed_at=case.opened_at,
            now=max(case.created_at, case.opened_at),
            first_delay=rules.first_delay,
            zone=zone_of(case.customer, case.opened_at).zone,
            hands_off=case.hands_off,
            campaign=campaign,
            joins=case.leader_id is not None,
        )
    )
    steps = (
        Would(
            step.position,
            step.due_at - case.opened_at,
            case.closed_at is not None and step.due_at >= case.closed_at,
        )
        for step in laid_out.steps
    )
    return tuple(steps), laid_out.left_out


def _by(case: Case, campaign: Campaign, linked: Sequence[str], here: frozenset[str]) -> Reason:
    customer = case.customer
    found = ways(linked, email=bool(customer.email), user_id=customer.identity.startswith(USER), here=here)
    wanted = Wanted(campaign=campaign.channels, preferred=customer.preferred_channel)
    return wanted.choose([channel for channel in found if channel in here])


def _linked(session: Session, cases: Sequence[Case]) -> dict[int, list[str]]:
    """By customer, the channels of their accounts, the newest first."""
    found: dict[int, list[str]] = {}
    wanted = select(LinkedAccount.customer_id, LinkedAccount.channel).where(
        LinkedAccount.customer_id.in_([case.customer_id for case in cases])
    )
    newest = wanted.order_by(LinkedAccount.linked_at.desc(), LinkedAccount.id.desc())
    for customer_id, channel in session.execute(newest):
        found.setdefault(customer_id, []).append(channel)
    return found


def _sent(session: Session, cases: Sequence[Case]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    wanted = select(Delivery.case_id, Delivery.started_at).where(
        Delivery.case_id.in_([case.id for case in cases]), Delivery.outcome.in_(REACHED)
    )
    for case_id, at in session.execute(wanted.order_by(Delivery.started_at)):
        found.setdefault(case_id, []).append(at)
    return found
