"""What the pages of message texts say: placeholders, faults with their places, languages, how a test ended."""

from collections.abc import Mapping
from functools import cache

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from app.dashboard import sentences
from app.recovery.campaign import Position
from app.recovery.decline import POLICIES, Angle
from app.recovery.wording import DRAFTS, LANGUAGES
from app.recovery.wording.check import Fault, Field, Finding
from notifiers import available
from notifiers.base import GiveUp, Notifier, Outcome, Retry, Sent, Unknown

NAMES_OF_LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "ru": "Русский",
    "es": "Español",
    "pt": "Português",
    "fr": "Français",
    "de": "Deutsch",
}
"""Each in itself."""

DESCRIPTIONS: Mapping[str, LazyString] = {
    "merchant": lazy_gettext("Your name as customers know it"),
    "failed_on": lazy_gettext("The day of the failed payment"),
    "product": lazy_gettext("What the customer pays for"),
    "amount": lazy_gettext("The open amount with its currency"),
    "card": lazy_gettext("The card's brand and last four digits"),
    "last4": lazy_gettext("The card's last four digits"),
    "expired": lazy_gettext("Month and year until which the card was valid"),
    "customer_name": lazy_gettext("The customer's name"),
    "next_attempt": lazy_gettext("The day on which Whop tries again"),
    "cutoff": lazy_gettext("When the membership ends if it stays unpaid"),
    "confirm_page": lazy_gettext("Whop's page where the bank asks for consent"),
    "other_payments": lazy_gettext("How many other payments to you are open"),
    "promo_code": lazy_gettext("Your code for those who come back"),
}
"""The same texts as `app.recovery.placeholders.PLACEHOLDERS`, marked for translation."""

FIELDS: Mapping[Field, LazyString] = {
    Field.SUBJECT: lazy_gettext("Subject"),
    Field.PREVIEW: lazy_gettext("Preview line"),
    Field.BODY: lazy_gettext("Text"),
    Field.BUTTON: lazy_gettext("Button"),
}

FAULTS: Mapping[Fault, LazyString] = {
    Fault.EMPTY: lazy_gettext("Write something here: no message goes out without it."),
    Fault.TOO_LONG: lazy_gettext("Too long: at most %(most)s characters."),
    Fault.TOO_MANY: lazy_gettext("Too many paragraphs: at most %(most)s."),
    Fault.UNKNOWN_NAME: lazy_gettext("There is no placeholder “%(found)s”. Choose one from the list."),
    Fault.NOT_A_NAME: lazy_gettext(
        "“%(found)s” is no placeholder: between the braces only a name from the list may stand."
    ),
    Fault.LONE_BRACE: lazy_gettext(
        "This “%(found)s” has no partner. Braces are only for placeholders such as {merchant}."
    ),
    Fault.NOT_HERE: lazy_gettext(
        "“%(found)s” does not fit this message: it would promise what does not happen here. Write it without."
    ),
    Fault.FIXED_DAY: lazy_gettext(
        "“%(found)s” would be told to every customer, whenever they read it. Use a placeholder for the day."
    ),
    Fault.ADDRESS: lazy_gettext(
        "“%(found)s” is no address that may stand here: only https:// and the name of a site may."
    ),
    Fault.NOTHING_SURE: lazy_gettext(
        "Every paragraph uses something that may be unknown, and such paragraphs are left out. Write at least "
        "one that needs no more than {merchant} and {failed_on}, or keep one of the default's as it is."
    ),
}
_MEANT = lazy_gettext("There is no placeholder “%(found)s”. Did you mean {%(near)s}?")


def titles_of(angle: str) -> tuple[str, ...]:
    """The decline classes that messages of an angle are for, in plain words."""
    if angle == Angle.WINBACK:
        return (str(_("After the membership has ended")),)
    if angle == Angle.SWITCHED:
        return (str(_("Another saved card was used")),)
    wanted = [name for name, policy in POLICIES.items() if policy.messages and policy.angle == angle]
    return tuple(str(sentences.CLASS_TITLES[name]) for name in wanted)


def sentence_of(angle: str) -> str:
    if angle == Angle.WINBACK:
        return str(_("Sent once, to customers who asked for such offers, where you have switched them on."))
    if angle == Angle.SWITCHED:
        return str(
            _("Sent at once, to customers who agreed to it. The lines about taking it back always stay.")
        )
    first = next(name for name, policy in POLICIES.items() if policy.angle == angle)
    return str(sentences.CLASS_SENTENCES[first])


def step_of(key: str) -> str:
    return str(sentences.POSITIONS[Position(key.partition(".")[2])])


def title_of(key: str) -> str:
    """A message as its heading: why the charge failed, and which message it is."""
    return f"{titles_of(key.partition('.')[0])[0]}: {step_of(key)}"


def angles() -> tuple[str, ...]:
    return tuple(angle.value for angle in Angle if angle is not Angle.NONE)


@cache
def kinds() -> Mapping[str, type[Notifier]]:
    """Every installed channel that leads to customers: to merchants other texts go.

    They stay the same while a process runs, and a look takes its time.
    """
    return {name: kind for name, kind in available().items() if kind.capabilities.audience == "customers"}


def channels() -> dict[str, str]:
    """Every channel that this install knows, by name; the empty one stands for all that have no own text."""
    return {"": _("All channels"), **{name: channel_name(name) for name in kinds()}}


def channel_name(name: str) -> str:
    known = sentences.CHANNELS.get(name)
    return str(known)[:1].upper() + str(known)[1:] if known else name


def languages() -> dict[str, str]:
    return {code: NAMES_OF_LANGUAGES.get(code, code) for code in LANGUAGES}


def draft(language: str) -> bool:
    """Nobody who grew up with the language has read these default texts yet."""
    return language in DRAFTS


def told(finding: Finding) -> str:
    """A fault in a sentence, behind its place where it has one."""
    sentence = _MEANT if finding.near else FAULTS[finding.fault]
    text = str(sentence) % {"found": finding.found, "near": finding.near, "most": finding.most}
    place = _place(finding)
    return f"{place}: {text}" if place else text


def _place(finding: Finding) -> str:
    if finding.paragraph and finding.character:
        return str(
            _(
                "Paragraph %(paragraph)s, character %(character)s",
                paragraph=finding.paragraph,
                character=finding.character,
            )
        )
    if finding.character:
        return str(_("Character %(character)s", character=finding.character))
    return str(_("Paragraph %(paragraph)s", paragraph=finding.paragraph)) if finding.paragraph else ""


def told_outcome(outcome: Outcome | None, address: str) -> tuple[str, str]:
    """The kind of notice, and how a test ended in words."""
    match outcome:
        case None:
            return "warning", _(
                "Nothing was sent: this install has no mail server. Set SMTP_HOST and SMTP_FROM; "
                "until then the preview shows the message."
            )
        case Sent():
            return "success", _("The test is on its way to %(address)s.", address=address)
        case Retry(reason=reason):
            return "warning", _(
                "The mail server did not take the test now (%(reason)s). Try again in some minutes.",
                reason=reason,
            )
        case GiveUp(reason=reason):
            return "warning", _(
                "The mail server refused the test for %(address)s (%(reason)s).",
                address=address,
                reason=reason,
            )
        case Unknown(reason=reason):
            return "warning", _(
                "It is not certain that the test arrived (%(reason)s). Look into your mailbox before you try again.",
                reason=reason,
            )


def as_plain_text() -> str:
    return str(_("E-mail as plain text"))


def nobody() -> str:
    return str(_("Unknown customer"))
