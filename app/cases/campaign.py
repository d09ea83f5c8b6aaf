"""Writes a case's plan as steps, and cancels steps. When and why is decided by `app.recovery.plan`."""

from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note_case
from app.cases.learning import choices_of
from app.cases.rules import Rules
from app.models import Case, Step
from app.models.contact import Said, last_contact, said_in, zone_of
from app.recovery import wording
from app.recovery.card_notice import KIND as NOTICE
from app.recovery.decline import POLICIES, DeclineClass
from app.recovery.keys import wording_key
from app.recovery.plan import POLICY_VERSION, Plan, Situation, plan
from app.recovery.reasons import Reason
from app.recovery.wish import Wish

LIVE = ("planned", "claimed", "sending")
"""States of a step that has not ended."""


def make_plan(session: Session, case: Case, *, now: datetime, rules: Rules, new: bool = False) -> int:
    """Lay out the messages still to send and write them as steps; how many there are.

    `new`: the case has never had one.
    """
    customer = case.customer
    used, number = (0, case.merchant.wording_number) if new else _planned_before(session, case)
    said = said_in(session, case.id) if used else Said()
    local = zone_of(customer, now)
    choices = choices_of(session, case, new=new, planned=used > 0, now=now, rules=rules)
    laid_out = plan(
        Situation(
            decline_class=DeclineClass(case.decline_class),
            failed_at=case.opened_at,
            now=now,
            first_delay=rules.first_delay,
            zone=local.zone,
            contacts=said.at,
            last_contact=last_contact(session, customer.id),
            said_last_word=said.last_word,
            contact_stopped=customer.no_contact,
            hands_off=case.hands_off,
            campaign=case.campaign,
            joins=case.leader_id is not None,
            wish=Wish.of(choices),
        )
    )
    _write_steps(session, case, laid_out, used=used, wording_number=number)
    detail = {
        "steps": len(laid_out.steps),
        "left_out": [reason.stored() for reason in laid_out.left_out],
        "policy": POLICY_VERSION,
        "zone": local.zone.key,
        "zone_from": local.source.value,
    }
    if choices:
        detail["choices"] = [choice.stored() for choice in choices]
    note_case(session, case, Act.PLAN_MADE, actor=Actor.WORKER, at=now, detail=detail)
    return len(laid_out.steps)


def _planned_before(session: Session, case: Case) -> tuple[int, int]:
    """The highest position that a step of this case ever had, and the wording that the case keeps."""
    position, number = session.execute(
        select(func.max(Step.position), func.max(Step.wording_number)).where(Step.case_id == case.id)
    ).one()
    return position or 0, case.merchant.wording_number if number is None else number


def cancel_steps(session: Session, case: Case, why: Reason, *, now: datetime) -> int:
    """Stop everything that has not ended, but a notice of what was done. What is being sent may finish; it is not
    repeated."""
    stopped = session.execute(
        update(Step)
        .where(Step.case_id == case.id, Step.state.in_(LIVE), Step.kind != NOTICE)
        .values(state="cancelled", outcome_why=why.stored(), ended_at=now, lease_until=None)
        .returning(Step.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    if stopped:
        detail = {"steps": len(stopped), **why.stored()}
        note_case(session, case, Act.STEPS_CANCELLED, actor=Actor.WORKER, at=now, detail=detail)
    return len(stopped)


def _write_steps(session: Session, case: Case, laid_out: Plan, *, used: int, wording_number: int) -> None:
    """`used` is the highest position that a step of this case ever had."""
    if not laid_out.steps:
        return
    angle = POLICIES[DeclineClass(case.decline_class)].angle
    rows = [
        {
            "case_id": case.id,
            "position": number,
            "kind": "note" if planned.position == "note" else "remind",
            "wording_key": wording_key(angle.value, planned.position.value),
            "wording_version": wording.VERSION,
            "wording_number": wording_number,
            "channel": "email",
            "why": planned.why.stored(),
            "state": "planned",
            "due_at": planned.due_at,
            "planned_at": planned.due_at,
            "attempts": 0,
            "tries": 0,
        }
        for number, planned in enumerate(laid_out.steps, start=used + 1)
    ]
    session.execute(insert(Step), rows)
