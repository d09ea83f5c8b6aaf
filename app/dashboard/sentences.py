"""Every code that a merchant may meet, as a sentence: states, reasons, acts, decline classes.

Each table covers its whole enum; a test fails where one is missing, in English or in Russian. The texts are lazy
message ids: they become words in the reader's language when a page is made. Reasons stand in `why_words`, what
messages, charges and visits came to in `story_words`.
"""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.cases.audit import Act
from app.recovery.attribution import Attribution
from app.recovery.campaign import Position
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseReason, CaseState
from app.recovery.zones import ZoneSource

DEFINITION = _(
    "Recovery rate = cases recovered ÷ all cases whose first failure lies in the period. "
    "A case is one renewal whose charge failed, however many attempts followed. "
    "Recovered: the payment came in by whatever cause and was not taken back. "
    "Still in progress: counted below the line, not above it. "
    "Lost: given up, or cancelled by the customer, or refunded in full or disputed after it was paid. "
    "Payments that were voided, and tests, are left out. "
    "Customers of the control group count like all others. "
    "What failed before this product was connected is counted apart. "
    "Money is net of partial refunds."
)
"""The same text as `app.recovery.measure.DEFINITION`, marked for translation."""

STATES: Mapping[CaseState, LazyString] = {
    CaseState.OPEN: _("Open"),
    CaseState.PENDING: _("Clearing"),
    CaseState.PAUSED: _("Paused"),
    CaseState.RECOVERED: _("Recovered"),
    CaseState.LOST: _("Lost"),
    CaseState.REVERSED: _("Taken back"),
    CaseState.VOID: _("Void"),
}

REASONS: Mapping[CaseReason, LazyString] = {
    CaseReason.COLLECTING: _("The payment is still unpaid, and the campaign is running."),
    CaseReason.CLEARING: _(
        "A payment is on its way through the bank. Nobody is written to until it is decided."
    ),
    CaseReason.COMPLAINT_OPEN: _(
        "The customer has an open complaint at Whop. Everything waits for its decision."
    ),
    CaseReason.HELD_BY_MERCHANT: _("You paused this case. No reminder goes out until you resume it."),
    CaseReason.MEMBERSHIP_PAUSED: _(
        "The membership is paused at Whop. Nobody is written to or charged until it is resumed there."
    ),
    CaseReason.PAID: _("The payment came in."),
    CaseReason.REFUNDED: _("The payment came in, but it was refunded in full."),
    CaseReason.DISPUTED: _("The customer disputed the payment with their bank."),
    CaseReason.VOIDED: _("The payment was voided: there is nothing to collect any more."),
    CaseReason.UNCOLLECTIBLE: _("Whop has given the payment up as uncollectible."),
    CaseReason.CUSTOMER_CANCELED: _("The customer cancelled the membership. We stop at once."),
    CaseReason.MEMBERSHIP_ENDED: _("The membership has ended."),
    CaseReason.WINDOW_ENDED: _("Fourteen days passed without a payment."),
    CaseReason.CLOSED_BY_MERCHANT: _("You closed this case."),
    CaseReason.STOPPED_BY_CUSTOMER: _("The customer asked for no more reminders about this payment."),
    CaseReason.EXCLUDED_BY_MERCHANT: _("You leave this customer alone: no message and no charge."),
    CaseReason.PAID_ELSEWHERE: _(
        "You marked it as paid elsewhere. No payment came in at Whop, so it is not counted as recovered."
    ),
}

CLASS_TITLES: Mapping[DeclineClass, LazyString] = {
    DeclineClass.FUNDS: _("Funds or limits"),
    DeclineClass.ISSUER: _("Declined by the bank"),
    DeclineClass.TECHNICAL: _("Technical problem"),
    DeclineClass.CARD_DATA: _("Card details out of date"),
    DeclineClass.AUTHENTICATION: _("Bank asks for confirmation"),
    DeclineClass.FRAUD: _("Card blocked"),
    DeclineClass.ACCOUNT_GONE: _("Card or account cannot pay"),
    DeclineClass.CUSTOMER_STOPPED: _("Stopped by the customer"),
    DeclineClass.SENSITIVE: _("Sensitive"),
    DeclineClass.NOT_A_FAILURE: _("Not a failure"),
    DeclineClass.UNKNOWN: _("Unknown reason"),
}
"""The same texts as `app.recovery.decline.ABOUT`, marked for translation."""

