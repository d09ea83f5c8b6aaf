"""A case's timeline in words: one line for each entry, with what it means and why it was so.

Turns codes into sentences; it reads no table and decides nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.cases.audit import Act
from app.cases.queries import Entry, EntryKind
from app.dashboard import learning_words, sentences, story_words, why_words
from app.dashboard.looks import look_of
from app.dashboard.show import Show
from app.delivery.message import message_from
from app.delivery.rendering import rendered
from app.fresh_look import UNREADABLE
from app.recovery.campaign import Position
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseReason, CaseState
from app.recovery.reasons import Why


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as it was sent."""

    recipient: str
    subject: str
    text: str
    letter: int | None
    """The delivery whose letter a frame can show; None where the channel carries text alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    at: datetime
    icon: str
    tone: str
    """A colour's name, for the icon; it only repeats what the words say."""
    actor: str
    title: str
    notes: tuple[str, ...] = ()
    mail: Mail | None = None


def lines(entries: Iterable[Entry], show: Show) -> list[Line]:
    return [_line(entry, show) for entry in entries]


def why(reason: Mapping[str, Any] | None) -> str:
    """A stored reason as a sentence; its details go into the sentence's places."""
    if not reason:
        return ""
    try:
        sentence = str(why_words.WHYS[Why(reason["code"])])
    except (KeyError, ValueError):
        # A row written by another version must not break the page.
        return str(reason.get("code", ""))
    return sentence % {
        "hours": reason.get("hours", "?"),
        "limit": reason.get("limit", "?"),
        "zone": reason.get("zone", "?"),
        "channel": _channel(str(reason.get("channel", "?"))),
        "hour": reason.get("hour", "?"),
        "payday": why_words.PAYDAYS.get(str(reason.get("payday")), "?"),
        "failed": reason.get("failed", "?"),
    }


def whys(reason: Mapping[str, Any] | None) -> Iterator[str]:
    """The reason, then what moved it from its place, then what stands behind it."""
    if not reason:
        return
    yield why(reason)
    for shift in reason.get("shifted", ()):
        yield why({"code": shift})
    yield from learning_words.tried(reason.get("tried", ()))
    yield from _causes(reason)
    if reason.get("left_out"):
        names = ", ".join(_channel(str(one)) for one in reason["left_out"])
        yield _("Your campaign leaves out %(channels)s.", channels=names)


def _causes(reason: Mapping[str, Any]) -> Iterator[str]:
    cause = reason.get("cause")
    if not cause:
        return
    if cause == UNREADABLE:
        return  # the reason's own sentence says it
    if cause in sentences.STOPS:
        yield str(sentences.STOPS[cause])
    elif cause in list(CaseReason):
        yield str(sentences.REASONS[CaseReason(cause)])
    else:
        yield _("Told by the receiving side: %(code)s", code=cause)


def _line(entry: Entry, show: Show) -> Line:
    icon, tone = look_of(entry)
    return Line(
        at=entry.at,
        icon=icon,
        tone=tone,
        actor=_actor(entry.actor),
        title=_title(entry, show),
        notes=tuple(note for note in _notes(entry, show) if note),
        mail=_mail(entry),
    )


def _actor(actor: str) -> str:
    return str(sentences.ACTORS.get(actor.partition(":")[0], actor))


def _message(code: str) -> str:
    return str(sentences.POSITIONS[Position(code)]) if code in list(Position) else code


def _channel(channel: str) -> str:
    """As people call it; a channel of somebody else's package by its own name."""
    return str(sentences.CHANNELS.get(channel, channel))


def _title(entry: Entry, show: Show) -> str:
    match entry.kind:
        case EntryKind.ACT:
            return _act(entry)
        case EntryKind.ATTEMPT:
            return str(story_words.ATTEMPTS[entry.code]) % {"number": entry.detail["number"]}
        case EntryKind.DELIVERY:
            places = {
                "message": _message(entry.detail["position"]),
                "channel": _channel(entry.detail["channel"]),
            }
            return str(story_words.DELIVERIES[entry.code]) % places
        case EntryKind.NOT_SENT:
            return str(_("%(message)s was not sent", message=_message(entry.code)))
        case EntryKind.VISIT:
            return str(story_words.VISITS.get(entry.code, entry.code))
        case EntryKind.NOTE:
            return str(_("Note"))
        case EntryKind.RETRY:
            return str(story_words.RETRIES.get(entry.code, entry.code))
        case EntryKind.SWITCH:
            return str(story_words.SWITCHES.get(entry.code, entry.code))
        case EntryKind.UNDO:
            return str(story_words.UNDOS.get(entry.code, entry.code))
        case EntryKind.STEP:
            return _message(entry.code)  # by which channel is chosen when it is sent
        case EntryKind.WHOP_TRIES:
            return str(_("Whop tries the charge again by itself"))
        case EntryKind.WINDOW_ENDS:
            return str(_("If nothing comes in, the case closes as lost"))


