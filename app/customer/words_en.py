"""The customer's pages in English."""

from app.customer.words import ConnectWords, Ended, PreferenceWords, Told, Words
from app.recovery.decline import DeclineClass

_FAILED = "The payment for {product} did not go through"
_OTHER_CARD = "Choose another way to pay, or keep the one you have."

ENGLISH = Words(
    language="en",
    name="English",
    declines={
        DeclineClass.FUNDS: Told(
            _FAILED,
            "Your bank did not let this charge through this time. It happens often and is easily put right.",
            _OTHER_CARD,
        ),
        DeclineClass.ISSUER: Told(
            _FAILED,
            "Your bank declined the charge and gave no reason. Approving it in your bank’s app, "
            "or using another card, usually settles it.",
            _OTHER_CARD,
        ),
        DeclineClass.TECHNICAL: Told(
            _FAILED,
            "Something between Whop and your bank did not work at that moment. "
            "It says nothing about you or your card, and most of these clear up by themselves.",
            _OTHER_CARD,
        ),
        DeclineClass.CARD_DATA: Told(
            "The card for {product} needs an update",
            "The details of the card on file no longer match what your bank has. "
            "Entering the current ones takes less than a minute.",
            "Enter the details of your current card there.",
        ),
        DeclineClass.AUTHENTICATION: Told(
            "Your bank asks you to confirm the payment for {product}",
            "Nothing is wrong with your card. For this charge your bank wants to hear from you in person, "
            "in its app or by a code.",
            "Confirm the payment the way your bank asks for.",
        ),
        DeclineClass.FRAUD: Told(
            _FAILED,
            "This card could not be charged. Please use another card or another way to pay.",
            "Add another card or another way to pay there.",
        ),
        DeclineClass.ACCOUNT_GONE: Told(
            _FAILED,
            "The card or account on file cannot be used for this payment. "
            "Another card, or a wallet such as Apple Pay, will do.",
            "Add another card or another way to pay there.",
        ),
        DeclineClass.CUSTOMER_STOPPED: Told(
            "A payment for {product} was stopped",
            "Your bank told Whop that you stopped this payment. If you meant to, there is nothing to pay here; "
            "you can also cancel the membership at Whop, so that no more charges are tried. "
            "If you did not mean to, you can put it right at Whop.",
            "Cancel the membership there, or choose how you want to pay.",
        ),
        DeclineClass.SENSITIVE: Told(_FAILED, "The account on file could not be charged.", _OTHER_CARD),
        DeclineClass.NOT_A_FAILURE: Told(_FAILED, "The charge was not completed.", _OTHER_CARD),
        DeclineClass.UNKNOWN: Told(
            _FAILED,
            "Your bank declined the charge. Approving it in your bank’s app, or using another card, "
            "usually settles it.",
            _OTHER_CARD,
        ),
    },
    endings={
        "paid": Ended(
            "All paid, thank you", "The payment for {product} has arrived. There is nothing left to do."
        ),
        "clearing": Ended(
            "The payment is on its way",
            "Your bank is still processing the payment for {product}. There is nothing to do now; "
            "please do not pay a second time.",
        ),
        "under_review": Ended(
            "Whop is looking into this",
            "You have raised a question about {product} at Whop. Until it is settled there is nothing to pay here.",
        ),
        "canceled": Ended(
            "Your membership is ending",
            "You have canceled {product}. We will not ask for this payment again, and there is nothing to do.",
        ),
        "ended": Ended(
            "Your membership has ended",
            "{product} has ended and this payment is no longer asked for. There is nothing to do.",
        ),
        "voided": Ended(
            "This payment was called off",
            "The charge for {product} was withdrawn. You owe nothing for it.",
        ),
        "refunded": Ended(
            "This payment was refunded",
            "The money for {product} has been returned. It can take your bank a few days to show it.",
        ),
        "disputed": Ended(
            "This payment is with your bank",
            "You have questioned the charge for {product} with your bank. Until it is settled "
            "there is nothing to do here.",
        ),
        "over": Ended(
            "We no longer ask for this payment",
            "Reminders about the payment for {product} have ended. Whop shows you where your membership stands.",
        ),
    },
    card_expired="The card ending {last4} expired in {month}. Entering a current one takes less than a minute.",
    something="your membership",
    seller="your seller",
    merchant="Seller",
    product="Membership",
    amount="Amount",
    card="Card",
    card_ending="{brand} ending {last4}",
    failed_on="Charge tried on",
    next_try="Whop tries again on",
    details="The payment",
    confirm="Confirm with your bank",
    go_on="Continue to Whop",
    open_whop="Open Whop",
    others_title="Also open with {merchant}",
    others_link="See this payment",
    next_title="What happens next",
    step_sign_in="Whop opens and asks you to sign in, because only you may change how you pay.",
    step_last="Whop then tries the charge. You need not come back here.",
    step_last_stopped="If you meant to stop it and do nothing more, that is fine too.",
    safe_title="Is this genuine?",
    safe_card="{merchant} sells memberships on Whop, and Whop collects the payments. "
    "This page only explains and hands you over: it never asks for a card number, a password or a code. "
    "Card details are entered on whop.com and nowhere else.",
    safe_yourself="Rather not use the button? Open Whop yourself:",
    on_behalf="Shown on behalf of {merchant}.",
    stop_reminders="Stop these reminders",
    stop_title="Stop reminders from {merchant}?",
    stop_lead="You get a few reminders when a payment for a membership does not go through. "
    "One press stops them for good.",
    stops_title="What stops",
    stops="Reminders about failed payments from {merchant}.",
    stays_title="What stays as it is",
    stays=(
        "Your membership and its payments: stopping reminders cancels nothing.",
        "E-mails that Whop sends by itself, such as receipts.",
    ),
    stop_button="Stop reminders",
    back="Back to the payment",
    stopped_title="Reminders are stopped",
    stopped_lead="You will get no more reminders about failed payments from {merchant}.",
    preferences=PreferenceWords(
        go="Choose how you are reminded",
        safe="{merchant} sells memberships on Whop. This page is about reminders only: nothing is paid here, "
        "and it never asks for a card number, a password or a code.",
        manage="Memberships and cards are managed on Whop’s own page and nowhere else:",
        title="Your reminders from {merchant}",
        lead="You get a few reminders when a payment for a membership does not go through. "
        "Here you choose how they reach you, or stop them.",
        done={
            "saved": "Saved. Reminders follow it from now on.",
            "linked": "The account is linked.",
            "unlinked": "The account is unlinked and forgotten here.",
            "case_stopped": "You will get no more reminders about this payment.",
            "allowed": "Reminders are allowed again.",
            "known": "Thank you. You are signed in at Whop, and this page is yours.",
        },
        off_title="Nobody writes to you at the moment",
        off_lead="Reminders from {merchant} have ended. There is nothing to do.",
        allow="Allow reminders again",
        allow_lead="Reminders come again only if you press this yourself.",
        where_title="Where reminders reach you",
        where_lead="Each reminder comes to one place only.",
        email="E-mail",
        since="linked on {date}",
        link="Get reminders in {channel}",
        unlink="Unlink {channel}",
        leads_to={
            "telegram": "Telegram opens with our bot, and you press Start. The bot learns your Telegram name "
            "and can write to you until you unlink it.",
            "discord": "discord.com opens and asks whether we may see who you are: your name there and nothing else. "
            "You can unlink it here at any time.",
        },
        how_title="How you want to be reminded",
        channel="First by",
        any_channel="Whatever reaches you best",
        language="Language",
        any_language="As {merchant} writes",
        save="Save",
        offers_title="Offers to come back",
        offers="Tell me of an offer from {merchant} to come back if my membership ends",
        offers_hint="One message, some days later. You can take this back here at any time.",
        open_title="Payments that are open",
        see_payment="See this payment",
        stop_payment="Stop reminders for this payment",
        stored_title="What is stored about you",
        stored_lead="This is kept here for {merchant}, and no other seller sees it.",
        stored_more="Of each failed charge the bank’s reason is kept, and of each message its text and the address "
        "it went to. Whole card numbers are never here: Whop does not hand them out.",
        name="Name",
        country="Country",
        zone="Time zone",
        accounts="Linked accounts",
        known_since="Known since",
        none="nothing",
        payments="Payments",
        messages="Reminders sent",
        newest="The newest {count} are shown.",
        date="Date",
        by="By",
        subject="Subject",
    ),
    connect=ConnectWords(
        title="Reminders from {merchant} where you read them",
        lead="If a payment for your membership with {merchant} ever fails, a reminder can reach you in "
        "{channels}, where you will see it. An e-mail is easily missed.",
        who="Whop asks you to sign in and tells us who you are: your name, nothing more. "
        "Your password stays with Whop, and nothing is charged or changed.",
        only="Reminders only ever concern payments to {merchant}. You can stop them with one press.",
        sign_in="Sign in with Whop",
        not_here="Signing in with Whop is not set up here. The link “{link}” on the page of any reminder leads "
        "to the same place.",
        nothing_to_link="Reminders come by e-mail only for now, so there is nothing to link yet. "
        "You can still choose your language.",
        troubles={
            "denied": "You said no at Whop, so nothing was stored. You can try again whenever you like.",
            "state": "This sign-in was not begun in this browser, or too long ago. Please press the button again.",
            "code": "Whop’s permission had run out. Please press the button again.",
            "away": "Whop does not answer right now, so nothing was stored. Please try again in a moment.",
            "untrusted": "Whop’s answer could not be trusted, so nothing was stored. Please try again later.",
        },
        failed_title="{channel} is not linked",
        failures={
            "denied": "You said no at {channel}, so nothing was stored.",
            "expired": "The way to {channel} works once and for an hour. Please begin again on your own page.",
            "away": "{channel} does not answer as it should right now, so nothing was stored. "
            "Please try again in a moment.",
        },
    ),
    unknown_title="This link is not complete",
    unknown_lead="Part of the address seems to be missing. Please open the link from the message again, "
    "or open Whop yourself: it always shows your memberships and payments.",
    unknown_unsubscribe="Part of the address seems to be missing, so nothing was changed. "
    "Please open the link at the end of the message again.",
)