CLASS_SENTENCES: Mapping[DeclineClass, LazyString] = {
    DeclineClass.FUNDS: _(
        "The account did not cover the charge that day or a limit was reached; a later day often works."
    ),
    DeclineClass.ISSUER: _(
        "The bank said no without a clear reason; its approval, another hour or another card often works."
    ),
    DeclineClass.TECHNICAL: _(
        "Something between the payment systems failed; most of these charges go through soon after."
    ),
    DeclineClass.CARD_DATA: _(
        "The card expired or its details are wrong; only the customer can put that right."
    ),
    DeclineClass.AUTHENTICATION: _(
        "The bank wants the customer to confirm the payment in person; a charge without them cannot work."
    ),
    DeclineClass.FRAUD: _(
        "The card was reported or looks risky; it is never charged again and needs to be replaced."
    ),
    DeclineClass.ACCOUNT_GONE: _(
        "The account is closed or this kind of card cannot pay for this; another one is needed."
    ),
    DeclineClass.CUSTOMER_STOPPED: _(
        "The customer told their bank to stop this payment; they get one plain note and nothing more."
    ),
    DeclineClass.SENSITIVE: _(
        "The bank reports that the account holder has died; nobody is written to, and you decide."
    ),
    DeclineClass.NOT_A_FAILURE: _(
        "A test, or a code that reports no failure at all; it opens no case and counts in no figure."
    ),
    DeclineClass.UNKNOWN: _(
        "Whop gave no code, or one that is new to us; treated like a decline by the bank, with more care."
    ),
}

ACTS: Mapping[Act, LazyString] = {
    Act.PAYMENT_FAILED: _("Whop reported a failed charge"),
    Act.PAYMENT_NEEDS_ACTION: _("Whop reported that the bank wants the customer to confirm"),
    Act.PAYMENT_SUCCEEDED: _("Whop reported the payment as paid"),
    Act.PAYMENT_PENDING: _("A payment is on its way through the bank"),
    Act.PAYMENT_VOIDED: _("The payment was voided at Whop"),
    Act.PAYMENT_REFUNDED: _("A refund was made"),
    Act.PAYMENT_DISPUTED: _("The customer disputed the payment"),
    Act.COMPLAINT_CHANGED: _("The customer's complaint at Whop changed"),
    Act.MEMBERSHIP_CHANGED: _("The membership changed"),
    Act.CASE_OPENED: _("Case opened"),
    Act.POLICY_CHOSEN: _("Campaign chosen"),
    Act.CASE_CHANGED: _("The case is now: %(state)s"),
    Act.CASE_JOINED: _(
        "Joined the conversation about another payment of this customer, so nobody is written to twice"
    ),
    Act.CASE_LEADS: _("Took over the conversation: the other payment of this customer is settled"),
    Act.ARM_FOLLOWED: _("Goes by the group into which this customer was drawn first"),
    Act.CLASS_CHANGED: _("The bank gave another reason: %(title)s"),
    Act.PLAN_MADE: _("Messages planned: %(steps)s"),
    Act.STEPS_CANCELLED: _("Planned messages cancelled: %(steps)s"),
    Act.OFFER_PLANNED: _("An offer to come back is planned"),
    Act.OFFER_LEFT_OUT: _("No offer to come back"),
    Act.MERCHANT_ALERT: _("This case needs your attention"),
    Act.RETRY_PLANNED: _("Our own charge was planned"),
    Act.RETRY_KEPT: _("Our own charge is not made"),
    Act.RETRY_CANCELLED: _("Our own charge was cancelled"),
    Act.RETRY_PUT_OFF: _("Whop did not take our charge now"),
    Act.RETRY_STARTED: _("Whop was asked to charge again"),
    Act.RETRY_ENDED: _("Whop answered our charge"),
    Act.SWITCH_PLANNED: _("A charge on another saved card was planned"),
    Act.SWITCH_KEPT: _("No other saved card is charged"),
    Act.SWITCH_CANCELLED: _("The charge on another saved card was cancelled"),
    Act.SWITCH_PUT_OFF: _("Whop did not change the card now"),
    Act.SWITCH_STARTED: _("Whop was asked to charge another saved card"),
    Act.SWITCH_ENDED: _("Whop answered about the other card"),
    Act.UNDO_KEPT: _("The former card was not put back"),
    Act.UNDO_STARTED: _("Whop was asked to put the former card back"),
    Act.UNDO_ENDED: _("Whop answered about the former card"),
    Act.UNDO_ASKED: _("The former card is to be put back"),
    Act.CARD_CONSENT_GIVEN: _("The customer agreed that another saved card may be charged"),
    Act.CARD_CONSENT_WITHDRAWN: _("The consent to charge another saved card was taken back"),
    Act.RETRY_ASKED: _("A charge was asked for by hand"),
    Act.OPTED_OUT: _("The customer asked for no more reminders"),
    Act.OPTED_IN: _("The customer allowed reminders again"),
    Act.ACCOUNT_LINKED: _("The customer linked an account for reminders"),
    Act.ACCOUNT_UNLINKED: _("The customer unlinked an account"),
    Act.PREFERENCES_CHANGED: _("The customer chose how to be reminded"),
    Act.CUSTOMER_IDENTIFIED: _("The customer came by the connect link and signed in with Whop"),
    Act.CASE_STOPPED_BY_CUSTOMER: _("The customer stopped the reminders for this payment"),
    Act.CASE_HELD: _("Case paused"),
    Act.CASE_RESUMED: _("Case resumed"),
    Act.CASE_CLOSED_BY_MERCHANT: _("Case closed by hand"),
    Act.CASE_PAID_ELSEWHERE: _("Marked as paid elsewhere"),
    Act.SEND_ASKED_FOR: _("The next message was asked for at once"),
    Act.NOTE_ADDED: _("Note"),
    Act.CUSTOMER_EXCLUDED: _("The customer is left alone from now on"),
    Act.CUSTOMER_READMITTED: _("The customer is no longer left alone"),
    Act.POLICY_CHANGED: _("A campaign changed"),
    Act.PROFILE_CHANGED: _("Settings changed"),
    Act.VIEW_SAVED: _("A view of the cases was kept for the team"),
    Act.VIEW_RENAMED: _("A kept view of the cases was renamed"),
    Act.FLOOD_LET_GO: _("Reminders that waited after very many failures were let go"),
    Act.VIEW_DELETED: _("A kept view of the cases was deleted"),
    Act.WHOP_WINDOW_CHANGED: _("Changed at Whop what becomes of a membership that stays unpaid"),
    Act.WORDING_CHANGED: _("A message's text changed"),
    Act.WORDING_RESET: _("A message's text put back to the default"),
    Act.EXPERIMENT_BEGUN: _("Two versions of a message compared from now on"),
    Act.EXPERIMENT_ENDED: _("The comparison of two versions ended"),
    Act.TEST_MESSAGE_SENT: _("A test message sent to oneself"),
    Act.EVENTS_HEARD_AGAIN: _("Events of Whop tried again"),
    Act.BACKFILL_ASKED: _("The months before asked for"),
    Act.TEST_EVENT_ASKED: _("Whop asked for a test event"),
    Act.SIGNED_IN: _("Signed in"),
    Act.SIGNED_OUT: _("Signed out"),
    Act.SESSIONS_ENDED: _("Signed out in other browsers"),
}

