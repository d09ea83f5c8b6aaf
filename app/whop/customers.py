"""The person behind an event, from the places where the two payload shapes keep them.

Pinned webhooks have flat ids and `customer_email`, unpinned ones nest `user` and `member`,
disputes have a `buyer`.
"""

from app.recovery.facts import CustomerView
from app.whop.fields import child, country, email, identifier, reference, text
from app.whop.json_body import JsonObject


def customer_of(data: JsonObject) -> CustomerView:
    """The customer of a payment, a membership, a saved card or a legacy complaint."""
    user = child(data, "user") or child(child(data, "member"), "user")
    return CustomerView(
        user_id=identifier(user.get("id")) or identifier(data.get("user_id")),
        member_id=reference(data, "member"),
        name=text(user.get("name")),
        username=text(user.get("username")),
        email=email(data.get("customer_email")) or email(user.get("email")),
        country=country(child(data, "billing_address").get("country")),
    )


def member_of(data: JsonObject) -> CustomerView:
    """The customer that a Member object is about: its own `id` is the member's."""
    user = child(data, "user")
    return CustomerView(
        user_id=identifier(user.get("id")),
        member_id=identifier(data.get("id")),
        name=text(user.get("name")) or text(data.get("display_name")),
        username=text(user.get("username")),
        email=email(data.get("email")) or email(user.get("email")),
    )


def buyer_of(data: JsonObject) -> CustomerView:
    """The customer of a dispute or complaint: `buyer` where pinned, else whoever paid."""
    buyer = child(data, "buyer")
    if not buyer:
        return _payer_of(data)
    return CustomerView(
        user_id=identifier(buyer.get("user_id")),
        member_id=identifier(buyer.get("member_id")),
        name=text(buyer.get("name")),
        username=text(buyer.get("username")),
        email=email(buyer.get("email")),
    )


def _payer_of(data: JsonObject) -> CustomerView:
    payment = child(data, "payment")
    user = child(data, "user") or child(payment, "user")
    return CustomerView(
        user_id=identifier(user.get("id")),
        member_id=reference(data, "member") or reference(payment, "member"),
        name=text(user.get("name")) or text(data.get("customer_name")),
        username=text(user.get("username")),
        email=email(user.get("email")) or email(data.get("customer_email_address")),
    )
