"""What a fresh look at Whop is for those who send or charge, and how long they wait where it cannot be had.

A send or a charge rests on what Whop itself says at that moment. Nobody acts on older knowledge because a
read failed: the act waits, with growing pauses, until it would come too late.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.claims import Times, backoff
from app.models import Case
from app.recovery.reasons import Reason, Why
from app.whop.errors import WhopBusy, WhopError, WhopRefuses
from app.whop.snapshots import Snapshot

UNREADABLE = "whop_unreadable"
BUSY_SPREAD = timedelta(minutes=1)
"""Whop's limits are counted by the minute."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be read: plain ids, so that no row is needed while nobody holds a transaction."""

    merchant_id: int
    biz_id: str
    payment_id: str
    membership_id: str | None

    @classmethod
    def of(cls, case: Case) -> "Target":
        payment = case.payment
        return cls(case.merchant_id, case.merchant.biz_id, payment.payment_id, payment.membership_id)


@dataclass(frozen=True, slots=True)
class Looked:
    target: Target
    snapshots: tuple[Snapshot, ...]


class FreshLook(Protocol):
    @property
    def limit(self) -> timedelta:
        """The longest that `read` takes; a lease has to cover it."""
        ...

    def read(self, target: Target, *, now: datetime) -> Looked:
        """Ask Whop for payment and membership, with no transaction open. Raises `WhopError`."""
        ...

    def take_in(self, session: Session, looked: Looked, *, times: Times) -> None:
        """Give what was read its effect, where it says something new, in the caller's transaction."""
        ...


def wait_for_whop(
    error: WhopError, before: Mapping[str, Any] | None, *, now: datetime
) -> tuple[datetime, Reason]:
    """Until when an act waits whose look failed, and why. `before`: why it has waited until now."""
    looks = before.get("looks", 0) if before and before.get("cause") == UNREADABLE else 0
    share = random.random()  # noqa: S311  a spread
    if isinstance(error, WhopBusy):
        # Too many at once, which says nothing of Whop's health: the pauses do not grow.
        pause = timedelta(seconds=error.after) + share * BUSY_SPREAD
    else:
        looks += 1
        pause = backoff(looks, share=share)
    detail: dict[str, object] = {"cause": UNREADABLE, "looks": looks, "error": type(error).__name__}
    if isinstance(error, WhopRefuses):  # somebody has to mend the key, and must be told for what
        detail["asked"] = str(error).split()[0]
    return now + pause, Reason(Why.WHOP_UNREADABLE, detail)