def _act(entry: Entry) -> str:
    if entry.code not in list(Act):
        return entry.code
    state, new = entry.detail.get("to"), entry.detail.get("to")
    places = {
        "state": sentences.STATES[CaseState(state)] if state in list(CaseState) else "",
        "title": sentences.CLASS_TITLES[DeclineClass(new)] if new in list(DeclineClass) else "",
        "steps": entry.detail.get("steps", 0),
    }
    return str(sentences.ACTS[Act(entry.code)]) % places


def _notes(entry: Entry, show: Show) -> Iterator[str]:
    match entry.kind:
        case EntryKind.ACT:
            yield from _act_notes(entry)
        case EntryKind.ATTEMPT:
            yield entry.detail.get("failure_message") or ""
            if entry.detail.get("decline_code"):
                yield _("Decline code: %(code)s", code=entry.detail["decline_code"])
            yield str(story_words.TRIGGERS.get(entry.detail["trigger"], ""))
        case EntryKind.DELIVERY:
            yield from whys(entry.why)
            yield from whys((entry.why or {}).get("by", {}).get(entry.detail["channel"]))
            if entry.detail["reason"]:
                yield _("Told by the receiving side: %(code)s", code=entry.detail["reason"])
            if entry.detail["last_before_payment"]:
                yield _("This was the last message before the payment.")
        case EntryKind.STEP | EntryKind.RETRY:
            yield from whys(entry.why)
            yield from whys(entry.also)
        case EntryKind.SWITCH | EntryKind.UNDO:
            yield card(entry.detail["brand"], entry.detail["last4"])
            yield from whys(entry.why)
            yield from whys(entry.also)
        case EntryKind.WINDOW_ENDS:
            yield _("%(days)s days after the first failure. A later payment still counts.", **entry.detail)
        case EntryKind.NOT_SENT:
            yield from whys(entry.why)
        case EntryKind.NOTE:
            yield entry.detail["text"]
        case EntryKind.WHOP_TRIES | EntryKind.VISIT:
            return


def _act_notes(entry: Entry) -> Iterator[str]:
    detail = entry.detail
    match entry.code:
        case Act.CASE_OPENED | Act.CLASS_CHANGED | Act.MERCHANT_ALERT:
            named = detail.get("to") or detail.get("class")
            if named in list(DeclineClass):
                yield str(sentences.CLASS_SENTENCES[DeclineClass(named)])
        case Act.CASE_CHANGED:
            if detail.get("reason") in list(CaseReason):
                yield str(sentences.REASONS[CaseReason(detail["reason"])])
        case Act.POLICY_CHOSEN:
            if detail.get("number"):
                yield _("Version %(number)s of your policies.", number=detail["number"])
        case Act.PLAN_MADE:
            for reason in detail.get("left_out", ()):
                yield from whys(reason)
            yield from learning_words.chosen(detail.get("choices", ()))
        case (
            Act.STEPS_CANCELLED
            | Act.OFFER_LEFT_OUT
            | Act.RETRY_PLANNED
            | Act.RETRY_KEPT
            | Act.RETRY_CANCELLED
            | Act.RETRY_PUT_OFF
            | Act.RETRY_ENDED
            | Act.SWITCH_PLANNED
            | Act.SWITCH_KEPT
            | Act.SWITCH_CANCELLED
            | Act.SWITCH_PUT_OFF
            | Act.UNDO_KEPT
        ):
            yield from whys(detail)
        case Act.CARD_CONSENT_GIVEN:
            yield _("Words of version %(version)s, read in “%(language)s”.", **_places(detail))
        case Act.MEMBERSHIP_CHANGED if detail.get("cancels"):
            yield _("It ends with the period that is paid for.")


def _places(detail: Mapping[str, Any]) -> dict[str, object]:
    return {name: detail.get(name, "?") for name in ("version", "language")}


def card(brand: str | None, last4: str | None) -> str:
    """As the case's details have it; empty where it is not known."""
    name = (brand or "").replace("_", " ").title()
    return f"{name} •••• {last4}".strip() if last4 else ""


def _mail(entry: Entry) -> Mail | None:
    if not entry.message or "subject" not in entry.message:
        return None
    message = message_from(entry.message)
    seen = rendered(message, str(entry.detail["channel"]))
    letter = entry.detail.get("delivery") if seen.html is not None else None
    return Mail(str(entry.detail["recipient"]), message.subject, seen.text, letter)
