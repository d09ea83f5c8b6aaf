"""The default texts in English. Said by the merchant; neutral, short, and never louder than the facts."""

from . import en_lines as say
from .texts import Line, Phrases, Wording

PHRASES = Phrases(
    greeting=("Hi {customer_name},", "Hello,"),
    unsubscribe="Stop these reminders",
    labels={"product": "Membership", "amount": "Amount", "card": "Card", "failed_on": "Charge tried on"},
    seller="a seller on Whop",
    card_ending="ending {last4}",
    branded_card_ending="{brand} ending {last4}",
    confirm_page="the confirmation page",
    other_payments={"one": "{count} more open payment", "other": "{count} more open payments"},
    day="MMM d",
    moment="{day}, {hour} {zone}",
    city_zone="({city} time)",
)

_PAY = "Choose how to pay"
_UPDATE = "Update payment details"
_ADD = "Add another card"
_CONFIRM = ("Open {confirm_page}", "Continue on Whop")


def _reminder(subject: Line, preview: Line, *paragraphs: Line, button: Line) -> Wording:
    return Wording(subject, preview, (*paragraphs, say.ALSO_OPEN), button, say.CLOSING, say.FOOTER)


def _last(*advice: Line, button: Line) -> Wording:
    paragraphs = (say.NOT_YET, *advice, say.ENDING, say.NO_MORE)
    return _reminder(say.LAST_REMINDER, say.LAST_PREVIEW, *paragraphs, button=button)


