"""How far each merchant has been compared with Whop's own records: of the present, and of the time before."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Comparison(Base):
    """A merchant's regular comparison, one row each. Times are the machine's."""

    __tablename__ = "comparison"

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), unique=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    began_at: Mapped[datetime | None]
    """When the pass under way began; None: none is."""
    phase: Mapped[str | None]
    cursor: Mapped[str | None]
    """Where the pass goes on: in this list, after this place."""
    found: Mapped[int] = mapped_column(default=0)
    """Events that were missing, in the pass under way."""
    done_at: Mapped[datetime | None]
    """The end of the last whole pass."""
    compared_until: Mapped[datetime | None]
    """Its beginning: what was paid since is compared by the next one."""
    healed: Mapped[int] = mapped_column(default=0)
    """Events that were missing, in the last whole pass."""
    trouble: Mapped[str | None]
    """Why it could not go on, in our word; None: it could."""
    trouble_at: Mapped[datetime | None]
    webhook_trouble: Mapped[str | None]
    """disabled or failing: Whop does not get its events to us."""
    webhook_id: Mapped[str | None]
    webhook_since: Mapped[datetime | None]
    """Since when, by Whop's word. It stays until what was missed has been asked for again."""
    replay_until: Mapped[datetime | None]
    """The end of the time that is asked for again: kept, so that a second try is the same question."""
    replayed_at: Mapped[datetime | None]
    """When Whop last agreed to send missed events again."""


class Backfill(Base):
    """A merchant's months before, one row each. `state`: running or done. Times are the machine's."""

    __tablename__ = "backfill"

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), unique=True)
    state: Mapped[str]
    begins_at: Mapped[datetime]
    """The oldest payments that are asked for."""
    ends_at: Mapped[datetime]
    """Younger ones belong to the regular comparison."""
    month_at: Mapped[datetime]
    """The beginning of the month in hand, oldest first."""
    cursor: Mapped[str | None]
    """Where its list goes on."""
    listed: Mapped[int] = mapped_column(default=0)
    """Renewals that Whop has named."""
    kept: Mapped[int] = mapped_column(default=0)
    """Those of them that had failed, as far as they were new here."""
    started_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    # Of a reading that a page asked for; an earlier release, and the command, leave these empty.
    months: Mapped[int | None]
    """How far back the worker shall read; None: nobody has asked it to."""
    due_at: Mapped[datetime | None]
    """When the worker goes on with it; None: it does not."""
    trouble: Mapped[str | None]
    """Why it could not go on, in our word; None: it could."""
