"""What became of Whop's events, as sentences: their states and the reasons for them.

Codes that name an error of ours are shown as they are. The texts are lazy message ids.
"""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.cases.heard import Event

EVENT_STATES: Mapping[str, LazyString] = {
    "waiting": _("Waiting"),
    "claimed": _("In work"),
    "done": _("Done"),
    "ignored": _("No effect"),
    "quarantined": _("Set aside"),
    "dead": _("Failed"),
}

EVENT_REASONS: Mapping[str, LazyString] = {
    "unknown_type": _("A kind of event that means nothing here."),
    "no_effect": _("An event that has nothing to do with recovering payments."),
    "erased": _("It is about a customer whose data was erased. Nothing of them was kept."),
    "already_known": _("It told nothing new."),
    "charge_started": _("A charge was started. Its outcome comes in an event of its own."),
    "invoices_are_not_reminded": _("Invoices have their own reminders at Whop."),
    "card_saved_without_charge": _("A card was saved; nothing was charged."),
    "names_nobody": _("It names no customer."),
    "nothing_had_failed": _("No failed renewal belongs to it."),
    "test_or_no_failure": _("A test charge, or a code that reports no failure."),
    "webhook_v2_recreate_as_v1": _(
        "It comes from a webhook of the retired version 2. Make the webhook anew, as version 1."
    ),
    "no_type": _("It does not say what kind of event it is."),
    "no_account": _("It does not say which merchant it belongs to."),
    "not_utf8": _("It is not UTF-8 text."),
    "not_json": _("It is not JSON."),
    "not_an_object": _("It is JSON, but not an object."),
    "too_deep": _("Its JSON is nested too deeply."),
    "duplicate_keys": _("Its JSON names one key twice."),
    "not_a_number": _("Its JSON has a number that is none."),
    "number_too_long": _("Its JSON has a number that is too long."),
    "number_out_of_range": _("Its JSON has a number beyond all bounds."),
    "no_payment_id": _("It does not say which payment it is about."),
    "no_refund_id": _("It does not say which refund it is about."),
    "no_dispute_id": _("It does not say which dispute it is about."),
    "no_complaint_id": _("It does not say which complaint it is about."),
    "no_membership_id": _("It does not say which membership it is about."),
    "no_member_id": _("It does not say which member it is about."),
    "no_invoice_id": _("It does not say which invoice it is about."),
    "no_setup_id": _("It does not say which card set-up it is about."),
    "worker_lost": _("The program was stopped while working on it."),
}

NOT_A_RENEWAL = _("Not a renewal: only failed renewals are followed up.")
FAILED_EVENT = _("Working on it failed (%(reason)s). The event is kept.")


def event_reason(code: str, *, state: str) -> str:
    """What became of an event; codes that name an error of ours are shown as they are."""
    if code in EVENT_REASONS:
        return str(EVENT_REASONS[code])
    if code.startswith("not_a_renewal_"):
        return str(NOT_A_RENEWAL)
    return str(FAILED_EVENT) % {"reason": code} if state in ("dead", "waiting") else code


DONE = _("It had its effect.")
TURN_COMES = _("Its turn comes in a moment.")


def became(event: Event) -> str:
    """What became of it, in a sentence; empty where there is nothing to say."""
    if event.reason:
        return event_reason(event.reason, state=event.state)
    if event.state == "done":
        return str(DONE)
    return str(TURN_COMES) if event.state in ("waiting", "claimed") else ""


ORIGINS: Mapping[str, LazyString] = {
    "webhook": _("Whop sent it to the webhook"),
    "simulated": _("Simulated with the development tools"),
    "look": _("Read at Whop right before a message or a charge"),
    "reconcile": _("Found when the records were compared with Whop’s"),
    "backfill": _("Read back from the time before"),
}
