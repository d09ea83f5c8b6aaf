"""What became of each message, charge and visit in a case's story, as a line. The texts are lazy message ids."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

DELIVERIES: Mapping[str, LazyString] = {
    "sent": _("%(message)s sent by %(channel)s"),
    "in_flight": _("%(message)s is being sent by %(channel)s"),
    "retry": _("%(message)s put off by the receiving side (%(channel)s)"),
    "gave_up": _("%(message)s refused by the receiving side (%(channel)s)"),
    "unknown": _("%(message)s by %(channel)s: it is unclear whether it arrived"),
}

VISITS: Mapping[str, LazyString] = {
    "seen": _("The fix page was looked at (a mail scanner does that too)"),
    "continued": _("The customer went on from the fix page to Whop"),
}

ATTEMPTS: Mapping[str, LazyString] = {
    "failed": _("Charge attempt %(number)s failed"),
    "paid": _("Charge attempt %(number)s went through: the payment is in"),
}

TRIGGERS: Mapping[str, LazyString] = {
    "whop": _("Started by Whop on its own schedule."),
    "ours": _("Started by us: the one retry of this payment."),
    "switch": _("Started by us, on another saved card, because the customer had agreed."),
    "unknown": _("Started by Whop or by the customer: the event does not say."),
}

RETRIES: Mapping[str, LazyString] = {
    "planned": _("We charge the same card once more"),
    "claimed": _("We charge the same card once more"),
    "sending": _("Whop is being asked to charge again"),
    "kept": _("We do not charge the card again"),
    "taken": _("Our own charge: Whop took it"),
    "refused": _("Our own charge: Whop refused it"),
    "unknown": _("Our own charge: it is unclear whether Whop took it"),
}

SWITCHES: Mapping[str, LazyString] = {
    "planned": _("We charge another saved card of the customer"),
    "claimed": _("We charge another saved card of the customer"),
    "sending": _("Whop is being asked to charge another saved card"),
    "taken": _("Another saved card: Whop took it"),
    "refused": _("Another saved card: Whop refused it"),
    "unknown": _("Another saved card: it is unclear whether Whop took it"),
}

UNDOS: Mapping[str, LazyString] = {
    "planned": _("The former card is put back"),
    "claimed": _("The former card is put back"),
    "sending": _("Whop is being asked to put the former card back"),
    "taken": _("The former card is back"),
    "refused": _("The former card: Whop refused to put it back"),
    "unknown": _("The former card: it is unclear whether Whop put it back"),
}
