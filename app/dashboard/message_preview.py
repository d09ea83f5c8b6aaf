"""A text as its readers would see it, in every channel's form. Its links lead nowhere: no visit, no opt-out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.wordings import Slot
from app.dashboard.desk import Desk
from app.dashboard.message_form import AS_TEXT, Shown
from app.dashboard.message_words import kinds
from app.delivery.message import message_of, values_of
from app.models import Case, Merchant
from app.recovery.wording import MessageValues, OwnText, compose, wording
from app.recovery.wording.catalogue import phrases
from app.recovery.wording.own import left_out
from app.recovery.wording.sample import sample_values
from app.recovery.wording.values import words_of
from app.services import services
from notifiers.base import Message, Rendering

NOWHERE = "example"
"""Stands where a customer's token would: nobody's, so that no press of a button counts."""


@dataclass(frozen=True, slots=True)
class Preview:
    message: Message
    rendering: Rendering
    as_mail: bool
    """Shown as a letter in a frame, not as text."""
    left_out: tuple[str, ...]
    """For each paragraph that this case leaves out, what is not known of it."""
    most: int | None
    """Characters at which the channel cuts."""


def preview(desk: Desk, slot: Slot, text: OwnText, shown: Shown, cases: Sequence[Case]) -> Preview:
    message, missing = message_with(desk, slot, text, shown, cases)
    channel = kinds()["email" if shown.rendering == AS_TEXT else shown.rendering]
    return Preview(
        message,
        channel.render(message),
        as_mail=shown.rendering == "email",
        left_out=missing,
        most=channel.capabilities.max_length,
    )


def message_with(
    desk: Desk, slot: Slot, text: OwnText, shown: Shown, cases: Sequence[Case]
) -> tuple[Message, tuple[str, ...]]:
    """The message, and the placeholders for want of which a paragraph is left out."""
    values = _values(desk, slot, shown, cases)
    content = compose(values, key=slot.key, language=slot.language, own=text)
    base = services().settings.app_host
    message = message_of(
        content,
        desk.merchant,
        message_id=NOWHERE,
        fix_url=f"{base}/r/{NOWHERE}",
        unsubscribe_url=f"{base}/unsubscribe/{NOWHERE}",
    )
    words = words_of(values, phrases(slot.language), slot.language)
    missing = left_out(wording(slot.key, slot.language), text, words)
    return message, tuple(", ".join(f"{{{name}}}" for name in sorted(names)) for names in missing)


def samples(slot: Slot, merchant: Merchant, now: datetime) -> dict[str, str]:
    """What each placeholder would say, in the text's language."""
    words = words_of(_sample(slot.key, merchant, now), phrases(slot.language), slot.language)
    return {name: word for name, word in words.items() if word is not None}


def _values(desk: Desk, slot: Slot, shown: Shown, cases: Sequence[Case]) -> MessageValues:
    for case in cases:
        if str(case.id) == shown.case:
            return values_of(desk.session, case, now=desk.now)
    return _sample(slot.key, desk.merchant, desk.now)


def _sample(key: str, merchant: Merchant, now: datetime) -> MessageValues:
    return sample_values(key, merchant_title=merchant.public_name or "", zone=merchant.zone, now=now)
