"""Every code that a merchant may meet, as a sentence: states, reasons, acts, decline classes.

Each table covers its whole enum; a test fails where one is missing, in English or in Russian. The texts
are lazy message ids: they become words in the reader's language when a page is made.
"""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.cases.audit import Act
from app.recovery.attribution import Attribution
from app.recovery.campaign import Position
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseReason, CaseState
from app.recovery.reasons import Why
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
    Why.OWN_CAMPAIGN: _("%(hours)s hours after the failure, as your own campaign has it."),
    Why.OFFER_TO_RETURN: _("Three days after the membership ended: the customer asked for such an offer."),
    Why.SENT_BY_HAND: _("Now, because you asked for it."),
    Why.SHIFTED_NEXT_DAY: _("Moved to the next morning, so that nobody hears from you twice on one day."),
    Why.SHIFTED_GAP: _("Moved by the gap that lies between two messages to one person."),
    Why.HEARD_LATE: _("Later than usual: word of the failure came late."),
    Why.CONTROL_GROUP: _(
        "In the control group: left to Whop alone, so that the difference we make can be seen."
    ),
    Why.BACKFILLED: _("Learnt from Whop's records of the time before; nobody is written to about it."),
    Why.CLASS_IS_SENSITIVE: _("Nobody is written to about a decline of this kind. You decide."),
    Why.NOT_IN_CAMPAIGN: _("Your campaign has no message for a decline of this kind."),
    Why.JOINED_CONVERSATION: _("Another failed payment of this customer already has the conversation."),
    Why.CONTACT_STOPPED: _("The customer must not be written to any more."),
    Why.ENOUGH_MESSAGES: _("Enough: no more than %(limit)s messages go out for one payment."),
    Why.PAST_CUTOFF: _("It would come after the five days that Whop gives a failed renewal."),
    Why.SAID_LAST_WORD: _("The last message said that no more would follow, and that is kept."),
    Why.OFFERS_OFF: _("Offers to come back are switched off."),
    Why.CLASS_GETS_NO_OFFER: _("Nobody is asked to come back after a decline of this kind."),
    Why.NO_CONSENT: _("The customer has not asked for offers to come back."),
    Why.CAME_BACK: _("The customer has come back already."),
    Why.OFFERED_LATELY: _("The customer had such an offer within the last 90 days."),
    Why.CHANNEL_DOWN: _("The channel was down and rests for some minutes; the message waits."),
    Why.QUIET_HOURS: _("Waits until the night is over where the customer lives (%(zone)s)."),
    Why.OTHER_CHANNEL: _("It did not get through by %(channel)s; the next channel takes it over."),
    Why.EARLIER_COMES_FIRST: _("An earlier message of this case goes first."),
    Why.PEER_TOOK_IT: _("The receiving side took it."),
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
    Why.WHOP_UNREADABLE: _(
        "Whop could not be asked how the payment stands, and nothing goes out on old knowledge. It is tried again."
    ),
    Why.RETRY_PAYDAY: _(
        "On %(payday)s at %(hour)s where the customer lives (%(zone)s): a payday, %(hours)s hours after the failure."
    ),
    Why.RETRY_DAY_FOUR: _(
        "On the fourth day at %(hour)s where the customer lives (%(zone)s): as late as is safe, when there may be money."
    ),
    Why.RETRY_OTHER_HOUR: _(
        "%(hours)s hours after the failure and at another hour of the day, %(hour)s where the customer lives (%(zone)s)."
    ),
    Why.RETRY_DAY_TWO: _(
        "On the second day, at another hour than before: %(hour)s where the customer lives (%(zone)s)."
    ),
    Why.RETRY_SOON: _("%(hours)s hours after the failure: a technical fault has mostly passed by then."),
    Why.RETRY_LAST_CHANCE: _(
        "No better moment is left in Whop's five days: %(hours)s hours after the failure."
    ),
    Why.RETRY_BY_MERCHANT: _("You asked for it."),
    Why.RETRY_EARLIER_DAY: _(
        "Two times were weighed, a fixed one and one made for this case: the earlier day won."
    ),
    Why.RETRY_AWAY_FROM_WHOP: _("It keeps six hours away from every attempt of Whop's own."),
    Why.RETRY_NOT_NOW: _("Whop has said: not now. It is left in peace for a while."),
    Why.RETRY_NEVER: _("After a decline of this kind the same card is never charged again by us."),
    Why.RETRY_NOT_POSSIBLE: _("Whop says that this payment cannot be charged again."),
    Why.RETRY_SPENT: _("The one retry of this payment is spent."),
    Why.RETRY_REFUSED_OFTEN: _("Whop has refused it %(limit)s times; we ask no more."),
    Why.RETRY_TOO_MANY: _(
        "%(failed)s charges have failed already; the card networks punish more, and we stop at %(limit)s."
    ),
    Why.RETRY_NO_TIME: _("No moment is left for it in Whop's five days."),
    Why.RETRY_NO_KEY: _(
        "Without a key for Whop's API we cannot charge, and cannot ask Whop before a message."
    ),
    Why.RETRY_SWITCHED_OFF: _("You have switched our own charges off in the settings."),
    Why.RETRY_TAKEN: _("Whop took it; whether the money came is told by the next attempt."),
    Why.RETRY_REFUSED: _("Whop did not take it."),
    Why.RETRY_UNCLEAR: _("Whop's answer was lost. It is not asked again: nobody should be charged twice."),
    Why.RETRY_WORKER_LOST: _(
        "The program was stopped while asking. It is not asked again: nobody should be charged twice."
    ),
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
    Position.OFFER: _("Offer to come back"),
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

PAYDAYS: Mapping[str, LazyString] = {
    "first": _("the 1st"),
    "fifteenth": _("the 15th"),
    "friday": _("Friday"),
}

STOPS: Mapping[str, LazyString] = {
    "opted_out": _("They asked for no more reminders."),
    "disputed": _("They disputed a payment."),
    "excluded": _("You leave this customer alone."),
    "deceased": _("The bank reports that the account holder has died."),
}

ACTORS: Mapping[str, LazyString] = {
    "whop": _("Whop"),
    "worker": _("AutoChargeSaver"),
    "customer": _("Customer"),
    "user": _("Your team"),
}
