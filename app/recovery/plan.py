"""Lays out the messages of one case over the five days that Whop gives a failed renewal.

Offsets, gaps and limits are data (`CAMPAIGN`, `LIMITS`). The plan is a pure function of the case and the
moment: which messages, when, and why then. It never looks at a channel; that is chosen at the send.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from .decline import POLICIES, DeclineClass
from .reasons import Reason, Why

POLICY_VERSION = 1
"""Written on every case; a change of the data below gets a new number."""


class Position(StrEnum):
    """Which message it is in the conversation: it chooses the wording."""

    FIRST = "first"
    SECOND = "second"
    LAST = "last"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Offset:
    position: Position
    after: timedelta
    """After the first failure."""
    why: Why


@dataclass(frozen=True, slots=True)
class Limits:
    messages: int
    """For one case, over all channels."""
    gap: timedelta
    """Between two messages to one person."""
    runway: timedelta
    """Whop's own five days; nothing is planned after their end."""
    too_late: timedelta
    """A step that is this late is skipped, not sent."""
    window: timedelta
    """With no word from Whop for this long the case is closed as lost."""
    clearing: timedelta
    """The same, where a payment is on its way through the bank."""


LIMITS = Limits(
    messages=3,
    gap=timedelta(hours=18),
    runway=timedelta(hours=120),
    too_late=timedelta(hours=48),
    window=timedelta(days=14),
    clearing=timedelta(days=30),
)
MORNING = time(9)
"""Where a step moves that would be the second of one day."""

