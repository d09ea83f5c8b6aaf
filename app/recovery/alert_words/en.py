"""Alerts in English: calm, exact, and without anything that the merchant cannot use."""

from app.recovery.alerts import AlertKind
from app.recovery.decline import ABOUT
from app.recovery.machine import CaseReason

from .texts import AlertPhrases, AlertText

_CASE = "See the case"
_BILL = ("product", "amount", "reason", "failed_at", "next_attempt")

PHRASES = AlertPhrases(
    texts={
        AlertKind.LARGE_FAILURE: AlertText(
            ("{amount} did not go through: {product}", "{amount} did not go through"),
            (
                (
                    "A renewal of {amount} for {product} failed: {reason}.",
                    "A renewal of {amount} failed: {reason}.",
                ),
                (
                    "Whop tries again on {next_attempt}. Reminders follow your campaign; the case shows when.",
                    "Reminders follow your campaign; the case shows when.",
                ),
            ),
            _CASE,
            _BILL,
        ),
        AlertKind.SENSITIVE: AlertText(
            ("A bank reports a death: {product}", "A bank reports a death"),
            (
                (
                    "The bank of one of your members reports that the account holder has died. "
                    "Nothing was sent to anyone, and nothing will be.{untold}",
                    "The bank of one of your members reports that the account holder has died. "
                    "What was still planned is cancelled; nothing more is sent to anyone.",
                ),
                "What happens with the membership is yours to decide, at whatever time suits you. "
                "You can end it on Whop, or leave it as it is until somebody writes to you.",
            ),
            _CASE,
            ("product", "amount", "failed_at"),
        ),
        AlertKind.LARGE_LOSS: AlertText(
            ("{amount} is lost: {product}", "{amount} is lost"),
            (
                (
                    "The renewal of {amount} for {product} is lost: {loss}.",
                    "The renewal of {amount} is lost: {loss}.",
                ),
                "Nothing more is sent about it. Should the payment come in after all, the case counts "
                "as recovered.",
            ),
            _CASE,
            _BILL[:4],
        ),
        AlertKind.SPIKE: AlertText(
            "{failures} renewals failed within one hour",
            (
                (
                    "{failures} renewals failed within the last hour. Usually it is {usual} at the most.",
                    "{failures} renewals failed within the last hour. Usually there are hardly any.",
                ),
                "So many at once mostly have one cause: the payment processor, one bank, or a change to a "
                "product or its price. The reasons in the list show which. Reminders go out as planned.",
            ),
            "See the cases",
        ),
        AlertKind.FLOOD: AlertText(
            "{failures} renewals failed within one hour: reminders wait for you",
            (
                (
                    "{failures} renewals failed within the last hour. Usually it is {usual} at the most.",
                    "{failures} renewals failed within the last hour. Usually there are hardly any.",
                ),
                "So many at once are mostly no fault of the customers: the payment processor or a bank is away. No "
                "reminder about them goes out until you let it, all at once or so many an hour.",
                "What is paid meanwhile is reminded of no more. A reminder that waits for two days is left out.",
            ),
            "Look at it",
        ),
        AlertKind.CHANNEL_DOWN: AlertText(
            "No reminders by {channel} since {since}",
            (
                (
                    "Reminders by {channel} have not gone out since {since}: {cause}.",
                    "Reminders by {channel} have not gone out since {since}.",
                ),
                "They wait and go out once it works again; one that is two days late is not sent any more. "
                "Settings, under Channels, shows what to mend.",
            ),
            "Open the settings",
        ),
        AlertKind.EVENTS_AMISS: AlertText(
            "An event from Whop could not be used",
            (
                "At least one event that Whop sent today could not be used, so a failure or a payment may "
                "be missing here. It is kept, with the reason, in the list of events.",
                "You hear of this once a day at the most.",
            ),
            "See the events",
        ),
        AlertKind.WEBHOOK_DOWN: AlertText(
            "Whop’s events have not arrived since {since}",
            (
                "Whop’s events have not arrived since {since}: {cause}.",
                "Failed and paid renewals are still found: every quarter of an hour they are compared with "
                "Whop’s own records. Refunds, disputes and complaints are not.",
                "Look at the webhook in Whop’s developer settings. Once it works again, Whop is asked to send "
                "what you have missed.",
            ),
            "See the events",
        ),
        AlertKind.KEY_REFUSED: AlertText(
            ("Reminders wait: the API key lacks {permission}", "Reminders wait: Whop refuses the API key"),
            (
                (
                    "Before each reminder and each charge Whop is asked whether the payment is still open. It "
                    "refuses to say: the API key lacks the permission {permission}.",
                    "Before each reminder and each charge Whop is asked whether the payment is still open. It "
                    "refuses to say: it does not accept the API key.",
                ),
                "Until it answers, nobody is written to and nothing is charged. What waits goes out by itself once "
                "it does; a reminder that is two days late by then is not sent any more.",
                (
                    "Give the key {permission} in Whop’s developer settings. The command “autocharge check” names "
                    "everything else that it lacks.",
                    "Look at the key in Whop’s developer settings, or make a new one, set it as WHOP_API_KEY and "
                    "start the program again. The command “autocharge check” tells whether Whop accepts it.",
                ),
                "You hear of this once a day at the most, and no more once it works.",
            ),
            "See the events",
        ),
        AlertKind.ENDPOINT_DOWN: AlertText(
            "Your webhook “{channel}” takes nothing",
            (
                "Your own webhook “{channel}” has taken nothing since {since}: {cause}.",
                "Cases and reminders go on as always; only your program is not told. What it has missed can "
                "be sent again from the log of the webhook, for 30 days.",
            ),
            "See the webhook",
        ),
        AlertKind.RULES_BROKEN: AlertText(
            "Something in the records is not as it must be",
            (
                "Every hour the program looks through its own records for what must never be. This is there now:",
                "{broken}",
                "The fault is the program’s or its database’s, and nothing that your customers did. Whoever runs it: "
                "“autocharge check --invariants” names each row and says what to do.",
                "You hear of this once a day at the most, and no more once it is mended.",
            ),
            "See the alerts",
        ),
        AlertKind.DIGEST: AlertText(
            ("{news}", "{need}"),
            ("Since {since}: {news}.", "{needs}"),
            "Open the overview",
            ("recovered", "opened", "lost", "at_risk"),
        ),
    },
    test=AlertText(
        "Test message from AutoChargeSaver",
        ("This is the test message you asked for. Alerts that are sent here arrive.",),
        "Open the settings",
    ),
    labels={
        "product": "Product",
        "amount": "Amount",
        "reason": "Reason",
        "failed_at": "First failure",
        "next_attempt": "Whop tries again",
        "recovered": "Recovered",
        "opened": "Newly failed",
        "lost": "Lost",
        "at_risk": "At risk now",
    },
    classes={name: about.title for name, about in ABOUT.items()},
    losses={
        CaseReason.CUSTOMER_CANCELED: "the customer cancelled the membership",
        CaseReason.MEMBERSHIP_ENDED: "the membership has ended",
        CaseReason.WINDOW_ENDED: "fourteen days passed without a payment",
        CaseReason.UNCOLLECTIBLE: "Whop has given it up as uncollectible",
        CaseReason.DISPUTED: "the customer disputed the payment with their bank",
    },
    channels={
        "email": "e-mail",
        "telegram": "Telegram",
        "discord": "Discord",
        "whop_chat": "Whop chat",
    },
    causes={
        "smtp_unreachable": "the mail server does not answer",
        "smtp_timeout": "the mail server does not answer in time",
        "smtp_hung_up": "the mail server hangs up",
        "smtp_garbage": "what answers is not a mail server",
        "smtp_no_starttls": "the mail server offers no encryption",
        "smtp_no_tls": "the mail server offers no encryption",
        "smtp_bad_certificate": "the mail server’s certificate is not valid",
        "smtp_auth_refused": "the mail server refuses the sign-in",
        "smtp_auth_unsupported": "the mail server offers no sign-in that fits",
        "mostly_refused": "most messages of the last hour were refused",
        "endpoint_failing": "it does not answer, or refuses; we try again for three days",
        "endpoint_off_failing": "it did not answer for days, or refused, and is switched off now",
        "endpoint_off_gone": "it answered that it is gone, and is switched off now",
        "webhook_disabled": "the webhook is switched off at Whop",
        "webhook_failing": "Whop cannot deliver them to this address",
    },
    rules={
        "one_case_a_payment": "Second cases of one payment",
        "one_message_a_step": "Messages sent a second time",
        "one_retry_a_payment": "Payments charged again more than once",
        "one_change_of_card_a_payment": "Payments charged to another card more than once",
        "no_message_after_the_end": "Reminders sent after their case was closed",
        "no_charge_after_the_end": "Charges after their case was closed",
        "control_group_left_alone": "Messages and charges in the control group",
        "nothing_to_the_gone": "Messages to people who were erased or excluded",
        "no_reminder_for_the_silent": "Reminders planned for people who must not be written to",
        "no_work_for_idle_cases": "Reminders and charges still planned for cases that wait or are over",
        "leases_end": "Work that was begun and never ended",
        "nothing_waits_for_ever": "Work that has been due for more than a day",
        "cases_end": "Cases that should have ended by now",
        "closed_or_running": "Cases that are both closed and running, or neither",
        "settled_cases_are_closed": "Cases that run although the payment is settled",
        "one_merchant_a_case": "Records that belong together and are of two cases or accounts",
        "figures_are_sums": "Figures of the overview that are not the sum of the cases",
        "old_events_are_empty": "Raw events kept longer than is set",
        "old_messages_are_empty": "Message texts kept longer than is set",
        "old_cases_are_nobodys": "Old cases that still lead to a person",
        "old_rows_are_deleted": "Webhook entries, sessions and codes kept too long",
        "erasures_end": "Erasures that are not finished",
    },
    news={
        "recovered": "{count} recovered ({money})",
        "opened": "{count} newly failed ({money})",
        "lost": "{count} lost ({money})",
    },
    needs={
        "sensitive": "Waiting for your decision, account holder reported as deceased: {count}.",
        "unknown_reason": "New failures with a reason that nobody knows yet: {count}.",
        "unreached": "Reminders that were refused for good: {count}. Another address may help.",
        "paused": "Cases that you paused: {count}.",
    },
    footer="About {merchant}. What you are told, when and where is set in Settings.",
    moment="MMMd",
)
