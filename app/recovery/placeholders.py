"""The fixed list of `{placeholders}` and the only way to fill them: one pass, no expressions.

A placeholder's value is somebody's input and is never read as a template again. A paragraph that needs a
value which is not known is left out, so that no message promises what we do not know.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

MAX_LENGTH = 5_000
"""Characters of one text. A reminder is read on a phone; anything longer is a mistake or an attack."""
MAX_PROBLEMS = 20
"""Nobody mends more at a time, and a text of nothing but braces must not make a huge answer."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    name: str
    description: str
    sample: str
    optional: bool
    """True where there may be no value; a paragraph that uses it is then left out."""


PLACEHOLDERS: tuple[Placeholder, ...] = (
    Placeholder("merchant", "Your name as customers know it", "Options Lab", optional=False),
    Placeholder("failed_on", "The day of the failed payment", "Nov 20", optional=False),
    Placeholder("product", "What the customer pays for", "Options Lab Pro", optional=True),
    Placeholder("amount", "The open amount with its currency", "$49.00", optional=True),
    Placeholder("card", "The card's brand and last four digits", "Visa ending 4242", optional=True),
    Placeholder("last4", "The card's last four digits", "4242", optional=True),
    Placeholder("expired", "Month and year until which the card was valid", "10/26", optional=True),
    Placeholder("customer_name", "The customer's name", "Maria Silva", optional=True),
    Placeholder("next_attempt", "The day on which Whop tries again", "Nov 23", optional=True),
    Placeholder("cutoff", "When the membership ends if it stays unpaid", "Nov 25, 09:00 UTC", optional=True),
    Placeholder(
        "confirm_page", "Whop's page where the bank asks for consent", "the confirmation page", optional=True
    ),
    Placeholder(
        "other_payments", "How many other payments to you are open", "1 more open payment", optional=True
    ),
    Placeholder("promo_code", "Your code for those who come back", "COMEBACK", optional=True),
)
"""Everything that a text may ask for; what is not here does not exist."""

NAMES = frozenset(placeholder.name for placeholder in PLACEHOLDERS)
OPTIONAL = frozenset(placeholder.name for placeholder in PLACEHOLDERS if placeholder.optional)

_PLACE = re.compile(r"\{(" + "|".join(sorted(NAMES)) + r")\}")
_BRACED = re.compile(r"\{[^{}\n]{0,100}\}|[{}]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")


class ProblemKind(StrEnum):
    TOO_LONG = "too_long"
    UNKNOWN_NAME = "unknown_name"
    NOT_A_NAME = "not_a_name"
    LONE_BRACE = "lone_brace"


@dataclass(frozen=True, slots=True)
class Problem:
    kind: ProblemKind
    position: int
    """Characters before the place, from 0."""
    found: str
    """What stands there, shortened."""
    sentence: str
    near: str | None = None
    """The known name that was probably meant."""


def names_in(text: str) -> frozenset[str]:
    """The known placeholders that the text uses."""
    return frozenset(_PLACE.findall(text))


def missing(text: str, values: Mapping[str, str | None]) -> frozenset[str]:
    """The placeholders of the text for which there is no value."""
    return frozenset(name for name in names_in(text) if values.get(name) is None)


def paragraphs_in(text: str) -> tuple[str, ...]:
    """What blank lines part, without the blank."""
    return tuple(part for paragraph in _BLANK_LINE.split(text) if (part := paragraph.strip()))


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """The text with its placeholders replaced, without the paragraphs whose values are not known.

    Paragraphs are parted by blank lines. One pass: braces inside a value stay as they are. Whatever
    `lint` would refuse is left as it stands; nothing raises.
    """
    return "\n\n".join(
        _PLACE.sub(lambda place: values[place[1]] or "", paragraph)
        for paragraph in _BLANK_LINE.split(text)
        if not missing(paragraph, values)
    )


def lint(text: str) -> tuple[Problem, ...]:
    """What keeps a text from being saved; empty where it is good. At most `MAX_PROBLEMS`, in order."""
    if len(text) > MAX_LENGTH:
        sentence = f"The text has {len(text)} characters; {MAX_LENGTH} is the most."
        return (Problem(ProblemKind.TOO_LONG, MAX_LENGTH, "", sentence),)
    problems: list[Problem] = []
    for braced in _BRACED.finditer(text):
        problem = _problem(braced[0], braced.start())
        if problem is not None:
            problems.append(problem)
        if len(problems) == MAX_PROBLEMS:
            break
    return tuple(problems)


def _problem(found: str, position: int) -> Problem | None:
    inner = found[1:-1]
    if inner in NAMES:
        return None
    shown = found if len(found) <= 40 else found[:39] + "…"
    if len(found) == 1:
        sentence = f"This “{found}” has no partner; braces are only for placeholders such as {{merchant}}."
        return Problem(ProblemKind.LONE_BRACE, position, shown, sentence)
    if not _NAME.fullmatch(inner):
        sentence = f"“{shown}” is not a placeholder; between the braces only a plain name may stand."
        return Problem(ProblemKind.NOT_A_NAME, position, shown, sentence)
    sentence = f"There is no placeholder “{shown}”."
    near = get_close_matches(inner.lower(), NAMES, n=1)
    if not near:
        return Problem(ProblemKind.UNKNOWN_NAME, position, shown, sentence)
    sentence += f" Did you mean {{{near[0]}}}?"
    return Problem(ProblemKind.UNKNOWN_NAME, position, shown, sentence, near[0])
