"""Puts the words of a case into the text of a key: what the customer reads, without any link or markup."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.recovery.placeholders import fill, missing

from .catalogue import known_language, phrases, wording
from .own import OwnText, instead_of, variants
from .texts import Line
from .values import MessageValues, words_of


@dataclass(frozen=True, slots=True)
class Content:
    language: str
    subject: str
    preview: str
    greeting: str
    paragraphs: tuple[str, ...]
    details: tuple[tuple[str, str], ...]
    """Label and value; only what is known."""
    button_label: str
    closing: tuple[str, ...]
    footer: tuple[str, ...]
    unsubscribe_label: str


def compose(values: MessageValues, *, key: str, language: str, own: OwnText | None = None) -> Content:
    """The message of a key ("funds.first"); in English where the language has no texts.

    `own` is the merchant's text, in that language. Raises KeyError for a key that never was; no value of
    the case makes it raise.
    """
    spoken = known_language(language)
    default, shared = wording(key, spoken), phrases(spoken)
    text = instead_of(default, own) if own else default
    words = words_of(values, shared, spoken)
    known_details = ((shared.labels[name], words[name]) for name in text.details)
    return Content(
        language=spoken,
        subject=_said(text.subject, words),
        preview=_said(text.preview, words),
        greeting=_said(shared.greeting, words),
        # A text that was good may have lost its one sure paragraph with a default that changed since.
        paragraphs=_all_said(text.paragraphs, words) or _all_said(default.paragraphs, words),
        details=tuple((label, value) for label, value in known_details if value is not None),
        button_label=_said(text.button, words),
        closing=_all_said(text.closing, words),
        footer=_all_said(text.footer, words),
        unsubscribe_label=shared.unsubscribe,
    )


def _said(line: Line, words: Mapping[str, str | None]) -> str:
    """The first variant for which everything is known, filled; empty where there is none."""
    for variant in variants(line):
        if not missing(variant, words):
            return fill(variant, words)
    return ""


def _all_said(lines: Iterable[Line], words: Mapping[str, str | None]) -> tuple[str, ...]:
    return tuple(said for line in lines if (said := _said(line, words)))
