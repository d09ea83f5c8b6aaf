"""Draws people into the group with our reminders or the one that is left to Whop alone, and keeps what was drawn.

The person is drawn, once, with the first of their payments that fails while a control group is wanted. All
their cases follow. Nothing here looks at the case itself: what would help somebody must not choose their group.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note_case
from app.cases.rules import Rules
from app.models import Case, Customer, Merchant
from app.models.case import BACKFILL, LIVE, Arm
from app.recovery.control import in_control, share_now


def share_for(merchant: Merchant, rules: Rules) -> float:
    """Of the control group, for the next person who is drawn; 0: nobody is."""
    own = merchant.control_share
    return share_now(
        steady=rules.control_share if own is None else own,
        launch_cases=merchant.launch_cases,
        launch_drawn=merchant.launch_drawn,
    )


def draw(session: Session, merchant: Merchant, case: Case, *, now: datetime, rules: Rules) -> None:
    """Give a case that nobody has stored yet its person's group. The merchant's lock is held.

    Somebody who is in the middle of a conversation from before the first draw is drawn with a later case.
    """
    if case.origin == BACKFILL:
        return
    customer = session.get_one(Customer, case.customer_id)
    share = share_for(merchant, rules)
    if customer.arm is None and share > 0 and not _has_running(session, customer):
        control = in_control(merchant.hash_key, customer.identity, share)
        customer.arm = (Arm.CONTROL if control else Arm.TREATED).value
        customer.drawn_at = now
        case.draw_share = share
        if merchant.launch_drawn < merchant.launch_cases:
            merchant.launch_drawn += 1
    case.arm = customer.arm or Arm.TREATED.value


def drawn_first(session: Session, kept: Customer, double: Customer) -> None:
    """Two rows are one person, who has one group: that of the earlier draw, which they have lived with longer.

    They count once: the case of the later draw is no longer anybody's first.
    """
    if double.arm is None:
        return
    if kept.arm is not None:
        assert kept.drawn_at is not None and double.drawn_at is not None
        earlier, later = sorted((kept, double), key=lambda one: (one.drawn_at, one.id))
        session.execute(update(Case).where(Case.customer_id == later.id).values(draw_share=None))
        kept.arm, kept.drawn_at = earlier.arm, earlier.drawn_at
    else:
        kept.arm, kept.drawn_at = double.arm, double.drawn_at


def follow_person(session: Session, case: Case, *, now: datetime) -> bool:
    """A running case takes its person's group; True where it was in the other one. The case is locked."""
    customer = case.customer
    if customer.arm is None or case.origin == BACKFILL or case.arm == customer.arm:
        return False
    case.arm = customer.arm
    note_case(session, case, Act.ARM_FOLLOWED, actor=Actor.WORKER, at=now, detail={"arm": case.arm})
    return True


def move_to(session: Session, case: Case, customer: Customer, *, now: datetime) -> None:
    """The case has turned out to be another person's, who may have been drawn before, or is with this case."""
    case.customer = customer
    session.flush()
    if case.draw_share is not None:
        if customer.arm is None:
            customer.arm, customer.drawn_at = case.arm, case.created_at
        else:
            case.draw_share = None
    follow_person(session, case, now=now)


def _has_running(session: Session, customer: Customer) -> bool:
    with session.no_autoflush:
        found = session.scalar(
            select(Case.id)
            .where(Case.customer_id == customer.id, Case.closed_at.is_(None), Case.origin == LIVE)
            .limit(1)
        )
    return found is not None
