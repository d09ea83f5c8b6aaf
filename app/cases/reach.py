"""How many of a merchant's customers can be reached beyond e-mail. Reads only.

Counted are customers with a membership that Whop has told of, open or past: whoever has none gets no reminder.
"""

from dataclasses import dataclass

from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import Session

from app.models import LinkedAccount, Membership, Merchant


@dataclass(frozen=True, slots=True)
class Reach:
    customers: int
    linked: int
    """Of them, those who have linked one account or more."""

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where there is nobody to count."""
        return self.linked / self.customers if self.customers else None


def reach(session: Session, merchant: Merchant) -> Reach:
    """Two counts in one query. Counting what is joined is several times faster than asking of each customer."""
    all_of = select(func.count(distinct(Membership.customer_id))).where(Membership.merchant_id == merchant.id)
    linked = _linked(merchant).with_only_columns(func.count(distinct(Membership.customer_id)))
    found = session.execute(select(all_of.scalar_subquery(), linked.scalar_subquery())).one()
    return Reach(*found)


def reach_by_channel(session: Session, merchant: Merchant) -> dict[str, int]:
    """Customers by the channel that they have linked; one who has linked two counts in both."""
    counted = _linked(merchant).group_by(LinkedAccount.channel).order_by(LinkedAccount.channel)
    return dict(session.execute(counted).all())


def _linked(merchant: Merchant) -> Select[str, int]:
    """Who has several memberships is several rows of this."""
    return (
        select(LinkedAccount.channel, func.count(distinct(Membership.customer_id)))
        .join(Membership, Membership.customer_id == LinkedAccount.customer_id)
        .where(Membership.merchant_id == merchant.id)
    )
