"""When the one retry that Whop allows for a payment is spent, or why it is kept. Pure: it charges nobody.

Two times are weighed as the best do it (Recurly): a fixed ladder and an adaptive one; the earlier day wins.
The ladder keeps its date, so a platform that tries every day cannot push our retry out of the five days.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .campaign import LIMITS
from .decline import POLICIES, DeclineClass, RetryRule
from .ladder import AWAY, HOUR, LADDER, MOST_FAILED, MOST_REFUSALS, OTHER_HOUR, ROOM, Rung, payday
from .moments import Span, free, hours_of, local_moment
from .reasons import Reason, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the decision looks at."""

    decline_class: DeclineClass
    failed_at: datetime
    """The first failure: with it the five days begin."""
    last_attempt_at: datetime
    """The newest attempt that failed, whoever made it."""
    next_attempt_at: datetime | None
    """When Whop says that it will try by itself."""
    now: datetime
    zone: ZoneInfo
    retryable: bool | None = None
    payments_failed: int | None = None
    not_before: datetime | None = None
    """Whop has said "not now", and shall have peace until then."""
    refusals: int = 0
    spent: bool = False
    """A retry was taken by Whop, or may have been."""
    forbidden: Reason | None = None
    """Why nothing may be charged, whatever would be the best time."""
    share: float = 0.0
    """From 0 to below 1, the payment's own: its place where payments are spread."""

    @property
    def hours_left(self) -> float:
        """Of the five days that Whop gives a failed renewal."""
        return max(self.failed_at + LIMITS.runway - self.now, timedelta()) / HOUR


@dataclass(frozen=True, slots=True)
class Retry:
    at: datetime
    why: Reason


@dataclass(frozen=True, slots=True)
class Keep:
    why: Reason


def decide(outlook: Outlook) -> Retry | Keep:
    """When to charge the same card once more, or why not.

    Applies to a payment that is unpaid; that it still is, is asked of Whop right before the charge. So a
    "duplicate" decline needs no rule of its own: what is paid already is never charged again.
    """
    kept = _why_kept(outlook)
    if kept is not None:
        return Keep(kept)
    for level in LADDER[POLICIES[outlook.decline_class].retry]:
        found = [(rung, at) for rung in level if (at := _first(outlook, rung)) is not None]
        if found:
            # The earlier day wins; on one day the adaptive time, which stands first.
            rung, at = min(found, key=lambda one: one[1].astimezone(outlook.zone).date())
            others = [(other, time_) for other, time_ in found if other is not rung]
            return Retry(at, _why(outlook, rung, at, others))
    return Keep(Reason(Why.RETRY_NO_TIME, {"hours": int(outlook.hours_left), "zone": outlook.zone.key}))


def allowed(outlook: Outlook, at: datetime) -> bool:
    """Whether a retry may be spent at this very moment, by whoever's wish: the hard rules alone."""
    return why_not_at(outlook, at) is None


def why_not_at(outlook: Outlook, at: datetime) -> Reason | None:
    """Which hard rule forbids a retry at this very moment."""
    kept = _why_kept(outlook)
    if kept is not None:
        return kept
    if at >= outlook.failed_at + LIMITS.runway:
        return Reason(Why.RETRY_NO_TIME, {"hours": 0})
    if outlook.not_before is not None and at < outlook.not_before:
        return Reason(Why.RETRY_NOT_NOW, {"until": outlook.not_before.isoformat()})
    near = next((one for one in _whops(outlook) if abs(at - one) < AWAY), None)
    return None if near is None else Reason(Why.RETRY_AWAY_FROM_WHOP, {"attempt": near.isoformat()})


def _why_kept(outlook: Outlook) -> Reason | None:
    if outlook.forbidden is not None:
        return outlook.forbidden
    if outlook.spent:
        return Reason(Why.RETRY_SPENT)
    if POLICIES[outlook.decline_class].retry is RetryRule.NEVER:
        return Reason(Why.RETRY_NEVER, {"class": outlook.decline_class.value})
    if outlook.retryable is False:
        return Reason(Why.RETRY_NOT_POSSIBLE)
    if outlook.refusals >= MOST_REFUSALS:
        return Reason(Why.RETRY_REFUSED_OFTEN, {"limit": MOST_REFUSALS})
    if (outlook.payments_failed or 0) >= MOST_FAILED:
        return Reason(Why.RETRY_TOO_MANY, {"failed": outlook.payments_failed, "limit": MOST_FAILED})
    return None


def _first(outlook: Outlook, rung: Rung) -> datetime | None:
    """The rung's first free moment."""
    earliest = [outlook.now, outlook.failed_at + rung.after, outlook.last_attempt_at + rung.rest]
    if outlook.not_before is not None:
        earliest.append(outlook.not_before)
    start, end = max(earliest), outlook.failed_at + rung.until
    spans = [(max(first, start), min(last, end)) for first, last in _spans(outlook, rung)]
    for first, last in free(spans, _blocked(outlook, rung)):
        if last - first >= ROOM:
            return first + outlook.share * min(rung.spread, last - first - ROOM)
    return None


def _spans(outlook: Outlook, rung: Rung) -> Iterator[Span]:
    """The rung's hours of each of its days, by the customer's clock."""
    first_day = outlook.failed_at.astimezone(outlook.zone).date()
    for number in range(rung.days[0], rung.days[1] + 1):
        day = first_day + timedelta(days=number)
        if rung.paydays and payday(day) is None:
            continue
        yield hours_of(day, rung.hours, zone=outlook.zone)


def _blocked(outlook: Outlook, rung: Rung) -> Iterator[Span]:
    for attempt in _whops(outlook):
        yield attempt - AWAY, attempt + AWAY
    if not rung.other_hour:
        return
    first_day = outlook.failed_at.astimezone(outlook.zone).date()
    for failed in {outlook.failed_at, outlook.last_attempt_at}:
        for number in range(-1, 7):
            day = first_day + timedelta(days=number)
            at = _at(outlook, day, failed.astimezone(outlook.zone).time())
            yield at - OTHER_HOUR, at + OTHER_HOUR


def _whops(outlook: Outlook) -> tuple[datetime, ...]:
    known = (outlook.failed_at, outlook.last_attempt_at, outlook.next_attempt_at)
    return tuple(one for one in known if one is not None)


def _at(outlook: Outlook, day: date, hour: time) -> datetime:
    return local_moment(day, hour, zone=outlook.zone)


def _why(outlook: Outlook, rung: Rung, at: datetime, others: Sequence[tuple[Rung, datetime]]) -> Reason:
    local = at.astimezone(outlook.zone)
    detail: dict[str, object] = {
        "class": outlook.decline_class.value,
        "hours": int((at - outlook.failed_at) / HOUR),
        "hour": f"{local:%H:%M}",
        "zone": outlook.zone.key,
    }
    if rung.paydays:
        detail["payday"] = payday(local.date())
    shifted: list[str] = []
    if others:
        detail["instead_of"] = {other.why.value: time_.isoformat() for other, time_ in others}
        shifted.append(Why.RETRY_EARLIER_DAY.value)
    if outlook.next_attempt_at is not None:
        detail["avoids"] = outlook.next_attempt_at.isoformat()
        shifted.append(Why.RETRY_AWAY_FROM_WHOP.value)
    if outlook.refusals:
        shifted.append(Why.RETRY_NOT_NOW.value)
    return Reason(rung.why, detail | ({"shifted": shifted} if shifted else {}))
