"""The fresh look right before a reminder: may this step still reach this person, by this channel, now?

Reads our rows under the locks of merchant and case and decides; it changes nothing and talks to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.routing import Route, routes_for
from app.models import Case, Step
from app.models.contact import last_contact, left_because, zone_of
from app.models.returning import outlook_of
from app.recovery.alerts import SPIKE
from app.recovery.campaign import LIMITS
from app.recovery.card_notice import KIND as NOTICE
from app.recovery.channels import EMAIL
from app.recovery.machine import CaseReason, CaseState
from app.recovery.plan import after_last_contact, after_quiet_hours
from app.recovery.reasons import Reason, Why
from app.recovery.winback import KIND, why_not

TURN = timedelta(seconds=30)
UNTIL_LET_GO = timedelta(minutes=10)
"""Whoever lets them go has them all due at once; this only keeps what waits from being looked at all the time."""
SHORT_REST = timedelta(minutes=2)
"""So long a channel is waited for; for a longer rest another one takes its place."""


@dataclass(frozen=True, slots=True)
class Go:
    route: Route


@dataclass(frozen=True, slots=True)
class Skip:
    """This step will not be sent; later steps of the case still may."""

    why: Reason


@dataclass(frozen=True, slots=True)
class PutOff:
    until: datetime
    why: Reason


@dataclass(frozen=True, slots=True)
class StopCase:
    """Nothing of this case may be sent any more: the customer has left."""

    reason: CaseReason


@dataclass(frozen=True, slots=True)
class Drop:
    """The case no longer wants reminders; its steps are, or will be, cancelled."""

    why: Reason


Verdict = Go | Skip | PutOff | StopCase | Drop


def look(
    session: Session,
    case: Case,
    step: Step,
    *,
    now: datetime,
    channels: frozenset[str],
    down: Mapping[str, datetime],
) -> Verdict:
    """Judge one claimed step of a locked case.

    `channels` are those that this install has; `down` says until when one of them rests.
    """
    if case.hands_off is not None:
        return Skip(Reason(case.hands_off))
    if step.kind == KIND:
        return _offer(session, case, step, now, channels, down)
    if step.kind == NOTICE:
        return _notice(session, case, step, now, channels, down)
    if case.state != CaseState.OPEN:
        return Drop(Reason(Why.CASE_CLOSED if case.closed_at else Why.CASE_WAITS, {"cause": case.reason}))
    if case.customer.no_contact:
        return Drop(Reason(Why.CONTACT_STOPPED, {"cause": case.customer.no_contact}))
    left = left_because(session, case)
    if left is not None:
        return StopCase(left)
    late = _timing(session, case, step, now)
    if late is not None:
        return late
    route = _route(session, case, step, now, channels, down, end=case.opened_at + LIMITS.runway)
    if isinstance(route, Go) and _held_by_flood(case, step):
        return PutOff(now + UNTIL_LET_GO, Reason(Why.FLOOD))
    return route


def _held_by_flood(case: Case, step: Step) -> bool:
    """One of very many that failed at once, of which the merchant has not said yet what becomes of them."""
    since, until = case.merchant.flood_since, case.merchant.flood_until
    if since is None or until is None or not since - SPIKE.span < case.opened_at < until:
        return False
    return step.why.get("code") != Why.SENT_BY_HAND


def _offer(
    session: Session,
    case: Case,
    step: Step,
    now: datetime,
    channels: frozenset[str],
    down: Mapping[str, datetime],
) -> Verdict:
    """The one message that is for a case which is over: its membership has ended, and nothing has changed since."""
    if case.reason != CaseReason.MEMBERSHIP_ENDED:
        return Drop(Reason(Why.CASE_CLOSED, {"cause": case.reason}))
    refusal = why_not(outlook_of(session, case, now=now, step=step))
    if refusal is not None:
        return Drop(refusal)
    if now - step.planned_at > LIMITS.too_late:
        return Skip(Reason(Why.TOO_LATE, {"hours": int((now - step.planned_at).total_seconds() // 3600)}))
    end = step.planned_at + LIMITS.too_late
    too_soon = _too_soon(session, case, now, end)
    return too_soon or _route(session, case, step, now, channels, down, end=end)


def _notice(
    session: Session,
    case: Case,
    step: Step,
    now: datetime,
    channels: frozenset[str],
    down: Mapping[str, datetime],
) -> Verdict:
    """What was done with their card a person hears at once, whatever the case has become and whoever wrote before."""
    if case.customer.no_contact:
        return Drop(Reason(Why.CONTACT_STOPPED, {"cause": case.customer.no_contact}))
    end = step.planned_at + LIMITS.window
    if now >= end:
        return Skip(Reason(Why.TOO_LATE, {"hours": int((now - step.planned_at).total_seconds() // 3600)}))
    return _route(session, case, step, now, channels, down, end=end)


def _timing(session: Session, case: Case, step: Step, now: datetime) -> Skip | PutOff | None:
    cutoff = case.opened_at + LIMITS.runway
    if now - step.planned_at > LIMITS.too_late:
        return Skip(Reason(Why.TOO_LATE, {"hours": int((now - step.planned_at).total_seconds() // 3600)}))
    if now >= cutoff:
        return Skip(Reason(Why.PAST_CUTOFF))
    if _earlier_waits(session, step):
        return PutOff(now + TURN, Reason(Why.EARLIER_COMES_FIRST))
    return _too_soon(session, case, now, cutoff)


def _too_soon(session: Session, case: Case, now: datetime, end: datetime) -> Skip | PutOff | None:
    previous = last_contact(session, case.customer_id)
    if previous is None:
        return None
    allowed, _ = after_last_contact(now, previous, zone_of(case.customer, now).zone, gap=case.campaign.gap)
    if allowed <= now:
        return None
    why = Reason(Why.TOO_SOON_AFTER_LAST, {"last": previous.isoformat()})
    return PutOff(allowed, why) if allowed < end else Skip(why)


def _earlier_waits(session: Session, step: Step) -> bool:
    """After an outage several steps of a case are due at once; their words only fit in their order."""
    earlier = select(Step.id).where(
        Step.case_id == step.case_id,
        Step.position < step.position,
        Step.state.in_(("planned", "claimed", "sending")),
    )
    return session.scalar(earlier.limit(1)) is not None


def _route(
    session: Session,
    case: Case,
    step: Step,
    now: datetime,
    channels: frozenset[str],
    down: Mapping[str, datetime],
    *,
    end: datetime,
) -> Go | Skip | PutOff:
    """`end`: nothing waits for a morning beyond it."""
    routes = routes_for(session, case, step, channels=channels)
    if not routes.open:
        return Skip(routes.closed)
    awake = [route for route in routes.open if down.get(route.channel, now) <= now + SHORT_REST]
    best = (awake or routes.open)[0]
    if best.channel in down:
        return PutOff(down[best.channel], Reason(Why.CHANNEL_DOWN, {"channel": best.channel}))
    local = zone_of(case.customer, now)
    loud_again = after_quiet_hours(now, local.zone, case.campaign)
    wakes_nobody = best.channel == EMAIL and not case.campaign.quiet_email
    if wakes_nobody or loud_again <= now:
        return Go(best)
    if loud_again < end:
        return PutOff(
            loud_again,
            Reason(
                Why.QUIET_HOURS,
                {"channel": best.channel, "zone": local.zone.key, "zone_from": local.source.value},
            ),
        )
    # In the morning it would be too late for the payment: rather a letter, else a chat in the night.
    by_mail = (route for route in awake if route.channel == EMAIL and route.channel not in down)
    letter = next(by_mail, best)
    return Go(letter if letter == best else replace(letter, why=Reason(Why.CHANNEL_WAKES_NOBODY)))
