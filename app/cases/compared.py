"""How a merchant's records here stand to Whop's own: compared when, with what result. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Backfill, Comparison, Merchant


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Times are the machine's."""

    done_at: datetime | None = None
    """None: never yet."""
    healed: int = 0
    """Events that were missing, and have been added."""
    trouble: str | None = None
    trouble_at: datetime | None = None
    webhook_trouble: str | None = None
    webhook_since: datetime | None = None
    replayed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """How far the months before have been read."""

    done: bool
    begins_at: datetime
    ends_at: datetime
    month_at: datetime
    kept: int
    """Failed renewals that were new."""
    listed: int = 0
    """Renewals that Whop has named."""
    by_worker: bool = False
    """The worker goes on with it; else the command does, or did."""
    trouble: str | None = None
    done_at: datetime | None = None

    @property
    def share(self) -> float:
        """How much of the time is read, from 0 to 1."""
        if self.done or self.ends_at <= self.begins_at:
            return 1.0
        return min(max((self.month_at - self.begins_at) / (self.ends_at - self.begins_at), 0.0), 1.0)


def compared(session: Session, merchant: Merchant) -> Compared:
    row = session.scalars(select(Comparison).where(Comparison.merchant_id == merchant.id)).one_or_none()
    if row is None:
        return Compared()
    return Compared(
        done_at=row.done_at,
        healed=row.healed,
        trouble=row.trouble,
        trouble_at=row.trouble_at,
        webhook_trouble=row.webhook_trouble,
        webhook_since=row.webhook_since,
        replayed_at=row.replayed_at,
    )


def read_back(session: Session, merchant: Merchant) -> ReadBack | None:
    """None: nobody has asked for it."""
    row = session.scalars(select(Backfill).where(Backfill.merchant_id == merchant.id)).one_or_none()
    if row is None:
        return None
    return ReadBack(
        done=row.state == "done",
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        month_at=row.month_at,
        kept=row.kept,
        listed=row.listed,
        by_worker=row.due_at is not None,
        trouble=row.trouble,
        done_at=row.done_at,
    )
