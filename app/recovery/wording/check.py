"""What keeps a merchant's text from being saved, each fault with its place. Markup of any kind is plain text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from babel.dates import get_month_names

from app.recovery.decline import POLICIES, Angle
from app.recovery.placeholders import MAX_LENGTH, MAX_PROBLEMS, NAMES, OPTIONAL, ProblemKind, lint, names_in

from .own import OwnText, lines_of, variants
from .texts import Wording

MOST_PARAGRAPHS = 30


class Field(StrEnum):
    SUBJECT = "subject"
    PREVIEW = "preview"
    BODY = "body"
    BUTTON = "button"


LONGEST = {Field.SUBJECT: 200, Field.PREVIEW: 200, Field.BODY: MAX_LENGTH, Field.BUTTON: 60}
"""Characters, as they are written; a mailbox cuts a subject at 200, a chat its button at about 60."""


class Fault(StrEnum):
    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    UNKNOWN_NAME = ProblemKind.UNKNOWN_NAME.value
    NOT_A_NAME = ProblemKind.NOT_A_NAME.value
    LONE_BRACE = ProblemKind.LONE_BRACE.value
    NOT_HERE = "not_here"
    """A placeholder that has no value in this message, or would promise what does not happen."""
    FIXED_DAY = "fixed_day"
    """A day written out: it would be told to every customer, next year as well."""
    ADDRESS = "address"
    """Anything but https to a host with a name."""
    NOTHING_SURE = "nothing_sure"
    """Each paragraph needs something that may be unknown, so the message could be empty."""


@dataclass(frozen=True, slots=True)
class Finding:
    field: Field
    fault: Fault
    paragraph: int | None = None
    """From 1, in the body."""
    character: int | None = None
    """From 1, in the field or the paragraph."""
    found: str = ""
    """What stands there, shortened."""
    near: str | None = None
    """The placeholder that was probably meant."""
    most: int | None = None
    """The limit that is passed."""


_ADDRESS = re.compile(
    r"(?<![a-z0-9+.-])(?:[a-z][a-z0-9+.-]{0,30}:(?=//)"
    r"|(?:https?|javascript|vbscript|data|file|mailto|tel|sms|blob|about|ftps?|wss?|tg|intent|whatsapp):(?=\S)"
    r"|(?<![\w:/])//(?=\w))\S*",
    re.IGNORECASE,
)
_GOOD_ADDRESS = re.compile(
    r"https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?:[/?#]\S*)?", re.IGNORECASE
)
_AFTER_ADDRESS = ".,;:!?)]}»”’\"'"
_NEEDS_CUSTOMER = frozenset(
    policy.angle.value
    for policy in POLICIES.values()
    if policy.needs_customer or policy.angle is Angle.STOPPED
)


_OF_AN_OPEN_PAYMENT = frozenset(
    {"amount", "card", "last4", "expired", "next_attempt", "cutoff", "confirm_page", "other_payments"}
)
_NOT_OF_A_CARD = frozenset(
    {"expired", "next_attempt", "cutoff", "confirm_page", "other_payments", "promo_code"}
)


def check(own: OwnText, *, key: str, language: str, default: Wording) -> tuple[Finding, ...]:
    """Empty where the text may be saved; at most `MAX_PROBLEMS`, field by field. Never raises."""
    found: list[Finding] = []
    for field, text in (
        (Field.SUBJECT, own.subject),
        (Field.PREVIEW, own.preview),
        (Field.BODY, own.body),
        (Field.BUTTON, own.button),
    ):
        too_much = _measured(field, text, own)
        if too_much:
            found.append(too_much)
        elif field is Field.BODY:
            found.extend(_in_body(own, key, language))
        else:
            found.extend(_in_text(field, text, key, language))
    if not any(one.field is Field.BODY for one in found) and not _sure(own, default):
        found.append(Finding(Field.BODY, Fault.NOTHING_SURE))
    return tuple(found[:MAX_PROBLEMS])


def _measured(field: Field, text: str, own: OwnText) -> Finding | None:
    if not text:
        return Finding(field, Fault.EMPTY)
    most = LONGEST[field]
    if len(text) > most:
        return Finding(field, Fault.TOO_LONG, character=most + 1, most=most)
    if field is Field.BODY and len(own.paragraphs) > MOST_PARAGRAPHS:
        return Finding(field, Fault.TOO_MANY, paragraph=MOST_PARAGRAPHS + 1, most=MOST_PARAGRAPHS)
    return None


def _in_body(own: OwnText, key: str, language: str) -> Iterator[Finding]:
    for number, paragraph in enumerate(own.paragraphs, start=1):
        for finding in _in_text(Field.BODY, paragraph, key, language):
            yield replace(finding, paragraph=number)


def _in_text(field: Field, text: str, key: str, language: str) -> list[Finding]:
    found = [
        Finding(
            field,
            Fault(problem.kind.value),
            character=problem.position + 1,
            found=problem.found,
            near=problem.near,
        )
        for problem in lint(text)
    ]
    for name in names_in(text) & misplaced(key):
        place = f"{{{name}}}"
        found.append(Finding(field, Fault.NOT_HERE, character=text.index(place) + 1, found=place))
    for day in _days(language).finditer(text):
        found.append(Finding(field, Fault.FIXED_DAY, character=day.start() + 1, found=day[0]))
    for address in _ADDRESS.finditer(text):
        if not _GOOD_ADDRESS.fullmatch(address[0].rstrip(_AFTER_ADDRESS)):
            shown = address[0] if len(address[0]) <= 40 else address[0][:39] + "…"
            found.append(Finding(field, Fault.ADDRESS, character=address.start() + 1, found=shown))
    return sorted(found, key=lambda one: one.character or 0)


def _sure(own: OwnText, default: Wording) -> bool:
    """Some paragraph can be said whatever is unknown."""
    return any(
        not names_in(variant) & OPTIONAL for line in lines_of(default, own) for variant in variants(line)
    )


def misplaced(key: str) -> frozenset[str]:
    """The placeholders that have no place in a message.

    A reminder with an offer would be advertising. Nothing is charged again before the customer has acted where
    only they can help, and a page to confirm on exists only where the bank asked for it.
    """
    angle = key.partition(".")[0]
    if angle == Angle.WINBACK.value:
        return _OF_AN_OPEN_PAYMENT
    if angle == Angle.SWITCHED.value:
        return _NOT_OF_A_CARD
    wrong = {"promo_code"} | ({"next_attempt"} if angle in _NEEDS_CUSTOMER else set())
    return frozenset(wrong if angle == Angle.CONFIRM.value else wrong | {"confirm_page"})


def fitting(key: str) -> frozenset[str]:
    return NAMES - misplaced(key)


@cache
def _days(language: str) -> re.Pattern[str]:
    """Days as people write them: "23 November", "Nov 23", "23 de noviembre", "2026-11-23"."""
    names = {
        name.rstrip(".")
        for width in ("wide", "abbreviated")
        for name in get_month_names(width, locale=language).values()
    }
    month = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.compile(
        rf"\b\d{{1,2}}(?:st|nd|rd|th|er|\.|º)? (?:de )?(?:{month})\b"
        rf"|\b(?:{month})\.? \d{{1,2}}(?:st|nd|rd|th)?\b"
        r"|\b20\d\d-\d\d-\d\d\b"
    )
