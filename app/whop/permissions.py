"""What the install's key should be allowed at Whop, and what does not work without it.

The names are Whop's (whop-sdk `types/permission_action.py`); which call needs which is said beside the calls in
its API reference. Decides nothing and asks nobody.
"""

from collections.abc import Mapping

WINDOW = "company:manage_checkout"
"""Reads and sets what becomes of a membership after Whop's last retry."""

NEEDED: Mapping[str, str] = {
    "payment:basic:read": "payments cannot be read: no look at Whop before a reminder goes out, nothing that got "
    "lost is found again, no back-fill",
    "payment:manage": "no charge can be tried again",
    "member:basic:read": "memberships cannot be read, and payments name no member and no page to confirm them on",
    "member:email:read": "payments come without the customer's e-mail address",
    "member:manage": "the page where a customer changes the card stays unknown, and no other card can be charged",
    "plan:basic:read": "payments do not say which plan they are for",
    "access_pass:basic:read": "payments do not say which product they are for",
    "promo_code:basic:read": "promo codes on payments and memberships stay unknown",
    "payment:dispute:read": "disputes cannot be read",
    "invoice:basic:read": "invoices cannot be read",
    "company:basic:read": "the account's name stays unknown, and so does who is on its team",
    "developer:manage_webhook": "webhooks cannot be looked at, nor can Whop be asked to send again what got lost",
}

OPTIONAL: Mapping[str, str] = {
    "member:phone:read": "customers' phone numbers stay unknown",
    "member:payment_methods:read": "a customer's other saved cards cannot be seen",
    "member:payment_methods:manage": "a membership cannot be switched to another saved card",
    "promo_code:create": "no promo code can be made for customers who left",
    "support_chat:create": "no support chat with a customer can be opened",
    "support_chat:message:create": "nobody can be reminded in Whop's support chat",
    WINDOW: "it cannot be seen or changed here what becomes of a membership that stays unpaid",
}
