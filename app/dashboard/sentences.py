"""Every code that a merchant may meet, as a sentence: states, reasons, acts, decline classes.

Each table covers its whole enum; a test fails where one is missing, in English or in Russian. The texts
are lazy message ids: they become words in the reader's language when a page is made.
"""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.cases.audit import Act
from app.recovery.attribution import Attribution
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseReason, CaseState
from app.recovery.plan import Position
from app.recovery.reasons import Why

DEFINITION = _(
    "Recovery rate = cases recovered ÷ all cases whose first failure lies in the period. "
    "A case is one renewal whose charge failed, however many attempts followed. "
    "Recovered: the payment came in by whatever cause and was not taken back. "
    "Still in progress: counted below the line, not above it. "
    "Lost: given up, or cancelled by the customer, or refunded in full or disputed after it was paid. "
    "Payments that were voided, and tests, are left out. "
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
    CaseReason.PAID: _("The payment came in."),
    CaseReason.REFUNDED: _("The payment came in, but it was refunded in full."),
    CaseReason.DISPUTED: _("The customer disputed the payment with their bank."),
    CaseReason.VOIDED: _("The payment was voided: there is nothing to collect any more."),
    CaseReason.UNCOLLECTIBLE: _("Whop has given the payment up as uncollectible."),
    CaseReason.CUSTOMER_CANCELED: _("The customer cancelled the membership. We stop at once."),
    CaseReason.MEMBERSHIP_ENDED: _("The membership has ended."),
    CaseReason.WINDOW_ENDED: _("Fourteen days passed without a payment."),
    CaseReason.CLOSED_BY_MERCHANT: _("You closed this case."),
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
    Act.CASE_CHANGED: _("The case is now: %(state)s"),
    Act.CASE_JOINED: _(
        "Joined the conversation about another payment of this customer, so nobody is written to twice"
    ),
    Act.CASE_LEADS: _("Took over the conversation: the other payment of this customer is settled"),
    Act.CLASS_CHANGED: _("The bank gave another reason: %(title)s"),
    Act.PLAN_MADE: _("Messages planned: %(steps)s"),
    Act.STEPS_CANCELLED: _("Planned messages cancelled: %(steps)s"),
    Act.MERCHANT_ALERT: _("This case needs your attention"),
    Act.OPTED_OUT: _("The customer asked for no more reminders"),
    Act.CASE_HELD: _("Case paused"),
    Act.CASE_RESUMED: _("Case resumed"),
    Act.CASE_CLOSED_BY_MERCHANT: _("Case closed by hand"),
    Act.PROFILE_CHANGED: _("Settings changed"),
    Act.SIGNED_IN: _("Signed in"),
    Act.SIGNED_OUT: _("Signed out"),
}

WHYS: Mapping[Why, LazyString] = {
    Why.NEEDS_CUSTOMER: _(
        "Sent soon: only the customer can put this right, and no charge works before they have."
    ),
    Why.QUIET_DAY_OVER: _(
        "Waits %(hours)s hours: such a decline often clears by itself, and Whop tries again first."
    ),
    Why.SECOND_REMINDER: _("%(hours)s hours after the failure: a second, shorter reminder."),
    Why.LAST_NOTICE: _("%(hours)s hours after the failure: the last word before Whop's five days are over."),
    Why.PLAIN_NOTE: _("One plain note: the customer seems to have stopped the payment on purpose."),
    Why.SHIFTED_NEXT_DAY: _("Moved to the next morning, so that nobody hears from you twice on one day."),
    Why.SHIFTED_GAP: _("Moved by the gap of 18 hours that lies between two messages to one person."),
    Why.HEARD_LATE: _("Later than usual: word of the failure came late."),
    Why.CLASS_IS_SENSITIVE: _("Nobody is written to about a decline of this kind. You decide."),
    Why.JOINED_CONVERSATION: _("Another failed payment of this customer already has the conversation."),
    Why.CONTACT_STOPPED: _("The customer must not be written to any more."),
    Why.ENOUGH_MESSAGES: _("Enough: no more than %(limit)s messages go out for one payment."),
    Why.PAST_CUTOFF: _("It would come after the five days that Whop gives a failed renewal."),
    Why.SAID_LAST_WORD: _("The last message said that no more would follow, and that is kept."),
    Why.CHANNEL_DOWN: _("The channel was down and rests for some minutes; the message waits."),
    Why.EARLIER_COMES_FIRST: _("An earlier message of this case goes first."),
    Why.PEER_TOOK_IT: _("The mail server took it."),
    Why.PEER_REFUSED: _("The receiving side refused it for good."),
    Why.PEER_UNCLEAR: _("It may have arrived or not. It is not sent again: nobody should get it twice."),
    Why.WORKER_LOST: _(
        "The program was stopped while sending. It is not sent again: nobody should get it twice."
    ),
    Why.PUT_OFF: _("The receiving side asked to try later."),
    Why.OUT_OF_TRIES: _("Given up after several tries."),
    Why.CASE_CLOSED: _("The case is closed."),
    Why.CASE_WAITS: _("The case waits."),
    Why.NEW_PLAN: _("A new plan took its place."),
    Why.TOO_LATE: _("It was %(hours)s hours late, and a late reminder does more harm than none."),
    Why.NO_ADDRESS: _("No address of this customer is known for this channel."),
    Why.SUPPRESSED: _("This address must not be written to: the customer opted out, or it bounced before."),
    Why.NO_CHANNEL: _("This channel is switched off."),
    Why.TOO_SOON_AFTER_LAST: _("Too soon after the last message to this person."),
}

ATTRIBUTIONS: Mapping[Attribution, LazyString] = {
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
}

CHANNELS: Mapping[str, LazyString] = {
    "email": _("e-mail"),
    "telegram": _("Telegram"),
    "discord": _("Discord"),
    "whop_chat": _("Whop chat"),
}

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
    "unknown": _("Started by Whop or by the customer: the event does not say."),
}

STOPS: Mapping[str, LazyString] = {
    "opted_out": _("They asked for no more reminders."),
    "disputed": _("They disputed a payment."),
    "deceased": _("The bank reports that the account holder has died."),
}

ACTORS: Mapping[str, LazyString] = {
    "whop": _("Whop"),
    "worker": _("AutoChargeSaver"),
    "customer": _("Customer"),
    "user": _("Your team"),
}