ATTRIBUTIONS: Mapping[Attribution, LazyString] = {
    Attribution.CHARGE: _(
        "A charge of ours brought the money. That is no proof that it would not have come otherwise."
    ),
    Attribution.VISIT: _(
        "The customer used the fix link shortly before paying. That is no proof that it was the cause."
    ),
    Attribution.MESSAGE: _(
        "A reminder reached the customer shortly before the payment. That is no proof that it was the cause."
    ),
    Attribution.NEITHER: _(
        "Nothing of ours came shortly before: Whop's own retry, or the customer by themselves."
    ),
}

POSITIONS: Mapping[Position, LazyString] = {
    Position.FIRST: _("First reminder"),
    Position.SECOND: _("Second reminder"),
    Position.LAST: _("Last reminder"),
    Position.NOTE: _("Plain note"),
    Position.OFFER: _("Offer to come back"),
    Position.CHARGED: _("Notice: paid with another card"),
    Position.DECLINED: _("Notice: another card was tried"),
}

ZONE_SOURCES: Mapping[ZoneSource, LazyString] = {
    ZoneSource.CUSTOMER: _("chosen by the customer"),
    ZoneSource.COUNTRY: _("from the billing country"),
    ZoneSource.MERCHANT: _("yours, because theirs is unknown"),
}

CHANNELS: Mapping[str, LazyString] = {
    "email": _("e-mail"),
    "telegram": _("Telegram"),
    "discord": _("Discord"),
    "whop_chat": _("Whop chat"),
}

STOPS: Mapping[str, LazyString] = {
    "opted_out": _("They asked for no more reminders."),
    "disputed": _("They disputed a payment."),
    "excluded": _("You leave this customer alone."),
    "erased": _("Their data was erased."),
    "deceased": _("The bank reports that the account holder has died."),
}

ACTORS: Mapping[str, LazyString] = {
    "whop": _("Whop"),
    "worker": _("AutoChargeSaver"),
    "customer": _("Customer"),
    "user": _("Your team"),
}
