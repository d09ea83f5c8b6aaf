"""One conversation a person: of several failed payments one case leads, and the others join it silently.

Who leads has messages still to come. A case that has none left, or waits, hands over to the next.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.audit import Act, Actor, note_case
from app.cases.campaign import LIVE, cancel_steps, make_plan
from app.cases.rules import Rules
from app.models import Case, Customer, Step
from app.models.contact import said_in
from app.recovery.card_notice import KIND as NOTICE
from app.recovery.machine import CaseState
from app.recovery.reasons import Reason, Why


def converse(
    session: Session,
    case: Case,
    *,
    now: datetime,
    rules: Rules,
    after: Case | None = None,
    new: bool = False,
) -> None:
    """Join the conversation that this person already has, or lead one of one's own; perhaps `after` another.

    `new`: this transaction has made the case. One that nothing may be done for neither joins nor leads.
    """
    if case.hands_off is not None:
        make_plan(session, case, now=now, rules=rules, new=new)
        return
    leader = _leader_for(session, case)
    if leader is not None and _takes_over(session, case, leader, now=now, rules=rules, new=new):
        return
    case.leader_id = leader.id if leader else None
    if leader is not None:
        detail = {"leader": case.leader_id}
        note_case(session, case, Act.CASE_JOINED, actor=Actor.WORKER, at=now, detail=detail)
    elif after is not None:
        note_case(session, case, Act.CASE_LEADS, actor=Actor.WORKER, at=now, detail={"after": after.id})
    planned = make_plan(session, case, now=now, rules=rules, new=new)
    if not planned and not new:
        hand_over(session, case, now=now, rules=rules)


def hand_over(session: Session, case: Case, *, now: datetime, rules: Rules) -> None:
    """The other open payments of the same person are free of this case; the first with messages leads."""
    followers = session.scalars(
        select(Case)
        .where(Case.leader_id == case.id, Case.closed_at.is_(None))
        .order_by(Case.opened_at, Case.id)
    ).all()
    for follower in followers:
        follower.leader_id = None
    for follower in followers:
        if follower.state == CaseState.OPEN:
            converse(session, follower, now=now, rules=rules, after=case)


def one_conversation(session: Session, customer: Customer, *, now: datetime) -> None:
    """Of several cases of this person that lead, the oldest goes on leading and the others join it."""
    leaders = session.scalars(
        select(Case).where(
            Case.customer_id == customer.id,
            Case.state == CaseState.OPEN.value,
            Case.leader_id.is_(None),
            has_live_steps(Case.id),
        )
    ).all()
    leaders = sorted(leaders, key=lambda case: (not has_begun(session, case), *_age(case)))
    for other in leaders[1:]:
        _join(session, other, leaders[0], now=now)


def has_live_steps(case_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return exists().where(Step.case_id == case_id, Step.state.in_(LIVE), Step.kind != NOTICE)


def has_begun(session: Session, case: Case) -> bool:
    """A message of this case has reached the person, or may have."""
    return bool(said_in(session, case.id).at)


def _takes_over(
    session: Session, case: Case, leader: Case, *, now: datetime, rules: Rules, new: bool
) -> bool:
    """Of payments that nobody was written to about yet the one that failed first leads, whichever was heard first."""
    if _age(case) > _age(leader) or has_begun(session, leader):
        return False
    case.leader_id = None
    if not make_plan(session, case, now=now, rules=rules, new=new):
        return False
    followers = session.scalars(select(Case).where(Case.leader_id == leader.id, Case.closed_at.is_(None)))
    for follower in followers.all():
        follower.leader_id = case.id
    _join(session, leader, case, now=now)
    return True


def _join(session: Session, case: Case, leader: Case, *, now: datetime) -> None:
    cancel_steps(session, case, Reason(Why.JOINED_CONVERSATION), now=now)
    case.leader_id = leader.id
    note_case(session, case, Act.CASE_JOINED, actor=Actor.WORKER, at=now, detail={"leader": leader.id})


def _age(case: Case) -> tuple[datetime, str]:
    """The same order of two payments, whichever was heard of first."""
    return case.opened_at, case.payment.payment_id


def _leader_for(session: Session, case: Case) -> Case | None:
    """The open case of the same person that already has the conversation, and more to say in it."""
    return session.scalar(
        select(Case)
        .where(
            Case.customer_id == case.customer_id,
            Case.id != case.id,
            Case.state == CaseState.OPEN.value,
            Case.leader_id.is_(None),
            has_live_steps(Case.id),
        )
        .order_by(Case.id)
        .limit(1)
    )
