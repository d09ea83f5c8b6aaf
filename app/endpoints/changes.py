"""What people do to a merchant's addresses: name, change, switch, turn the secret round, try, resend, remove.

Each leaves an audit line; no line holds an address or a secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.cases.announcing import delivery, write
from app.cases.audit import Act, note
from app.claims import Times
from app.endpoints import keys
from app.errors import Conflict, NotFound
from app.models import Endpoint, EndpointDelivery, Merchant
from app.recovery.announced import OF_CASES, Announced
from app.security.sealing import Seal

MOST = 10
"""Addresses of one merchant."""
ENDED = ("sent", "dead", "skipped")
TOO_MANY = "There are ten webhooks. Remove one first."
IS_OFF = "This webhook is off. Switch it on first."
STILL_WAITS = "This event has not ended yet; it is sent again by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEndpoint:
    name: str
    url: str
    events: frozenset[Announced]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does it and when."""

    session: Session
    merchant: Merchant
    actor: str
    times: Times


def endpoint_of(session: Session, merchant: Merchant, endpoint_id: int) -> Endpoint:
    """Raises `NotFound` also for another merchant's."""
    found = session.scalars(
        select(Endpoint).where(
            Endpoint.id == endpoint_id, Endpoint.merchant_id == merchant.id, Endpoint.removed_at.is_(None)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def add(hand: Hand, wanted: WantedEndpoint, seal: Seal) -> tuple[Endpoint, str]:
    """The new address and its secret, which is shown this once. Raises `Conflict` where there are too many."""
    mine = (Endpoint.merchant_id == hand.merchant.id, Endpoint.removed_at.is_(None))
    if (hand.session.scalar(select(func.count()).select_from(Endpoint).where(*mine)) or 0) >= MOST:
        raise Conflict(TOO_MANY)
    secret = keys.fresh()
    row = Endpoint(
        merchant_id=hand.merchant.id,
        name=wanted.name,
        url=wanted.url,
        events=_words(wanted.events),
        on=True,
        secret=seal.close(secret.encode()),
        created_at=hand.times.wall,
    )
    hand.session.add(row)
    hand.session.flush()
    _note(hand, Act.ENDPOINT_ADDED, row, events=sorted(wanted.events))
    return row, secret


def change(hand: Hand, row: Endpoint, wanted: WantedEndpoint) -> tuple[str, ...]:
    """The names of what is different."""
    values = {"name": wanted.name, "url": wanted.url, "events": _words(wanted.events)}
    changed = tuple(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        _note(hand, Act.ENDPOINT_CHANGED, row, fields=list(changed))
    return changed


def switch(hand: Hand, row: Endpoint, *, on: bool) -> bool:
    """False: it was so already. What waited for one that is off is left out."""
    if row.on is on:
        return False
    row.on, row.off_why, row.failing_since = on, None if on else "by_hand", None
    _note(hand, Act.ENDPOINT_SWITCHED, row, on=on)
    return True


def rotate(hand: Hand, row: Endpoint, seal: Seal) -> str:
    """The new secret, shown this once; the one before signs beside it for a day."""
    secret = keys.fresh()
    row.old_secret, row.old_until = row.secret, hand.times.wall + keys.BOTH_FOR
    row.secret = seal.close(secret.encode())
    _note(hand, Act.ENDPOINT_ROTATED, row)
    return secret


def remove(hand: Hand, row: Endpoint) -> None:
    """It is kept for the log of what was sent; its secrets are not."""
    row.removed_at, row.on, row.off_why = hand.times.wall, False, "by_hand"
    row.secret, row.old_secret = b"", None
    _note(hand, Act.ENDPOINT_REMOVED, row)


def try_out(hand: Hand, row: Endpoint) -> None:
    """A test event goes out in a moment. Raises `Conflict` for an address that is off."""
    _must_be_on(row)
    data = {"account": hand.merchant.biz_id, "message": "This is a test. Nothing has happened to any case."}
    write(hand.session, [delivery(row.id, row.merchant_id, Announced.TEST, data, now=hand.times.now)])
    _note(hand, Act.ENDPOINT_TESTED, row)


def resend(hand: Hand, delivery_id: int) -> Endpoint:
    """Once more under the same id. Raises `NotFound`; `Conflict` where it still waits or its address is off."""
    row = hand.session.scalars(
        select(EndpointDelivery)
        .where(EndpointDelivery.id == delivery_id, EndpointDelivery.merchant_id == hand.merchant.id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    endpoint = endpoint_of(hand.session, hand.merchant, row.endpoint_id)
    _must_be_on(endpoint)
    if row.state not in ENDED:
        raise Conflict(STILL_WAITS)
    row.state, row.due_at, row.tries, row.ended_at = "planned", hand.times.now, 0, None
    _note(hand, Act.ENDPOINT_RESENT, endpoint, deliveries=1)
    return endpoint


def resend_lost(hand: Hand, row: Endpoint) -> int:
    """All that was given up or left out; how many. Raises `Conflict` for an address that is off."""
    _must_be_on(row)
    lost = update(EndpointDelivery).where(
        EndpointDelivery.endpoint_id == row.id, EndpointDelivery.state.in_(("dead", "skipped"))
    )
    values = {"state": "planned", "due_at": hand.times.now, "tries": 0, "ended_at": None}
    count = len(hand.session.execute(lost.values(**values).returning(EndpointDelivery.id)).all())
    if count:
        _note(hand, Act.ENDPOINT_RESENT, row, deliveries=count)
    return count


def _must_be_on(row: Endpoint) -> None:
    if not row.on:
        raise Conflict(IS_OFF)


def _words(events: Sequence[Announced] | frozenset[Announced]) -> str:
    return " ".join(event.value for event in OF_CASES if event in events)


def _note(hand: Hand, act: Act, row: Endpoint, **detail: Any) -> None:
    at: datetime = hand.times.now
    note(
        hand.session, act, merchant_id=hand.merchant.id, actor=hand.actor, at=at,
        detail={"endpoint": row.id, **detail},
    )  # fmt: skip
