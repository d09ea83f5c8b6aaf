"""Where the fix page's button leads: always a page of Whop's own, chosen at the moment of the press."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.customer.pages import needs_confirmation
from app.models import Case, Membership
from app.whop.fields import whop_url

MEMBERSHIPS = "https://whop.com/@me/settings/memberships"
"""Where every customer finds all their memberships (facts: docs.whop.com, troubleshoot failed payments)."""


def target_of(session: Session, case: Case) -> str:
    """The bank's confirmation, else the page that changes the card, else the list of memberships.

    Both stored addresses are checked again: nothing but https on whop.com may stand behind the button.
    """
    payment = case.payment
    confirmation = whop_url(payment.recovery_url) if needs_confirmation(case) else None
    if confirmation:
        return confirmation
    manage_url = session.scalar(
        select(Membership.manage_url).where(
            Membership.merchant_id == case.merchant_id, Membership.membership_id == payment.membership_id
        )
    )
    return whop_url(manage_url) or MEMBERSHIPS
