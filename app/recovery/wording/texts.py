"""The form of a default text. The texts themselves are data, one module a language.

A `Line` is one text or several: the first whose placeholders all have a value is used, and where none has,
the line is left out. A subject, a preview and a button must end with a text that is always possible.
"""

from dataclasses import dataclass

Line = str | tuple[str, ...]

DETAILS = ("product", "amount", "card", "failed_on")
"""The placeholders that a reminder also shows as rows, in this order."""


@dataclass(frozen=True, slots=True)
class Wording:
    subject: Line
    preview: Line
    paragraphs: tuple[Line, ...]
    button: Line
    closing: tuple[Line, ...]
    footer: tuple[Line, ...]
    details: tuple[str, ...] = DETAILS


@dataclass(frozen=True, slots=True)
class Phrases:
    """What all messages of a language share, and how it writes cards, days and hours."""

    greeting: Line
    unsubscribe: str
    labels: dict[str, str]
    """Of the details, by placeholder."""
    seller: str
    """Said where the merchant has no name."""
    card_ending: str
    """`{last4}` of a card."""
    branded_card_ending: str
    """`{brand}` and `{last4}` of a card."""
    confirm_page: str
    other_payments: dict[str, str]
    """`{count}` by the plural categories of CLDR that the language has."""
    day: str
    """Babel's pattern of a date."""
    moment: str
    """`{day}`, `{hour}` and `{zone}` together."""
    city_zone: str
    """A zone that is known by its `{city}`."""
