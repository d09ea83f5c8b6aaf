"""Lines that several English messages share."""

from .texts import Line

CLOSING: tuple[Line, ...] = (
    "Or open Whop yourself: sign in at whop.com and open Memberships.",
    "We never ask for card details by reply. A card is changed only on whop.com, after you sign in.",
)
WHY: tuple[Line, ...] = (
    (
        "You get this because you have a membership of {product} at {merchant}. "
        "Payments go through whop.com.",
        "You get this because you have a membership at {merchant}. Payments go through whop.com.",
    ),
)
FOOTER: tuple[Line, ...] = (
    *WHY,
    "You can stop these reminders at any time; that does not cancel your membership.",
)

SUBJECT = ("Your payment for {product} did not go through", "Your payment to {merchant} did not go through")
REMINDER = ("Reminder: your payment for {product}", "Reminder: your payment to {merchant}")
LAST_REMINDER = ("Last reminder: your payment for {product}", "Last reminder: your payment to {merchant}")
LAST_PREVIEW = ("It can be paid until {cutoff}.", "What you can do, and what happens if you do nothing.")
A_MINUTE = "It takes about a minute on Whop."

NOT_THROUGH = (
    "Your payment of {amount} for {product} at {merchant} did not go through on {failed_on}.",
    "Your payment for {product} at {merchant} did not go through on {failed_on}.",
    "Your payment of {amount} to {merchant} did not go through on {failed_on}.",
    "Your payment to {merchant} did not go through on {failed_on}.",
)
NOT_YET = (
    "Your payment of {amount} for {product} at {merchant} has not gone through yet.",
    "Your payment for {product} at {merchant} has not gone through yet.",
    "Your payment of {amount} to {merchant} has not gone through yet.",
    "Your payment to {merchant} has not gone through yet.",
)
NEXT_TRY = (
    "Whop will try your card ({card}) again on {next_attempt}.",
    "Whop will try again on {next_attempt}.",
)
WAIT_OR_PAY = (
    "Whop will try your card ({card}) again on {next_attempt}, so you may not need to do anything. "
    "If you prefer another card, you can choose one on Whop; it takes about a minute.",
    "Whop will try again on {next_attempt}, so you may not need to do anything. "
    "If you prefer another card, you can choose one on Whop; it takes about a minute.",
    "You can pay on Whop with the same card or with another one. It takes about a minute.",
)
ENDING = (
    "If it is not paid by {cutoff}, your membership ends then, and your access to {product} with it.",
    "If it is not paid by {cutoff}, your membership ends then, and your access with it.",
    "If it stays unpaid, your membership may end, and your access to {product} with it.",
    "If it stays unpaid, your membership may end, and your access with it.",
)
NO_MORE = (
    "This is our last reminder about this payment. If you would rather not keep the membership, "
    "you can cancel it on whop.com under Memberships."
)
ALSO_OPEN = (
    "You also have {other_payments} to {merchant}. You will find everything on whop.com under Memberships."
)

APPROVE = (
    "Often it is enough to approve the payment in your bank’s app, or to ask the bank to allow it. "
    "It may be listed there under Whop or under {merchant}. Another card works as well."
)
CARD_PROBLEM = (
    "Your card on file ({card}) expired {expired}.",
    "The details on file for your card ({card}) no longer match what your bank has. "
    "The number, the expiry date or the address may have changed.",
    "The payment details on file no longer match what your bank has.",
)
CONFIRM = (
    "Sign in on {confirm_page} at Whop and answer your bank’s question there. "
    "One tap in the bank’s app is usually enough.",
    "Sign in at Whop, open the membership and pay again. If your bank asks, confirm the payment, "
    "usually with one tap in its app. Another card works as well.",
)
COULD_NOT_CHARGE = (
    "We could not charge your card ({card}). Please add another card on Whop; it takes about a minute.",
    "We could not charge the card on file. Please add another one on Whop; it takes about a minute.",
)
CANNOT_PAY = (
    "Your card ({card}) cannot be used for this membership. "
    "Some kinds of cards and accounts are not accepted.",
    "The card or account on file cannot be used for this membership. Some kinds are not accepted.",
)
OTHER_KIND = "Another card works, and so does a wallet where Whop offers you one. It takes about a minute."
