"""Every reason of a decision as a sentence: why at this time, why not at all, why by this channel.

The table covers its whole enum; a test fails where one is missing. The texts are lazy message ids.
"""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.recovery.reasons import Why

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
    Why.CHANNEL_PREFERRED: _("By %(channel)s: the customer prefers it."),
    Why.CHANNEL_TRIED: _("By %(channel)s first: that is being tried for this case."),
    Why.CHANNEL_OF_CAMPAIGN: _("By %(channel)s: the first that can be used, in your campaign's order."),
    Why.CHANNEL_USUAL: _("By %(channel)s: the first that can be used, in the usual order."),
    Why.CHANNEL_WAKES_NOBODY: _(
        "By e-mail, which wakes nobody at night: in the morning it would be too late."
    ),
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
    Why.FLOOD: _("So many payments failed at once that reminders about them wait until you let them go."),
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
    Why.RESTORED: _(
        "The database was put back from a copy, and this may have gone out before. It is not done again: nobody should "
        "have it twice."
    ),
    Why.NO_ADDRESS: _("No address of this customer is known for this channel."),
    Why.SUPPRESSED: _("This address must not be written to: the customer opted out, or it bounced before."),
    Why.NO_CHANNEL: _("This channel is switched off."),
    Why.CHANNELS_LEFT_OUT: _("No channel that your campaign uses reaches this customer."),
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
    Why.RETRY_AFTER_SWITCH: _("Another card was tried since; it is not sure which one a retry would charge."),
    Why.SWITCH_AGREED: _(
        "%(hours)s hours after the failure, at %(hour)s where the customer lives (%(zone)s): you have it on, and the "
        "customer agreed. Which card it is, Whop is asked then."
    ),
    Why.SWITCH_NEVER: _("After a decline of this kind no other card is ever charged by us."),
    Why.SWITCH_OFF: _("You have not switched on the charge of another saved card."),
    Why.SWITCH_NO_CONSENT: _("The customer has not agreed, or has taken it back."),
    Why.SWITCH_UNTOLD: _("There is no way to tell the customer of it afterwards, so it is not done."),
    Why.SWITCH_SPENT: _("Another card was tried already; there is one such charge a payment."),
    Why.SWITCH_NO_OTHER_CARD: _("Whop names no other saved card of this customer that can be charged."),
    Why.SWITCH_CARD_UNKNOWN: _(
        "Whop does not say which saved card failed, so it is not sure which one would be another."
    ),
    Why.SWITCH_NO_TIME: _(
        "No moment is left for it in Whop's five days: it keeps a day away from every attempt of Whop's own."
    ),
    Why.SWITCH_TAKEN: _("Whop took it; whether the money came is told by the next attempt."),
    Why.SWITCH_SEEN: _("The answer was lost, but the payment shows that Whop took it."),
    Why.SWITCH_REFUSED: _("Whop did not take it. It is not asked again."),
    Why.SWITCH_UNCLEAR: _(
        "Whop's answer was lost. It is not asked again: nobody should be charged twice. The payment will tell."
    ),
    Why.SWITCH_WORKER_LOST: _(
        "The program was stopped while asking. It is not asked again: nobody should be charged twice."
    ),
    Why.SWITCH_CHARGED: _("The customer is told at once which card was charged, and how to undo it."),
    Why.SWITCH_DECLINED: _("The customer is told at once which card their membership has now."),
    Why.UNDO_WISHED: _("It was asked for; nothing is charged by it."),
    Why.UNDO_NOTHING: _("No card was changed by us here, or it has been changed again since."),
    Why.UNDO_ASKED: _("The former card is being put back, or was already."),
    Why.UNDO_ENDED: _("The membership has ended; there is no card to put back."),
    Why.UNDO_WOULD_CHARGE: _(
        "A payment of this membership is open: Whop would charge it to the former card at once. It can be put back "
        "once nothing is open."
    ),
    Why.UNDO_CARD_UNKNOWN: _("Whop does not say which card was there before."),
    Why.UNDO_CARD_EXPIRED: _(
        "The former card has expired, and the next renewal would fail. Whop shows others."
    ),
    Why.UNDO_TAKEN: _("The former card pays for renewals again. Nothing was charged."),
}

PAYDAYS: Mapping[str, LazyString] = {
    "first": _("the 1st"),
    "fifteenth": _("the 15th"),
    "friday": _("Friday"),
}
