"""When a failed renewal is charged to another card that the customer has saved, or why not. Pure: it charges nobody.

It needs the merchant's switch and the customer's recorded consent, and comes after everything else that may still
help: a day from each attempt of Whop's, after our own retry, and inside Whop's five days. Also whether a switch may
be taken back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .campaign import DEFAULT_CAMPAIGN, LIMITS
from .decline import POLICIES, DeclineClass
from .ladder import AWAY, HOUR, MOST_FAILED, ROOM, SETTLES
from .moments import Span, free, hours_of
from .reasons import Reason, Why

KIND = "switch"
UNDO = "undo"
CARD = "card"
AWAY_FROM_WHOP = 24 * HOUR
"""Hard: as far a switch keeps from each attempt that is not ours, the ones made and the one announced."""
AWAKE = (DEFAULT_CAMPAIGN.quiet_until, DEFAULT_CAMPAIGN.quiet_from)
"""By the customer's clock: the notice of it comes at once, and shall not wake them."""
SPREAD = HOUR
NOT_ASKED = frozenset(
    {
        DeclineClass.FRAUD,
        DeclineClass.CUSTOMER_STOPPED,
        DeclineClass.SENSITIVE,
        DeclineClass.NOT_A_FAILURE,
    }
)
"""After such a decline the page of the payment does not even ask for the consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to pay that a customer has saved at Whop."""

    method_id: str
    kind: str | None = CARD
    brand: str | None = None
    last4: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None
    fingerprint: str | None = None
    """The same for two that are one card."""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the decision looks at."""

    decline_class: DeclineClass
    failed_at: datetime
    """The first failure: with it the five days begin."""
    whops_at: datetime
    """The newest attempt that failed and was not ours."""
    next_attempt_at: datetime | None
    """When Whop says that it will try by itself."""
    ours_at: datetime | None = None
    """When our own retry was made."""
    retry_at: datetime | None = None
    """When our own retry is planned; the moment itself where it is being made."""
    now: datetime
    zone: ZoneInfo
    on: bool
    """The merchant has it on."""
    consented: bool
    """The customer has agreed, and has not taken it back."""
    reachable: bool = True
    """There is a way to tell the customer afterwards."""
    failed: Method | None = None
    """What the failed attempts were charged to; None: Whop did not say."""
    methods: tuple[Method, ...] | None = None
    """What the customer has saved that Whop can still charge; None: not asked yet."""
    none_at: datetime | None = None
    """When Whop was asked and named no other card."""
    payments_failed: int | None = None
    not_before: datetime | None = None
    spent: bool = False
    """A switch was taken by Whop, or may have been."""
    forbidden: Reason | None = None
    """Why nothing may be charged, whatever would be the best time."""
    share: float = 0.0
    """From 0 to below 1, the payment's own: its place where payments are spread."""


@dataclass(frozen=True, slots=True)
class Switch:
    at: datetime
    method: Method | None
    """Chosen at its time, when Whop names the cards; None before."""
    why: Reason


@dataclass(frozen=True, slots=True)
class Keep:
    why: Reason


def decide(outlook: Outlook) -> Switch | Keep:
    """When another saved card is charged, and which, or why none is.

    Applies to a payment that is unpaid; that it still is, is asked of Whop right before the charge.
    """
    kept = _why_kept(outlook)
    if kept is not None:
        return Keep(kept)
    method = None
    if outlook.methods is not None:
        method = other_card(outlook)
        if method is None:
            return Keep(Reason(Why.SWITCH_NO_OTHER_CARD))
    at = _first(outlook)
    if at is None:
        return Keep(Reason(Why.SWITCH_NO_TIME))
    hour = f"{at.astimezone(outlook.zone):%H:%M}"
    detail: dict[str, object] = {"hours": int((at - outlook.failed_at) / HOUR), "hour": hour}
    return Switch(at, method, Reason(Why.SWITCH_AGREED, {**detail, "zone": outlook.zone.key}))


def due(outlook: Outlook) -> bool:
    """Whether this very moment is as good as any: not the payment's own place in hours that have begun."""
    found = decide(replace(outlook, share=0.0))
    return isinstance(found, Switch) and found.at <= outlook.now


def other_card(outlook: Outlook) -> Method | None:
    """The card that was saved last of those that may be charged; None where there is none."""
    usable = (one for one in outlook.methods or () if _usable(one, outlook))
    return max(usable, key=_newest, default=None)


