"""The form of an alert's texts. The texts themselves are data, one module a language.

A `Line` is one text or several: the first whose places all have a value is used, and where none has, the
line is left out. A subject must end with a text that is always possible.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.recovery.alerts import AlertKind
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseReason

Line = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertText:
    subject: Line
    paragraphs: tuple[Line, ...]
    button: str
    details: tuple[str, ...] = ()
    """The places that are also shown as rows, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPhrases:
    """What all alerts of a language share."""

    texts: Mapping[AlertKind, AlertText]
    test: AlertText
    labels: Mapping[str, str]
    """Of the detail rows, by place."""
    classes: Mapping[DeclineClass, str]
    losses: Mapping[CaseReason, str]
    """How a case was lost, as the end of a sentence."""
    channels: Mapping[str, str]
    causes: Mapping[str, str]
    """Why a channel does not work, by our reason codes, as the end of a sentence."""
    rules: Mapping[str, str]
    """What is wrong where a rule of `app.invariants` is broken, by its name."""
    news: Mapping[str, str]
    """Of a digest's first line: `{count}` and `{money}` of recovered, opened, lost."""
    needs: Mapping[str, str]
    """What needs a person, with `{count}`."""
    footer: str
    moment: str
    """Babel's skeleton of a day and a time."""
