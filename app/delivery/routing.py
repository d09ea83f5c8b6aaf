"""By which channels a customer can be reached, best first, and why not by the others.

Usually that is accounts that they linked, e-mail, and channels that need no linking; what campaign, customer or a
trial want is weighed by `app.recovery.channels`. One step goes by one channel at a time: what refused it is not
asked again for that step.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.suppression import suppressed
from app.models import Case, Delivery, LinkedAccount, Step
from app.models.customer import USER
from app.models.learning import channel_to_try
from app.recovery.card_notice import KIND as NOTICE
from app.recovery.channels import WHOP_CHAT, Wanted, ways, why_none
from app.recovery.reasons import Reason, Why


@dataclass(frozen=True, slots=True)
class Address:
    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Route(Address):
    why: Reason
    """Why by this channel."""


@dataclass(frozen=True, slots=True)
class Routes:
    open: tuple[Route, ...]
    """Best first."""
    closed: Reason
    """Why there is none, where there is none."""


def routes_for(
    session: Session, case: Case, step: Step, *, channels: frozenset[str], without: str | None = None
) -> Routes:
    """For a step of a locked case. `channels` are those that this install has; `without` leaves one out.

    What was done with their card a customer hears by whatever reaches them; only its order is the campaign's.
    """
    refused = _refused(session, step) | {without}
    able: dict[str, Address] = {}
    closed: list[Reason] = []
    for found in _addresses(session, case, channels):
        if found.channel not in channels:
            closed.append(Reason(Why.NO_CHANNEL, {"channel": found.channel}))
        elif found.channel not in refused:
            cause = suppressed(session, case.merchant, channel=found.channel, address=found.address)
            if cause is None:
                able[found.channel] = found
            else:
                closed.append(Reason(Why.SUPPRESSED, {"channel": found.channel, "cause": cause}))
    wanted = Wanted(
        campaign=case.campaign.channels,
        preferred=case.customer.preferred_channel,
        tried=channel_to_try(session, case),
    )
    everywhere = step.kind == NOTICE
    left_out = [] if everywhere else [name for name in able if wanted.leaves_out(name)]
    routes = (
        Route(name, able[name].address, wanted.why(name, [name] if everywhere else list(able)))
        for name in wanted.order(able)
        if name not in left_out
    )
    return Routes(tuple(routes), why_none(closed, left_out))


def reaches(session: Session, case: Case, *, channels: frozenset[str]) -> bool:
    """Whether this case's customer can be told of what was done, by whichever of the install's channels."""
    return any(
        found.channel in channels
        and suppressed(session, case.merchant, channel=found.channel, address=found.address) is None
        for found in _addresses(session, case, channels)
    )


def _addresses(session: Session, case: Case, channels: frozenset[str]) -> Sequence[Address]:
    """In the usual order; of accounts the newest first."""
    customer = case.customer
    linked = session.scalars(
        select(LinkedAccount)
        .where(LinkedAccount.customer_id == customer.id)
        .order_by(LinkedAccount.linked_at.desc(), LinkedAccount.id.desc())
    )
    addresses = {account.channel: account.address for account in linked}
    names = ways(
        list(addresses), email=bool(customer.email), user_id=customer.identity.startswith(USER), here=channels
    )
    addresses[WHOP_CHAT] = f"{case.merchant.biz_id}/{customer.identity}"
    return [Address(name, addresses.get(name, customer.email or "")) for name in names]


def _refused(session: Session, step: Step) -> set[str | None]:
    """Channels that have given this step up for good. After an unclear outcome no other is tried."""
    refused = select(Delivery.channel).where(Delivery.step_id == step.id, Delivery.outcome == "gave_up")
    return set(session.scalars(refused))