def _why_kept(outlook: Outlook) -> Reason | None:
    if outlook.spent:
        return Reason(Why.SWITCH_SPENT)
    if outlook.forbidden is not None:
        return outlook.forbidden
    if not outlook.on:
        return Reason(Why.SWITCH_OFF)
    if not outlook.consented:
        return Reason(Why.SWITCH_NO_CONSENT)
    if not POLICIES[outlook.decline_class].method_switch_allowed:
        return Reason(Why.SWITCH_NEVER, {"class": outlook.decline_class.value})
    if not outlook.reachable:
        return Reason(Why.SWITCH_UNTOLD)
    if (outlook.payments_failed or 0) >= MOST_FAILED:
        return Reason(Why.RETRY_TOO_MANY, {"failed": outlook.payments_failed, "limit": MOST_FAILED})
    if outlook.methods is not None and outlook.failed is None:
        return Reason(Why.SWITCH_CARD_UNKNOWN)
    if outlook.none_at is not None and outlook.none_at >= outlook.whops_at:
        return Reason(Why.SWITCH_NO_OTHER_CARD)
    return None


def _first(outlook: Outlook) -> datetime | None:
    """The first free moment by daylight, where the customer lives."""
    start = max(filter(None, (outlook.now, outlook.not_before, _after_ours(outlook))))
    end = outlook.failed_at + LIMITS.runway - SETTLES
    spans = ((max(first, start), min(last, end)) for first, last in _days(outlook))
    for first, last in free(spans, _blocked(outlook)):
        if last - first >= ROOM:
            return first + outlook.share * min(SPREAD, last - first - ROOM)
    return None


def _after_ours(outlook: Outlook) -> datetime | None:
    """Not before our own retry has been made, nor directly after it."""
    known = [one for one in (outlook.ours_at, outlook.retry_at) if one is not None]
    return max(known) + AWAY if known else None


def _days(outlook: Outlook) -> Iterator[Span]:
    first_day = outlook.failed_at.astimezone(outlook.zone).date()
    for number in range(7):
        yield hours_of(first_day + timedelta(days=number), AWAKE, zone=outlook.zone)


def _blocked(outlook: Outlook) -> Iterator[Span]:
    known = (outlook.failed_at, outlook.whops_at, outlook.next_attempt_at)
    for attempt in filter(None, known):
        yield attempt - AWAY_FROM_WHOP, attempt + AWAY_FROM_WHOP


def _usable(method: Method, outlook: Outlook) -> bool:
    failed = outlook.failed
    if failed is None or method.kind != CARD or method.last4 is None:
        return False  # what cannot be named in the notice is not charged
    return not _same(method, _with_fingerprint(failed, outlook.methods or ())) and not expired(
        method, now=outlook.now
    )


def _same(one: Method, other: Method) -> bool:
    if one.method_id == other.method_id:
        return True
    if one.fingerprint is not None and one.fingerprint == other.fingerprint:
        return True
    return (one.brand, one.last4) == (other.brand, other.last4)


def _with_fingerprint(failed: Method, methods: Iterable[Method]) -> Method:
    """A payment names no fingerprint of its card; the list of methods may."""
    return next((one for one in methods if one.method_id == failed.method_id), failed)


def expired(method: Method, *, now: datetime) -> bool:
    """By its own date, where that is known."""
    if method.exp_year is None or method.exp_month is None:
        return False
    return (method.exp_year, method.exp_month) < (now.year, now.month)


def _newest(method: Method) -> tuple[float, str]:
    return (method.created_at.timestamp() if method.created_at else 0.0, method.method_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """What the way back looks at."""

    taken: bool
    """The membership pays with the other card by our doing."""
    asked: bool = False
    """The way back is under way, or was gone already."""
    open_payment: bool = False
    """This payment or another one of the membership is unpaid: Whop would charge it to the former card at once."""
    left: bool = False
    """The membership has ended."""
    former: Method | None = None
    now: datetime
    forbidden: Reason | None = None


def why_no_undo(undoing: Undoing) -> Reason | None:
    """None: the former card may be put back, and nothing is charged by it."""
    if undoing.forbidden is not None:
        return undoing.forbidden
    refusals: tuple[tuple[Why, bool], ...] = (
        (Why.UNDO_NOTHING, not undoing.taken),
        (Why.UNDO_ASKED, undoing.asked),
        (Why.UNDO_ENDED, undoing.left),
        (Why.UNDO_WOULD_CHARGE, undoing.open_payment),
        (Why.UNDO_CARD_UNKNOWN, undoing.former is None),
    )
    found = next((Reason(why) for why, holds in refusals if holds), None)
    if found is None and undoing.former is not None and expired(undoing.former, now=undoing.now):
        return Reason(Why.UNDO_CARD_EXPIRED)
    return found