WORDINGS: dict[str, Wording] = {
    "funds.first": _reminder(
        say.SUBJECT,
        ("Whop tries again on {next_attempt}.", "You can use the same card or another one."),
        say.NOT_THROUGH,
        say.WAIT_OR_PAY,
        button=_PAY,
    ),
    "funds.second": _reminder(
        say.REMINDER,
        ("Whop tries again on {next_attempt}.", "You can use the same card or another one."),
        say.NOT_YET,
        say.WAIT_OR_PAY,
        button=_PAY,
    ),
    "funds.last": _last("You can pay on Whop with the same card or with another one.", button=_PAY),
    "issuer.first": _reminder(
        ("Your bank declined the payment for {product}", "Your bank declined the payment to {merchant}"),
        "Approving it in your bank’s app, or another card, usually helps.",
        say.NOT_THROUGH,
        "Your bank declined it and gave no reason.",
        say.APPROVE,
        say.NEXT_TRY,
        button=_PAY,
    ),
    "issuer.second": _reminder(
        say.REMINDER,
        "Your bank has not let it through so far. Here is what usually helps.",
        say.NOT_YET,
        "Your bank has not let it through so far.",
        say.APPROVE,
        say.NEXT_TRY,
        button=_PAY,
    ),
    "issuer.last": _last(say.APPROVE, button=_PAY),
    "technical.first": _reminder(
        say.SUBJECT,
        "It looks like a technical problem between the payment systems.",
        say.NOT_THROUGH,
        "It looks like a technical problem between the payment systems, not a problem with you or your card.",
        say.WAIT_OR_PAY,
        button=_PAY,
    ),
    "technical.second": _reminder(
        say.REMINDER,
        "The technical problem seems to be still there; another card may work.",
        say.NOT_YET,
        "The technical problem between the payment systems seems to be still there. "
        "Another card may work better.",
        say.NEXT_TRY,
        button=_PAY,
    ),
    "technical.last": _last("Please try it on Whop, with another card if you can.", button=_PAY),
    "card.first": _reminder(
        (
            "Your card for {product} expired {expired}",
            "Your card at {merchant} expired {expired}",
            "Your payment details for {product} need an update",
            "Your payment details at {merchant} need an update",
        ),
        say.A_MINUTE,
        say.NOT_THROUGH,
        say.CARD_PROBLEM,
        "Please enter your current card on Whop. It takes about a minute.",
        button=_UPDATE,
    ),
    "card.second": _reminder(
        (
            "Reminder: your card for {product} expired {expired}",
            "Reminder: your card at {merchant} expired {expired}",
            "Reminder: your payment details for {product}",
            "Reminder: your payment details at {merchant}",
        ),
        say.A_MINUTE,
        say.NOT_YET,
        say.CARD_PROBLEM,
        "Once your current card is on Whop, the payment can go through.",
        button=_UPDATE,
    ),
    "card.last": _last(say.CARD_PROBLEM, "Please enter your current card on Whop.", button=_UPDATE),
    "confirm.first": _reminder(
        (
            "Your bank wants you to confirm the payment for {product}",
            "Your bank wants you to confirm the payment to {merchant}",
        ),
        "One tap in your bank’s app is usually enough.",
        say.NOT_THROUGH,
        "Your bank wants you to confirm it yourself. That is an ordinary check, and only you can answer it.",
        say.CONFIRM,
        button=_CONFIRM,
    ),
    "confirm.second": _reminder(
        (
            "Reminder: please confirm the payment for {product}",
            "Reminder: please confirm the payment to {merchant}",
        ),
        "One tap in your bank’s app is usually enough.",
        say.NOT_YET,
        "Your bank still wants you to confirm it yourself.",
        say.CONFIRM,
        button=_CONFIRM,
    ),
    "confirm.last": _last("Your bank still wants you to confirm it yourself.", say.CONFIRM, button=_CONFIRM),
    "other_card.first": _reminder(
        ("Please add another card for {product}", "Please add another card for {merchant}"),
        say.A_MINUTE,
        say.NOT_THROUGH,
        say.COULD_NOT_CHARGE,
        button=_ADD,
    ),
    "other_card.second": _reminder(
        (
            "Reminder: please add another card for {product}",
            "Reminder: please add another card for {merchant}",
        ),
        say.A_MINUTE,
        say.NOT_YET,
        say.COULD_NOT_CHARGE,
        button=_ADD,
    ),
    "other_card.last": _last(say.COULD_NOT_CHARGE, button=_ADD),
    "card_type.first": _reminder(
        ("Please choose another way to pay for {product}", "Please choose another way to pay {merchant}"),
        "Another card or a wallet works.",
        say.NOT_THROUGH,
        say.CANNOT_PAY,
        say.OTHER_KIND,
        button=_PAY,
    ),
    "card_type.second": _reminder(
        (
            "Reminder: please choose another way to pay for {product}",
            "Reminder: please choose another way to pay {merchant}",
        ),
        "Another card or a wallet works.",
        say.NOT_YET,
        say.CANNOT_PAY,
        say.OTHER_KIND,
        button=_PAY,
    ),
    "card_type.last": _last(say.CANNOT_PAY, say.OTHER_KIND, button=_PAY),
    "stopped.note": Wording(
        subject=("About your payment for {product}", "About your payment to {merchant}"),
        preview="If you meant to stop it, there is nothing to do.",
        paragraphs=(
            (
                "Your bank told us that you stopped your payment of {amount} for {product} at {merchant} "
                "on {failed_on}.",
                "Your bank told us that you stopped your payment for {product} at {merchant} on {failed_on}.",
                "Your bank told us that you stopped your payment of {amount} to {merchant} on {failed_on}.",
                "Your bank told us that you stopped your payment to {merchant} on {failed_on}.",
            ),
            "If you meant to, there is nothing to do. To be sure that nothing is charged again, cancel the "
            "membership: sign in at whop.com, open Memberships, choose this one and cancel it.",
            "If you did not mean to, sign in at Whop and choose how you want to pay.",
            "We will not remind you of this payment again.",
            say.ALSO_OPEN,
        ),
        button="Open your membership",
        closing=say.CLOSING,
        footer=say.WHY,
    ),
    "winback.offer": Wording(
        subject=("You can come back to {product}", "You can come back to {merchant}"),
        preview="Your membership has ended. If you like, you can join again.",
        paragraphs=(
            (
                "Your membership of {product} at {merchant} has ended, because a payment did not go through.",
                "Your membership at {merchant} has ended, because a payment did not go through.",
            ),
            "If you would like to come back, you can join on Whop again. If not, there is nothing to do.",
            "Enter the code {promo_code} there: it is the offer of {merchant} for coming back.",
            "This is the only message about it.",
        ),
        button="See how to come back",
        closing=say.CLOSING,
        footer=(
            "You get this because you asked {merchant} to tell you of offers to come back. "
            "You can take that back at any time.",
        ),
        details=(),
    ),
}
