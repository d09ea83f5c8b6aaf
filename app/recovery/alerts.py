"""What a merchant is told without asking, and how urgently: facts in, wanted alerts out.

An alert's key names the thing, not the moment: whoever finds the same thing again wants the same key,
and a key is written once. Who is told where and in which words is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from .decline import DeclineClass
from .machine import CaseReason, CaseState
from .money import Money


class AlertKind(StrEnum):
    DIGEST = "digest"
    LARGE_FAILURE = "large_failure"
    SENSITIVE = "sensitive"
    UNKNOWN_REASON = "unknown_reason"
    LARGE_LOSS = "large_loss"
    SPIKE = "spike"
    FLOOD = "flood"
    CHANNEL_DOWN = "channel_down"
    EVENTS_AMISS = "events_amiss"
    WEBHOOK_DOWN = "webhook_down"
    KEY_REFUSED = "key_refused"
    ENDPOINT_DOWN = "endpoint_down"
    RULES_BROKEN = "rules_broken"


class Urgency(StrEnum):
    INSTANT = "instant"
    DIGEST = "digest"
    """Waits for the next digest and is told in it."""


URGENCY: Mapping[AlertKind, Urgency] = {
    AlertKind.DIGEST: Urgency.INSTANT,
    AlertKind.LARGE_FAILURE: Urgency.INSTANT,
    AlertKind.SENSITIVE: Urgency.INSTANT,
    AlertKind.UNKNOWN_REASON: Urgency.DIGEST,
    AlertKind.LARGE_LOSS: Urgency.INSTANT,
    AlertKind.SPIKE: Urgency.INSTANT,
    AlertKind.FLOOD: Urgency.INSTANT,
    AlertKind.CHANNEL_DOWN: Urgency.INSTANT,
    AlertKind.EVENTS_AMISS: Urgency.INSTANT,
    AlertKind.WEBHOOK_DOWN: Urgency.INSTANT,
    AlertKind.KEY_REFUSED: Urgency.INSTANT,
    AlertKind.ENDPOINT_DOWN: Urgency.INSTANT,
    AlertKind.RULES_BROKEN: Urgency.INSTANT,
}
"""Instant is what somebody may want to act on today; everything else waits for the digest."""

FRESH = timedelta(hours=48)
"""A failure that is heard of later than this is history (a back-fill, an outage): it counts in the digest."""

LOSSES_TOLD = frozenset(
    {
        CaseReason.CUSTOMER_CANCELED,
        CaseReason.MEMBERSHIP_ENDED,
        CaseReason.WINDOW_ENDED,
        CaseReason.UNCOLLECTIBLE,
        CaseReason.DISPUTED,
    }
)
"""Endings that come from outside. A merchant who closed a case or paid money back knows that already."""

NO_LOSS = "no_loss"
"""Why the alert of a loss was not sent after all. A loss may be taken back, and come true again."""


@dataclass(frozen=True, slots=True)
class SpikeRule:
    """Failures of one hour are a spike where they are more than both limits."""

    span: timedelta = timedelta(hours=1)
    """Long enough that one card network's bad minute is none, short enough to act on."""
    usual_over: timedelta = timedelta(days=7)
    """A whole week: renewals cluster on some weekdays and hours, and a mean over less would miss that."""
    times_usual: int = 5
    """Failures of a shop scatter by two or three times their mean from hour to hour; five is no chance."""
    at_least: int = 10
    """A small shop goes from 0 to 4 in an hour by chance alone; ten at once has one cause."""
    rest: timedelta = timedelta(hours=12)
    """One spike is told once, however many hours it lasts."""


SPIKE = SpikeRule()


@dataclass(frozen=True, slots=True)
class FloodRule:
    """A spike so large that no reminder about it goes out until somebody has looked: an outage of the processor is
    told to nobody's customers as a fault of their card.
    """

    at_least: int = 1000
    """Failures within `SPIKE.span`; a merchant who has so many in a usual hour is told by `times_usual`."""
    times_usual: int = 10
    rest: timedelta = timedelta(hours=12)
    """What fails within this time belongs to the same flood, which is told once and let go once."""


FLOOD = FloodRule()


@dataclass(frozen=True, slots=True)
class FailingRule:
    """A channel whose peer answers, and refuses: as good as down."""

    span: timedelta = timedelta(hours=1)
    at_least: int = 10
    """Fewer sends than this in the span say nothing."""
    calm: timedelta = timedelta(hours=1)
    """A channel that fails again within this time after it worked has the same fault still: not told anew."""
    refused_share: tuple[int, int] = (1, 2)
    """Half: a list of bad addresses refuses some per cent of a day's sends, a blocked sender nearly all."""


FAILING = FailingRule()


