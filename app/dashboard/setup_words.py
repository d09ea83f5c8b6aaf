"""What the set-up page says: how a thing stands, what to do, and the texts to copy. Decides nothing."""

from collections.abc import Mapping

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from app.dashboard import alert_words, compared_words
from app.dashboard.message_words import languages
from app.dashboard.setup_line import Standing
from app.dashboard.show import Show
from app.models import Proof

EVENTS = (
    "payment.failed", "payment.requires_action", "payment.succeeded", "payment.pending", "payment.canceled",
    "membership.activated", "membership.deactivated", "membership.updated",
    "membership.cancel_at_period_end_changed", "member.updated", "refund.created", "refund.updated",
    "dispute.created", "dispute.updated", "dispute_alert.created", "resolution_center_case.created",
    "resolution_center_case.updated", "resolution_center_case.decided",
)  # fmt: skip
"""What the webhook should bring."""

STANDINGS: Mapping[Standing, LazyString] = {
    Standing.WORKS: _("Works"),
    Standing.TODO: _("To do"),
    Standing.BROKEN: _("Does not work"),
    Standing.OPTIONAL: _("Optional"),
}

NO_WORKER = _("No worker runs: events are kept, and nothing is sent.")
NO_CASE = _(
    "The next renewal that fails opens a case by itself, and the customer is reminded at the right moments."
)
NO_KEY = _(
    "There is none: nothing can be charged again, read afresh before a message, or found when a webhook gets lost."
)
MAKE_KEY = _("In Whop’s dashboard, under Developer, make an API key with these permissions.")
MORE_PERMISSIONS = _("In Whop’s dashboard, under Developer, give the key what it lacks. Then look again.")

WEBHOOKS: Mapping[str, LazyString] = {
    "disabled": _("Whop has switched the webhook off. Switch it on in Whop’s dashboard under Developer."),
    "failing": _("Whop has not been able to deliver its events for a while."),
    "none": _("Whop has no webhook with the address below."),
    "asked": _("Whop was asked for a test event; it has not arrived yet."),
    "forbidden": _("The key may not look at webhooks: it lacks developer:manage_webhook."),
}
CHANNEL_TITLES: Mapping[str, LazyString] = {
    "email": _("E-mail goes out"),
    "telegram": _("Telegram bot"),
    "discord": _("Discord bot"),
    "whop_chat": _("Whop chat"),
}
CHANNEL_TESTS: Mapping[str, LazyString] = {
    "email": _("Send me a test message"),
    "telegram": _("Ask the bot"),
    "discord": _("Ask the bot"),
    "whop_chat": _("Look at the key"),
}
CHANNEL_STEPS: Mapping[str, LazyString] = {
    "email": _(
        "Name your mail server. Use a domain of your own with SPF and DKIM, so that reminders do not end in spam."
    ),
    "telegram": _("Make a bot with @BotFather in Telegram and give its token to the program."),
    "discord": _(
        "In Discord’s developer portal, make an application with a bot, and invite the bot to your server."
    ),
    "whop_chat": _("The key needs support_chat:create and support_chat:message:create; then switch it on."),
}
CHANNEL_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "email": (
        "ENABLE_EMAIL",
        "SMTP_HOST",
        "SMTP_PORT",
        "SMTP_USER",
        "SMTP_PASS",
        "SMTP_FROM",
        "SMTP_SECURITY",
    ),
    "telegram": ("ENABLE_TELEGRAM", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET"),
    "discord": ("ENABLE_DISCORD", "DISCORD_BOT_TOKEN", "DISCORD_CLIENT_ID", "DISCORD_CLIENT_SECRET"),
    "whop_chat": ("ENABLE_WHOP_CHAT", "WHOP_API_KEY"),
}
TRIALS: Mapping[str, LazyString] = {
    "kept": _("This development install has no mail server: the test message went nowhere."),
    "unclear": _("It is unclear whether the last test message arrived."),
    "no_answer": _("The last test got no answer in time. A firewall may be in between."),
}


def webhook(code: str | None, *, heard: bool) -> str:
    if code is not None:
        return str(WEBHOOKS.get(code) or compared_words.TROUBLES.get(code, code))
    return str(gettext("Events arrive.")) if heard else str(gettext("Whop has not told us anything yet."))


def webhook_steps(*, open_address: bool) -> tuple[str, ...]:
    first = gettext("Give the program a public https address: Whop posts only to one.")
    steps = (
        gettext("In Whop’s dashboard, under Developer, then Webhooks, add a webhook with the address below."),
        gettext("Pin it to the newest API version and choose the events below."),
        gettext("Give the secret that Whop shows once to the program, whole, with its ws_."),
        gettext("Send a test event from Whop’s dashboard, or with the button here. It is seen here at once."),
    )
    return steps if open_address else (first, *steps)


def key(proof: Proof | None, *, needed: int) -> str:
    if proof is None:
        return str(gettext("A key is set. Look whether it may do what is needed."))
    if proof.ok:
        return str(gettext("The key may do all %(needed)s things that are needed.", needed=needed))
    if proof.code is not None and ":" in proof.code:
        return str(gettext("The key lacks permissions."))
    return str(
        gettext(
            "It could not be looked at: %(cause)s.",
            cause=compared_words.TROUBLES.get(proof.code or "", proof.code),
        )
    )


def channel(name: str, proof: Proof | None, *, on: bool, known: bool, at_hand: bool) -> str:
    if not known:
        return str(gettext("Not set up."))
    if not on:
        return str(
            gettext(
                "Set up, but switched off: %(variable)s=true switches it on.",
                variable=alert_words.SWITCHES[name],
            )
        )
    if proof is None:
        return str(gettext("It is on. Nobody has tested it yet.")) if at_hand else str(TRIALS["kept"])
    if (proof.code or "") in TRIALS:
        return str(TRIALS[proof.code or ""])
    if proof.ok and name == "email":
        return str(
            gettext("The mail server took the test message. Look whether it is in your inbox, not in spam.")
        )
    return proof.text or alert_words.why(proof.code)


def tested(proof: Proof | None, showing: Show) -> str:
    """`showing` counts from the machine's time, as proofs do."""
    return "" if proof is None else str(gettext("Last tested %(ago)s.", ago=showing.away(proof.at)))


def language(code: str) -> str:
    return languages().get(code, code)
