"""Keeps what a look at Whop's records found and no event had told: through the same inbox as all events.

Message ids are made of what was found, so a look that is repeated, or made by two workers, adds nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.cases.news import is_news
from app.db import Database
from app.inbox.store import store_event
from app.models import Membership, Merchant, Payment
from app.models.case import BACKFILL
from app.recovery.facts import Fact, PaymentFailed
from app.recovery.machine import Known, learn
from app.whop import fields
from app.whop.events import parse
from app.whop.json_body import JsonObject
from app.whop.retold import retold
from app.whop.snapshots import Snapshot, membership_event

UNDER_WAY = timedelta(minutes=5)
"""What changed so lately is left to its own event: Whop gives us five seconds and tries again after minutes."""
TOO_OLD = timedelta(hours=24)
"""At a merchant's first comparison a failure older than this is learnt of and left alone. Whop has written to the
customer by then, and a merchant who begins with hundreds of them must not begin with hundreds of messages."""
RECONCILE = "reconcile"


@dataclass(frozen=True, slots=True)
class Look:
    """When, at whose records, and for which time in the campaign. All aware."""

    merchant_id: int
    biz_id: str
    wall: datetime
    now: datetime
    first: bool = False
    """Nothing of this merchant has been compared before."""


def keep_payments(database: Database, rows: Sequence[JsonObject], look: Look) -> int:
    """How many events were missing; what is only learnt of is none. Call it with no transaction open."""
    told = [retold(row, biz_id=look.biz_id, read_at=look.wall) for row in rows if _settled(row, look)]
    missing = _keep(database, told, look)
    _note_looked(database, Payment, rows, look)
    return missing


def keep_memberships(database: Database, rows: Sequence[JsonObject], look: Look) -> int:
    """As `keep_payments`."""
    seen = (
        membership_event(row, biz_id=look.biz_id, read_at=look.wall) for row in rows if _settled(row, look)
    )
    missing = _keep(database, [(one,) for one in seen if one is not None], look)
    _note_looked(database, Membership, rows, look)
    return missing


def _settled(row: JsonObject, look: Look) -> bool:
    changed_at = fields.moment(row.get("updated_at"))
    return changed_at is None or changed_at <= look.wall - UNDER_WAY


def _keep(database: Database, told: Sequence[tuple[Snapshot, ...]], look: Look) -> int:
    with database.reading() as session:
        merchant = session.get_one(Merchant, look.merchant_id)
        wanted = [
            (snapshot, origin)
            for snapshots in told
            for snapshot, origin in _news(session, merchant, snapshots, look)
        ]
    stored = [
        origin
        for snapshot, origin in wanted
        if store_event(
            database,
            message_id=snapshot.message_id,
            body=snapshot.body,
            received_at=look.now,
            origin=origin,
        )
    ]
    return stored.count(RECONCILE)


def _news(
    session: Session, merchant: Merchant, snapshots: tuple[Snapshot, ...], look: Look
) -> Iterable[tuple[Snapshot, str]]:
    """What one object tells that is new. A new failure is not told without what has become of it since."""
    parsed = ((snapshot, parse(snapshot.body, received_at=look.wall)) for snapshot in snapshots)
    told = [(snapshot, fact) for snapshot, fact in parsed if isinstance(fact, Fact)]
    new = {snapshot.message_id for snapshot, fact in told if is_news(session, merchant, fact)}
    if any(isinstance(fact, PaymentFailed) and snapshot.message_id in new for snapshot, fact in told):
        new = {snapshot.message_id for snapshot, _ in told}
    old = look.first and any(_too_old(fact, look) for _, fact in told)
    return [(snapshot, BACKFILL if old else RECONCILE) for snapshot, _ in told if snapshot.message_id in new]


def _too_old(fact: Fact, look: Look) -> bool:
    failed_at = learn(Known(), fact).failed_at if isinstance(fact, PaymentFailed) else None
    return failed_at is not None and failed_at < look.wall - TOO_OLD


def _note_looked(
    database: Database, table: type[Payment] | type[Membership], rows: Sequence[JsonObject], look: Look
) -> None:
    ids = [found for row in rows if (found := fields.identifier(row.get("id")))]
    if not ids:
        return
    named = Payment.payment_id.in_(ids) if table is Payment else Membership.membership_id.in_(ids)
    with database.transaction() as session:
        session.execute(
            update(table).where(table.merchant_id == look.merchant_id, named).values(looked_at=look.wall)
        )