@dataclass(frozen=True, slots=True)
class Wanted:
    kind: AlertKind
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.kind.value}:{self.subject}"

    @property
    def urgency(self) -> Urgency:
        return URGENCY[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNow:
    """A case after a change of it."""

    case_id: int
    new: bool
    """It has just been opened; where that is long after the failure, its end is as old and no news."""
    changed: bool
    """Its state or the reason for it is another one."""
    state: CaseState
    reason: CaseReason
    decline_class: DeclineClass
    amount: Money | None
    opened_at: datetime
    now: datetime
    deceased: bool = False
    """A charge of this payment was declined because its card's holder has died, whatever a later decline says."""


def of_case(case: CaseNow, *, amounts: Mapping[str, int]) -> tuple[Wanted, ...]:
    """`amounts`: from how many minor units of a currency on one payment is worth an alert of its own."""
    subject = str(case.case_id)
    old = case.now - case.opened_at > FRESH
    if case.state.running:
        if old:
            return ()
        sensitive = case.decline_class is DeclineClass.SENSITIVE or case.deceased
        wanted = []
        if sensitive:
            wanted.append(Wanted(AlertKind.SENSITIVE, subject))
        if case.decline_class is DeclineClass.UNKNOWN:
            wanted.append(Wanted(AlertKind.UNKNOWN_REASON, subject))
        if _reaches(case.amount, amounts) and not sensitive:
            wanted.append(Wanted(AlertKind.LARGE_FAILURE, subject))
        return tuple(wanted)
    history = case.new and old
    if is_loss(case.state, case.reason) and case.changed and not history and _reaches(case.amount, amounts):
        return (Wanted(AlertKind.LARGE_LOSS, subject, {"reason": case.reason.value}),)
    return ()


def is_loss(state: CaseState, reason: CaseReason) -> bool:
    """One that a merchant is told of."""
    return state in (CaseState.LOST, CaseState.REVERSED) and reason in LOSSES_TOLD


def spike(
    *, failures: int, before: int, told_at: datetime | None, now: datetime, rule: SpikeRule = SPIKE
) -> Wanted | None:
    """`failures` of the last `rule.span`, `before` in the `rule.usual_over` that ended when it began."""
    if told_at is not None and now - told_at < rule.rest:
        return None
    spans = rule.usual_over // rule.span
    if failures <= rule.at_least or failures * spans <= rule.times_usual * before:
        return None
    usual = -(-before // spans)
    return Wanted(AlertKind.SPIKE, now.isoformat(), {"failures": failures, "usual": usual})


def flood(
    *, failures: int, before: int, told_at: datetime | None, now: datetime, rule: FloodRule = FLOOD
) -> Wanted | None:
    """As for a spike."""
    if told_at is not None and now - told_at < rule.rest:
        return None
    spans = SPIKE.usual_over // SPIKE.span
    if failures < rule.at_least or failures * spans <= rule.times_usual * before:
        return None
    return Wanted(AlertKind.FLOOD, now.isoformat(), {"failures": failures, "usual": -(-before // spans)})


def failing(*, refused: int, sends: int, rule: FailingRule = FAILING) -> bool:
    """Of so many ended sends of one channel within `rule.span`, so many were refused or given up."""
    share, of = rule.refused_share
    return sends >= rule.at_least and refused * of >= sends * share


def events_amiss(day: str) -> Wanted:
    """At most once a day of the merchant's zone (`2026-11-20`)."""
    return Wanted(AlertKind.EVENTS_AMISS, day)


def webhook_down(webhook_id: str, *, trouble: str, since: datetime) -> Wanted:
    """`trouble`: disabled or failing. Told once for one webhook and one beginning, by Whop's word."""
    detail = {"trouble": trouble, "since": since.isoformat()}
    return Wanted(AlertKind.WEBHOOK_DOWN, f"{webhook_id}:{since.isoformat()}", detail)


def key_refused(day: str, *, trouble: str, permission: str | None) -> Wanted:
    """`trouble`: refused, or forbidden for want of a permission. At most once a day of the merchant's zone."""
    return Wanted(AlertKind.KEY_REFUSED, day, {"trouble": trouble, "permission": permission})


def endpoint_down(endpoint_id: int, *, name: str, cause: str, since: datetime) -> Wanted:
    """`cause`: failing, off_failing or off_gone. Each told once for one address and one beginning."""
    detail = {"name": name, "cause": cause, "since": since.isoformat()}
    return Wanted(AlertKind.ENDPOINT_DOWN, f"{endpoint_id}:{cause}:{since.isoformat()}", detail)


def rules_broken(day: str, *, rules: Mapping[str, int]) -> Wanted:
    """`rules`: how many of the merchant's rows break which. At most once a day of the merchant's zone."""
    return Wanted(AlertKind.RULES_BROKEN, day, {"rules": dict(rules)})


def channel_down(channel: str, *, number: int, reason: str, since: datetime) -> Wanted:
    """`number` counts the channel's faults: one is told once until it works again."""
    detail = {"channel": channel, "reason": reason, "since": since.isoformat()}
    return Wanted(AlertKind.CHANNEL_DOWN, f"{channel}:{number}", detail)


def _reaches(amount: Money | None, amounts: Mapping[str, int]) -> bool:
    limit = amounts.get(amount.currency) if amount else None
    return amount is not None and limit is not None and amount.minor >= limit
