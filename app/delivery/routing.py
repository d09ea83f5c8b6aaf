"""By which channels a customer can be reached, best first, and why not by the others.

The channel that they prefer comes before all, or else the one that is being tried for the case; then accounts
that they linked, e-mail, and channels that need no linking. One step goes by one channel at a time: what
refused it is not asked again for that step.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.suppression import suppressed
from app.models import Case, Delivery, LinkedAccount, Step
from app.models.customer import USER
from app.models.learning import channel_to_try
from app.recovery.reasons import Reason, Why

EMAIL = "email"
WHOP_CHAT = "whop_chat"
"""Reaches every customer whose Whop user id is known."""
OWN = frozenset({EMAIL, "telegram", "discord", WHOP_CHAT})
"""Channels whose addresses we know how to find; those of other packages write to e-mail addresses."""


@dataclass(frozen=True, slots=True)
class Route:
    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Routes:
    open: tuple[Route, ...]
    """Best first."""
    closed: Reason
    """Why there is none, where there is none."""


def routes_for(
    session: Session, case: Case, step: Step, *, channels: frozenset[str], without: str | None = None
) -> Routes:
    """For a step of a locked case. `channels` are those that this install has; `without` leaves one out."""
    refused = _refused(session, step) | {without}
    found: list[Route] = []
    closed: list[Reason] = []
    for route in _in_order(session, case, channels):
        if route.channel not in channels:
            closed.append(Reason(Why.NO_CHANNEL, {"channel": route.channel}))
        elif route.channel not in refused:
            cause = suppressed(session, case.merchant, channel=route.channel, address=route.address)
            if cause is None:
                found.append(route)
            else:
                closed.append(Reason(Why.SUPPRESSED, {"channel": route.channel, "cause": cause}))
    return Routes(tuple(found), _telling(closed) if closed else Reason(Why.NO_ADDRESS, {"channel": EMAIL}))


def reaches(session: Session, case: Case, *, channels: frozenset[str]) -> bool:
    """Whether any message can get to this case's customer, by whichever of the install's channels."""
    return any(
        route.channel in channels
        and suppressed(session, case.merchant, channel=route.channel, address=route.address) is None
        for route in _in_order(session, case, channels)
    )


def _in_order(session: Session, case: Case, channels: frozenset[str]) -> Sequence[Route]:
    customer = case.customer
    linked = session.scalars(
        select(LinkedAccount)
        .where(LinkedAccount.customer_id == customer.id)
        .order_by(LinkedAccount.linked_at.desc(), LinkedAccount.id.desc())
    )
    routes = [Route(account.channel, account.address) for account in linked]
    if customer.email:
        routes += [Route(channel, customer.email) for channel in (EMAIL, *sorted(channels - OWN))]
    if WHOP_CHAT in channels and customer.identity.startswith(USER):
        routes.append(Route(WHOP_CHAT, f"{case.merchant.biz_id}/{customer.identity}"))
    best = customer.preferred_channel or channel_to_try(session, case)
    return sorted(routes, key=lambda route: route.channel != best)


def _refused(session: Session, step: Step) -> set[str | None]:
    """Channels that have given this step up for good. After an unclear outcome no other is tried."""
    refused = select(Delivery.channel).where(Delivery.step_id == step.id, Delivery.outcome == "gave_up")
    return set(session.scalars(refused))


def _telling(closed: Sequence[Reason]) -> Reason:
    """Somebody asked for silence, which says more than a channel that is switched off."""
    return next((reason for reason in closed if reason.code is Why.SUPPRESSED), closed[0])
