"""What somebody has tested, and whether a merchant has begun at all. Judges nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, not_, select
from sqlalchemy.orm import Session

from app.models import Case, Chore, InboxRow, Merchant, Proof
from app.models.base import insert_once
from app.models.case import LIVE

LONGEST = 500
DELIVERED = ("webhook", "simulated")
"""Origins of events that came in at the door."""


def keep_proof(
    session: Session,
    merchant: Merchant,
    name: str,
    *,
    ok: bool,
    code: str | None = None,
    text: str | None = None,
    wall: datetime,
) -> None:
    """The newest test of this thing. `code` is our word for what came of it, `text` what was said by itself."""
    values = {"ok": ok, "code": code, "text": text[:LONGEST] if text else None, "at": wall}
    insert_once(session, Proof, ("merchant_id", "name"), {"merchant_id": merchant.id, "name": name, **values})
    row = session.scalars(select(Proof).where(Proof.merchant_id == merchant.id, Proof.name == name)).one()
    for field, value in values.items():
        setattr(row, field, value)


def proofs(session: Session, merchant: Merchant) -> Mapping[str, Proof]:
    """By the name of what was tested."""
    found = session.scalars(select(Proof).where(Proof.merchant_id == merchant.id))
    return {one.name: one for one in found}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What has really happened."""

    worker_seen: datetime | None
    """The newest end of a chore, by the machine's time."""
    last_webhook: datetime | None
    """The newest event that came in at the door; where nobody else is here, also one that names nobody."""
    first_case: datetime | None
    """When the first renewal failed that was taken care of."""


def evidence(session: Session, merchant: Merchant) -> Evidence:
    """All of it in one question."""
    first = (
        select(Case.opened_at)
        .where(Case.merchant_id == merchant.id, Case.origin == LIVE)
        .order_by(Case.opened_at, Case.id)
        .limit(1)
    )
    others = select(Merchant.id).where(Merchant.id != merchant.id).exists()
    seen, mine, nobodys, first_at = session.execute(
        select(
            select(func.max(Chore.done_at)).scalar_subquery(),
            _newest(InboxRow.merchant_id == merchant.id).scalar_subquery(),
            _newest(and_(InboxRow.merchant_id.is_(None), not_(others))).scalar_subquery(),
            first.scalar_subquery(),
        )
    ).one()
    last = max((at for at in (mine, nobodys) if at is not None), default=None)
    return Evidence(seen, last, first_at)


def _newest(whose: ColumnElement[bool]) -> Select[datetime]:
    return (
        select(InboxRow.received_at)
        .where(whose, InboxRow.origin.in_(DELIVERED))
        .order_by(InboxRow.received_at.desc(), InboxRow.id.desc())
        .limit(1)
    )
