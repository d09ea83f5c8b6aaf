"""What the install's key may do at Whop and what does not work without it, for merchants. Lazy message ids."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

WITHOUT: Mapping[str, LazyString] = {
    "payment:basic:read": _("payments cannot be read: no look at Whop before a reminder, and no back-fill"),
    "payment:manage": _("no charge can be tried again"),
    "member:basic:read": _("memberships cannot be read, and payments name no member"),
    "member:email:read": _("payments come without the customer’s e-mail address"),
    "member:manage": _("the page where a customer changes the card stays unknown"),
    "plan:basic:read": _("payments do not say which plan they are for"),
    "access_pass:basic:read": _("payments do not say which product they are for"),
    "promo_code:basic:read": _("promo codes stay unknown"),
    "payment:dispute:read": _("disputes cannot be read"),
    "invoice:basic:read": _("invoices cannot be read"),
    "company:basic:read": _("the account’s name and its team stay unknown"),
    "developer:manage_webhook": _("webhooks cannot be looked at, tested, or asked for what got lost"),
    "member:phone:read": _("phone numbers stay unknown"),
    "member:payment_methods:read": _("other saved cards cannot be seen"),
    "member:payment_methods:manage": _("a membership cannot be switched to another saved card"),
    "promo_code:create": _("no promo code can be made for customers who left"),
    "support_chat:create": _("no support chat with a customer can be opened"),
    "support_chat:message:create": _("nobody can be reminded in Whop’s support chat"),
    "company:manage_checkout": _("what becomes of unpaid memberships cannot be seen or changed here"),
}
