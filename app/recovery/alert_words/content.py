"""Puts what an alert is about into the text of its kind: what the merchant reads, without link or markup."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time

from app.recovery.alerts import AlertKind
from app.recovery.decline import DeclineClass
from app.recovery.digest import Counted, Digest
from app.recovery.machine import CaseReason
from app.recovery.money import Money
from app.recovery.wording.values import one_line

from . import en, ru
from .texts import AlertPhrases, AlertText, Line

PHRASES: Mapping[str, AlertPhrases] = {"en": en.PHRASES, "ru": ru.PHRASES}
NEWS = ("recovered", "opened", "lost")
_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertValues:
    """What is known of the thing that an alert is about. Times are aware."""

    zone: ZoneInfo
    merchant: str
    product: str | None = None
    amount: Money | None = None
    decline_class: DeclineClass | None = None
    loss: CaseReason | None = None
    failed_at: datetime | None = None
    next_attempt_at: datetime | None = None
    failures: int | None = None
    usual: int | None = None
    channel: str | None = None
    cause: str | None = None
    since: datetime | None = None
    permission: str | None = None
    """Whop's name of one that the install's key lacks."""
    written: bool = False
    """A reminder about the case has reached its customer, or may have."""
    digest: Digest | None = None
    rules: Mapping[str, int] | None = None
    """How many rows break which rule."""


@dataclass(frozen=True, slots=True)
class AlertContent:
    language: str
    subject: str
    paragraphs: tuple[str, ...]
    details: tuple[tuple[str, str], ...]
    button: str
    footer: str


def compose(kind: AlertKind, values: AlertValues, *, language: str) -> AlertContent:
    """In English where the language has no texts. No value makes it raise."""
    spoken = language if language in PHRASES else "en"
    shared = PHRASES[spoken]
    return _composed(_text_of(kind, shared), values, shared, spoken)


def compose_test(values: AlertValues, *, language: str) -> AlertContent:
    """What a test send says."""
    spoken = language if language in PHRASES else "en"
    shared = PHRASES[spoken]
    return _composed(shared.test, values, shared, spoken)


def cause_of(code: str, *, language: str) -> str:
    """Why a channel does not work, by the reason code of a send, as the end of a sentence."""
    return _named(code, PHRASES.get(language, PHRASES["en"]).causes) or ""


def _text_of(kind: AlertKind, shared: AlertPhrases) -> AlertText:
    # A failure of unknown reason has no mail of its own; the page shows it in the words of a failure.
    return shared.texts[AlertKind.LARGE_FAILURE if kind is AlertKind.UNKNOWN_REASON else kind]


def _composed(text: AlertText, values: AlertValues, shared: AlertPhrases, language: str) -> AlertContent:
    words = _words(values, shared, language)
    rows = ((shared.labels[name], words.get(name)) for name in text.details)
    subject = _said(text.subject, words)
    return AlertContent(
        language=language,
        subject=subject[:1].upper() + subject[1:],
        paragraphs=tuple(said for line in text.paragraphs if (said := _said(line, words))),
        details=tuple((label, value) for label, value in rows if value),
        button=text.button,
        footer=_said(shared.footer, words),
    )


def _words(values: AlertValues, shared: AlertPhrases, language: str) -> dict[str, str | None]:
    """Each place's text, None where nothing is known."""
    name = values.decline_class
    words = {
        "merchant": one_line(values.merchant) or values.merchant,
        "product": one_line(values.product),
        "amount": values.amount.text(language) if values.amount else None,
        "reason": shared.classes[name] if name else None,
        "loss": shared.losses.get(values.loss) if values.loss else None,
        "failed_at": _moment(values.failed_at, values.zone, shared, language),
        "next_attempt": _moment(values.next_attempt_at, values.zone, shared, language),
        "failures": str(values.failures) if values.failures is not None else None,
        "usual": str(values.usual) if values.usual else None,
        "channel": _named(values.channel, shared.channels),
        "cause": _named(values.cause, shared.causes),
        "since": _moment(values.since, values.zone, shared, language),
        "permission": values.permission,
        "untold": None if values.written else "",
        "broken": _broken(values.rules, shared) if values.rules else None,
    }
    return words | (_of_digest(values.digest, values.zone, shared, language) if values.digest else {})


def _broken(rules: Mapping[str, int], shared: AlertPhrases) -> str:
    """One line for each rule. One of a later release has no words here yet, and is named."""
    return "\n".join(f"{shared.rules.get(name, name)}: {rows}." for name, rows in rules.items())


def _named(code: str | None, names: Mapping[str, str]) -> str | None:
    """What a code is called; another package's channel has codes of its own, which are shown as they are."""
    return names.get(code) or one_line(code) if code else None


def _of_digest(digest: Digest, zone: ZoneInfo, shared: AlertPhrases, language: str) -> dict[str, str | None]:
    parts: Mapping[str, Counted] = {
        "recovered": digest.recovered,
        "opened": digest.opened,
        "lost": digest.lost,
        "at_risk": digest.at_risk,
    }
    told = [_counted(shared.news[name], parts[name], language) for name in NEWS if parts[name].cases]
    needs = [shared.needs[code].replace("{count}", str(count)) for code, count in digest.needs.items()]
    rows = {name: _counted("{count} · {money}", part, language) for name, part in parts.items() if part.cases}
    return {
        "since": _moment(digest.since, zone, shared, language),
        "news": ", ".join(told) or None,
        "need": needs[0].rstrip(".") if needs else None,
        "needs": "\n".join(needs) or None,
        **rows,
    }


def _counted(text: str, part: Counted, language: str) -> str:
    """The number and the sums of each currency; without sums, neither brackets nor a dot in the middle."""
    money = _joined(amount.text(language) for amount in part.money)
    if not money:
        text = text.replace(" ({money})", "").replace(" · {money}", "")
    return text.replace("{count}", str(part.cases)).replace("{money}", money)


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def _moment(at: datetime | None, zone: ZoneInfo, shared: AlertPhrases, language: str) -> str | None:
    if at is None:
        return None
    local = at.astimezone(zone)
    day = format_skeleton(shared.moment, local, tzinfo=zone, locale=language)
    return f"{day}, {format_time(local, 'HH:mm', tzinfo=zone, locale=language)}"


def _said(line: Line, words: Mapping[str, str | None]) -> str:
    """The first variant for which everything is known, filled in one pass; empty where there is none."""
    for variant in (line,) if isinstance(line, str) else line:
        if all(words.get(name) is not None for name in _PLACE.findall(variant)):
            return _PLACE.sub(lambda place: words[place[1]] or "", variant)
    return ""
