"""Whop's Membership and Member objects, pinned or legacy, to their views and facts.

Says what the membership is; never what to do about it.
"""

from app.recovery.facts import MemberChanged, MembershipChanged, MembershipStatus, MembershipView
from app.whop import fields
from app.whop.customers import customer_of, member_of
from app.whop.envelope import Envelope, Unusable
from app.whop.fields import child
from app.whop.json_body import JsonObject

COLLECTS = frozenset({MembershipStatus.ACTIVE, MembershipStatus.TRIALING, MembershipStatus.PAST_DUE})


def read_membership(event: Envelope) -> MembershipChanged | Unusable:
    membership = membership_view(event.data)
    if membership is None:
        return Unusable("no_membership_id")
    return MembershipChanged(merchant=event.merchant, at=event.at, membership=membership)


def read_member(event: Envelope) -> MemberChanged | Unusable:
    customer = member_of(event.data)
    if customer.member_id is None:
        return Unusable("no_member_id")
    return MemberChanged(merchant=event.merchant, at=event.at, customer=customer)


def membership_view(data: JsonObject) -> MembershipView | None:
    """None where the object has no usable id; every other field may be missing."""
    membership_id = fields.identifier(data.get("id"))
    if membership_id is None:
        return None
    return MembershipView(
        membership_id=membership_id,
        status=_status(data),
        customer=customer_of(data),
        cancel_at_period_end=_is_ending(data),
        canceled_at=fields.moment(data.get("canceled_at")),
        manage_url=fields.whop_url(data.get("manage_url")),
        product_id=fields.reference(data, "product"),
        product_title=fields.text(child(data, "product").get("title")),
        plan_id=fields.reference(data, "plan"),
        current_period_end=fields.moment(data.get("current_period_end"))
        or fields.moment(data.get("renewal_period_end")),
        created_at=fields.moment(data.get("created_at")),
    )


def _status(data: JsonObject) -> MembershipStatus:
    """A pause is no status of its own at Whop; legacy and pinned objects each say it in another field."""
    try:
        status = MembershipStatus(fields.word(data.get("status")) or "")
    except ValueError:
        return MembershipStatus.UNKNOWN
    paused = (
        fields.flag(data.get("payment_collection_paused")) or data.get("most_recent_action") == "paused_at"
    )
    return MembershipStatus.PAUSED if paused and status in COLLECTS else status


def _is_ending(data: JsonObject) -> bool | None:
    """Legacy events may say it by `cancelation_status` alone (whop-sdk `types/membership_legacy.py`)."""
    said = fields.flag(data.get("cancel_at_period_end"))
    if said is None and "canceling" in (data.get("status"), data.get("cancelation_status")):
        return True
    return said
