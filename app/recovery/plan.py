"""Lays out the messages of one case over the five days that Whop gives a failed renewal.

Offsets, gaps and limits are the case's campaign (`campaign`). The plan is a pure function of the case and the
moment: which messages, when, and why then. It never looks at a channel; that is chosen at the send.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from .campaign import DEFAULT_CAMPAIGN, LIMITS, Campaign, Offset, Position
from .decline import POLICIES, DeclineClass
from .learning import Choice
from .reasons import Reason, Why
from .wish import NO_WISH, Wish

POLICY_VERSION = 1
"""Written on every case; a change of the default campaign gets a new number."""
MORNING = time(9)
"""Where a step moves that would be the second of one day."""


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
    hands_off: Why | None = None
    """Why nothing may be done for this case at all, by anybody."""
    campaign: Campaign = DEFAULT_CAMPAIGN
    """The one that the case was opened with."""
    joins: bool = False
    """Another open payment of the same person already has the conversation."""
    wish: Wish = NO_WISH
    """Times that are being tried. None of them breaks a limit or costs a message."""


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
    laid_out = _lay_out(situation)
    if situation.wish == NO_WISH:
        return laid_out
    plain = _lay_out(replace(situation, wish=NO_WISH))
    whole = [step.position for step in laid_out.steps] == [step.position for step in plain.steps]
    return laid_out if whole else plain


def _lay_out(situation: Situation) -> Plan:
    offsets = _still_to_send(situation)
    room = situation.campaign.messages - len(situation.contacts)
    cutoff = situation.failed_at + LIMITS.runway
    steps: list[PlannedStep] = []
    left_out: list[Reason] = []
    previous = situation.last_contact
    for offset in offsets:
        due_at, shifts, tried = _moment(situation, offset, previous)
        if len(steps) >= room:
            left_out.append(Reason(Why.ENOUGH_MESSAGES, {"limit": situation.campaign.messages}))
        elif due_at >= cutoff:
            left_out.append(Reason(Why.PAST_CUTOFF, {"position": offset.position.value}))
        else:
            steps.append(PlannedStep(offset.position, due_at, _why(situation, offset, shifts, tried)))
            previous = due_at
    return Plan(tuple(steps), tuple(left_out))


def _why_none(situation: Situation) -> Reason | None:
    if situation.hands_off is not None:
        return Reason(situation.hands_off)
    if not POLICIES[situation.decline_class].messages:
        return Reason(Why.CLASS_IS_SENSITIVE)
    if situation.contact_stopped:
        return Reason(Why.CONTACT_STOPPED, {"cause": situation.contact_stopped})
    if situation.joins:
        return Reason(Why.JOINED_CONVERSATION)
    if not situation.campaign.offsets[situation.decline_class]:
        return Reason(Why.NOT_IN_CAMPAIGN)
    if situation.said_last_word:
        return Reason(Why.SAID_LAST_WORD)
    if len(situation.contacts) >= situation.campaign.messages:
        return Reason(Why.ENOUGH_MESSAGES, {"limit": situation.campaign.messages})
    return None


def _still_to_send(situation: Situation) -> tuple[Offset, ...]:
    """The campaign without the positions that earlier messages have used up."""
    offsets = situation.campaign.offsets[situation.decline_class]
    if offsets and offsets[0].position is Position.NOTE:
        return () if situation.contacts else offsets
    return offsets[len(situation.contacts) :]


def _moment(
    situation: Situation, offset: Offset, previous: datetime | None
) -> tuple[datetime, tuple[Why, ...], tuple[Choice, ...]]:
    """When this message goes out, and what moved it from its place in the campaign."""
    shifts: list[Why] = []
    at = situation.failed_at + offset.after
    earliest = max(situation.failed_at, situation.now) + situation.first_delay
    if at < earliest:
        if at < situation.now:
            shifts.append(Why.HEARD_LATE)
        at = earliest
    at, tried = situation.wish.moved(
        at,
        offset.position.value,
        decline_class=situation.decline_class,
        failed_at=situation.failed_at,
        zone=situation.zone,
    )
    if previous is not None:
        at, shift = after_last_contact(at, previous, situation.zone, gap=situation.campaign.gap)
        if shift is not None:
            shifts.append(shift)
    return at, tuple(shifts), tried


def after_last_contact(
    at: datetime, previous: datetime, zone: ZoneInfo, *, gap: timedelta = LIMITS.gap
) -> tuple[datetime, Why | None]:
    """The moment itself, or the next that keeps the gap and is not on the same local day."""
    shift = None
    if at < previous + gap:
        at, shift = previous + gap, Why.SHIFTED_GAP
    if at.astimezone(zone).date() == previous.astimezone(zone).date():
        at, shift = max(_next_morning(previous, zone), previous + gap), Why.SHIFTED_NEXT_DAY
    return at, shift


def after_quiet_hours(at: datetime, zone: ZoneInfo, campaign: Campaign = DEFAULT_CAMPAIGN) -> datetime:
    """The moment itself, or the end of the quiet hours in which it falls."""
    local = at.astimezone(zone)
    if campaign.quiet_until <= local.time() < campaign.quiet_from:
        return at
    day = local.date() + timedelta(days=local.time() >= campaign.quiet_from)
    return datetime.combine(day, campaign.quiet_until, tzinfo=zone).astimezone(at.tzinfo)


def _why(situation: Situation, offset: Offset, shifts: tuple[Why, ...], tried: tuple[Choice, ...]) -> Reason:
    hours = int(offset.after / timedelta(hours=1))
    detail: dict[str, object] = {"hours": hours, "class": situation.decline_class.value}
    if shifts:
        detail["shifted"] = [shift.value for shift in shifts]
        detail["zone"] = situation.zone.key
    channel = situation.wish.channel
    if tried or channel:
        detail["tried"] = [choice.stored() for choice in (*tried, *((channel,) if channel else ()))]
    return Reason(offset.why, detail)


def _next_morning(after: datetime, zone: ZoneInfo) -> datetime:
    day = after.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=zone).astimezone(after.tzinfo)