_QUIET_FIRST_DAY = (
    Offset(Position.FIRST, timedelta(hours=24), Why.QUIET_DAY_OVER),
    Offset(Position.SECOND, timedelta(hours=72), Why.SECOND_REMINDER),
    Offset(Position.LAST, timedelta(hours=105), Why.LAST_NOTICE),
)
_CUSTOMER_MUST_ACT = (
    Offset(Position.FIRST, timedelta(hours=1), Why.NEEDS_CUSTOMER),
    Offset(Position.SECOND, timedelta(hours=24), Why.SECOND_REMINDER),
    Offset(Position.LAST, timedelta(hours=105), Why.LAST_NOTICE),
)
CAMPAIGN: Mapping[DeclineClass, tuple[Offset, ...]] = {
    DeclineClass.FUNDS: _QUIET_FIRST_DAY,
    DeclineClass.ISSUER: _QUIET_FIRST_DAY,
    DeclineClass.TECHNICAL: _QUIET_FIRST_DAY,
    DeclineClass.UNKNOWN: _QUIET_FIRST_DAY,
    DeclineClass.CARD_DATA: _CUSTOMER_MUST_ACT,
    DeclineClass.AUTHENTICATION: _CUSTOMER_MUST_ACT,
    DeclineClass.FRAUD: _CUSTOMER_MUST_ACT,
    DeclineClass.ACCOUNT_GONE: _CUSTOMER_MUST_ACT,
    DeclineClass.CUSTOMER_STOPPED: (Offset(Position.NOTE, timedelta(hours=24), Why.PLAIN_NOTE),),
    DeclineClass.SENSITIVE: (),
    DeclineClass.NOT_A_FAILURE: (),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What the planner looks at."""

    decline_class: DeclineClass
    failed_at: datetime
    now: datetime
    first_delay: timedelta
    """Nothing is sent earlier than this after a failure, nor after we heard of it."""
    zone: ZoneInfo
    """The customer's, or the merchant's where theirs is unknown; it decides what one day is."""
    contacts: Sequence[datetime] = ()
    """Messages that already reached, or may have reached, this person in this conversation."""
    last_contact: datetime | None = None
    """The newest message to this person about anything."""
    said_last_word: bool = False
    """The note or the last notice reached this person: it said that nothing would follow."""
    contact_stopped: str | None = None
    joins: bool = False
    """Another open payment of the same person already has the conversation."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    position: Position
    due_at: datetime
    why: Reason


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[PlannedStep, ...]
    left_out: tuple[Reason, ...] = ()
    """Why there are fewer messages than the campaign has, or none."""


def plan(situation: Situation) -> Plan:
    """The messages still to send, in order."""
    refusal = _why_none(situation)
    if refusal is not None:
        return Plan((), (refusal,))
    offsets = _still_to_send(situation)
    room = LIMITS.messages - len(situation.contacts)
    cutoff = situation.failed_at + LIMITS.runway
    steps: list[PlannedStep] = []
    left_out: list[Reason] = []
    previous = situation.last_contact
    for offset in offsets:
        due_at, shifts = _moment(situation, offset, previous)
        if len(steps) >= room:
            left_out.append(Reason(Why.ENOUGH_MESSAGES, {"limit": LIMITS.messages}))
        elif due_at >= cutoff:
            left_out.append(Reason(Why.PAST_CUTOFF, {"position": offset.position.value}))
        else:
            steps.append(PlannedStep(offset.position, due_at, _why(situation, offset, shifts)))
            previous = due_at
    return Plan(tuple(steps), tuple(left_out))


def _why_none(situation: Situation) -> Reason | None:
    if not POLICIES[situation.decline_class].messages:
        return Reason(Why.CLASS_IS_SENSITIVE)
    if situation.contact_stopped:
        return Reason(Why.CONTACT_STOPPED, {"cause": situation.contact_stopped})
    if situation.joins:
        return Reason(Why.JOINED_CONVERSATION)
    if situation.said_last_word:
        return Reason(Why.SAID_LAST_WORD)
    if len(situation.contacts) >= LIMITS.messages:
        return Reason(Why.ENOUGH_MESSAGES, {"limit": LIMITS.messages})
    return None


def _still_to_send(situation: Situation) -> tuple[Offset, ...]:
    """The campaign without the positions that earlier messages have used up."""
    offsets = CAMPAIGN[situation.decline_class]
    if offsets and offsets[0].position is Position.NOTE:
        return () if situation.contacts else offsets
    return offsets[len(situation.contacts) :]


def _moment(
    situation: Situation, offset: Offset, previous: datetime | None
) -> tuple[datetime, tuple[Why, ...]]:
    """When this message goes out, and what moved it from its place in the campaign."""
    shifts: list[Why] = []
    at = situation.failed_at + offset.after
    earliest = max(situation.failed_at, situation.now) + situation.first_delay
    if at < earliest:
        if at < situation.now:
            shifts.append(Why.HEARD_LATE)
        at = earliest
    if previous is not None:
        at, shift = after_last_contact(at, previous, situation.zone)
        if shift is not None:
            shifts.append(shift)
    return at, tuple(shifts)


def after_last_contact(at: datetime, previous: datetime, zone: ZoneInfo) -> tuple[datetime, Why | None]:
    """The moment itself, or the next that keeps the gap and is not on the same local day."""
    shift = None
    if at < previous + LIMITS.gap:
        at, shift = previous + LIMITS.gap, Why.SHIFTED_GAP
    if at.astimezone(zone).date() == previous.astimezone(zone).date():
        at, shift = max(_next_morning(previous, zone), previous + LIMITS.gap), Why.SHIFTED_NEXT_DAY
    return at, shift


def _why(situation: Situation, offset: Offset, shifts: tuple[Why, ...]) -> Reason:
    hours = int(offset.after / timedelta(hours=1))
    detail: dict[str, object] = {"hours": hours, "class": situation.decline_class.value}
    if shifts:
        detail["shifted"] = [shift.value for shift in shifts]
        detail["zone"] = situation.zone.key
    return Reason(offset.why, detail)


def _next_morning(after: datetime, zone: ZoneInfo) -> datetime:
    day = after.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=zone).astimezone(after.tzinfo)
