"""What is being tried and learned, in words: decisions, arms, guardrails, and why a case got what it got."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _now
from flask_babel import lazy_gettext as _

from app.recovery.learning import AS_PLANNED, Decision, Guardrail

DECISIONS: Mapping[Decision, LazyString] = {
    Decision.SEND_HOUR: _("Hour of the first two messages"),
    Decision.FIRST_CHANNEL: _("Channel that is asked first"),
    Decision.FIRST_DELAY: _("Delay of the first message"),
}

ABOUT: Mapping[Decision, LazyString] = {
    Decision.SEND_HOUR: _(
        "By the customer's clock. Only where the charge may still clear by itself; whoever must act is told at once."
    ),
    Decision.FIRST_CHANNEL: _(
        "Only for customers who have chosen none and can be reached by Whop chat, and where their campaign uses it "
        "after another one; so nothing else differs."
    ),
    Decision.FIRST_DELAY: _(
        "Beyond the campaign's own time. Only where the charge may still clear by itself."
    ),
}

AS_USUAL: Mapping[Decision, LazyString] = {
    Decision.SEND_HOUR: _("As the campaign has it"),
    Decision.FIRST_CHANNEL: _("As usual: linked accounts, then e-mail"),
    Decision.FIRST_DELAY: _("No delay"),
}

ARMS: Mapping[Decision, LazyString] = {
    Decision.SEND_HOUR: _("At %(arm)s:00"),
    Decision.FIRST_CHANNEL: _("Whop chat first"),
    Decision.FIRST_DELAY: _("%(arm)s hours later"),
}

TRIED: Mapping[Decision, LazyString] = {
    Decision.SEND_HOUR: _(
        "Sent at %(arm)s:00 by the customer's clock: being tried (probability %(probability)s)."
    ),
    Decision.FIRST_CHANNEL: _("Whop chat is asked first: being tried (probability %(probability)s)."),
    Decision.FIRST_DELAY: _("Sent %(arm)s hours later: being tried (probability %(probability)s)."),
}

GUARDRAILS: Mapping[Guardrail, LazyString] = {
    Guardrail.CANCELLED: _("Cancelled"),
    Guardrail.UNSUBSCRIBED: _("Unsubscribed"),
    Guardrail.COMPLAINED: _("Complained"),
    Guardrail.DISPUTED: _("Disputed"),
}


def arm(decision: Decision, name: str) -> str:
    return str(AS_USUAL[decision]) if name == AS_PLANNED else str(ARMS[decision]) % {"arm": name}


def tried(choices: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What moved a message from its usual time or channel; from a stored reason."""
    for choice in choices:
        if choice.get("decision") in list(Decision):
            places = {"arm": choice.get("arm", "?"), "probability": choice.get("probability", "?")}
            yield str(TRIED[Decision(choice["decision"])]) % places


def chosen(choices: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What was drawn for a case when it was planned; what was certain was not drawn."""
    for choice in choices:
        if choice.get("decision") in list(Decision) and choice.get("probability", 1) < 1:
            decision = Decision(choice["decision"])
            yield _now(
                "%(decision)s: %(arm)s (probability %(probability)s)",
                decision=DECISIONS[decision],
                arm=arm(decision, str(choice.get("arm"))),
                probability=choice["probability"],
            )
