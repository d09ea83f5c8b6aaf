"""Who may be asked to come back, and who has come back: read by those who plan the offer and those who send it."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.recovery.decline import DeclineClass
from app.recovery.facts import MembershipStatus
from app.recovery.winback import KIND, NOT_AGAIN_FOR, Outlook

from .case import Case
from .customer import Membership
from .step import Step

HERE = (MembershipStatus.ACTIVE.value, MembershipStatus.TRIALING.value, MembershipStatus.PAST_DUE.value)
"""The person is a member, or pays to be one."""


def outlook_of(session: Session, case: Case, *, now: datetime, step: Step | None = None) -> Outlook:
    """`step` is the offer that is about to be sent; None: none has been planned for this case yet."""
    merchant, customer = case.merchant, case.customer
    return Outlook(
        on=merchant.winback_on and merchant.winback_url is not None,
        consented=customer.winback_consent_at is not None,
        decline_class=DeclineClass(case.decline_class),
        hands_off=case.hands_off,
        no_contact=customer.no_contact,
        offered_lately=_offered_lately(session, case, step, now),
        came_back=_came_back(session, case),
    )


def _offered_lately(session: Session, case: Case, step: Step | None, now: datetime) -> bool:
    others = (
        select(Step.id)
        .join(Case, Step.case_id == Case.id)
        .where(
            Case.customer_id == case.customer_id,
            Step.kind == KIND,
            Step.state.not_in(("cancelled", "skipped")),
            Step.due_at > now - NOT_AGAIN_FOR,
        )
        .limit(1)
    )
    return session.scalar(others if step is None else others.where(Step.id != step.id)) is not None


def _came_back(session: Session, case: Case) -> bool:
    """The membership of the case lives again, or the person has another one that began since."""
    own = Membership.membership_id == case.payment.membership_id
    found = session.scalar(
        select(Membership.id)
        .where(
            Membership.merchant_id == case.merchant_id,
            Membership.customer_id == case.customer_id,
            Membership.status.in_(HERE),
            or_(own, Membership.started_at > case.opened_at),
        )
        .limit(1)
    )
    return found is not None
