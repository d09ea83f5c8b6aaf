"""A merchant's addresses and what was sent to each, with every try. Reads only; prunes what is old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.models import Endpoint, EndpointDelivery, EndpointTry, Merchant

PAGE_SIZE = 25
KEPT = timedelta(days=30)
"""How long what has ended stays in the log."""
PRUNED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class EndpointRow:
    endpoint: Endpoint
    waiting: int
    lost: int
    """Given up or left out, and still in the log."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    delivery: EndpointDelivery
    tries: Sequence[EndpointTry]
    """The oldest first."""


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    rows: tuple[DeliveryRow, ...]
    next: int | None
    """The id before which the next page begins; None: this is the last page."""


def endpoints(session: Session, merchant: Merchant) -> list[EndpointRow]:
    """Those that were not removed, the oldest first."""
    found = session.scalars(
        select(Endpoint)
        .where(Endpoint.merchant_id == merchant.id, Endpoint.removed_at.is_(None))
        .order_by(Endpoint.id)
    ).all()
    counted = session.execute(
        select(EndpointDelivery.endpoint_id, EndpointDelivery.state, func.count())
        .where(EndpointDelivery.endpoint_id.in_([row.id for row in found]), EndpointDelivery.state != "sent")
        .group_by(EndpointDelivery.endpoint_id, EndpointDelivery.state)
    ).all()
    by_state = {(endpoint_id, state): count for endpoint_id, state, count in counted}

    def count(row: Endpoint, *states: str) -> int:
        return sum(by_state.get((row.id, state), 0) for state in states)

    return [
        EndpointRow(row, count(row, "planned", "claimed"), count(row, "dead", "skipped")) for row in found
    ]


def deliveries(
    session: Session, endpoint: Endpoint, *, before: int | None = None, size: int = PAGE_SIZE
) -> DeliveryPage:
    """Newest first."""
    wanted = select(EndpointDelivery).where(EndpointDelivery.endpoint_id == endpoint.id)
    if before is not None:
        wanted = wanted.where(EndpointDelivery.id < before)
    found = session.scalars(wanted.order_by(EndpointDelivery.id.desc()).limit(size + 1)).all()
    shown = found[:size]
    tries: dict[int, list[EndpointTry]] = {}
    theirs = EndpointTry.delivery_id.in_([row.id for row in shown])
    for one in session.scalars(select(EndpointTry).where(theirs).order_by(EndpointTry.id)):
        tries.setdefault(one.delivery_id, []).append(one)
    rows = tuple(DeliveryRow(row, tries.get(row.id, [])) for row in shown)
    return DeliveryPage(rows, shown[-1].id if len(found) > size else None)


def prune_deliveries(session: Session, *, now: datetime) -> int:
    """Delete what ended long ago, a part of it at a time; how many."""
    old = (
        select(EndpointDelivery.id)
        .where(EndpointDelivery.ended_at < now - KEPT)
        .order_by(EndpointDelivery.ended_at)
        .limit(PRUNED_AT_ONCE)
    )
    ids = session.scalars(old).all()
    if ids:
        session.execute(delete(EndpointTry).where(EndpointTry.delivery_id.in_(ids)))
        session.execute(delete(EndpointDelivery).where(EndpointDelivery.id.in_(ids)))
    return len(ids)
