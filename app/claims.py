"""Rows as jobs: claim what is due, complete it under a fence, free what was left behind.

A claimed row belongs to its worker until `lease_until` (the machine's time). `attempts` is the fence:
a worker that comes back late, or after somebody cancelled the row, changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from app.models import AlertDelivery, Chore, EndpointDelivery, InboxRow, MethodSwitch, Retry, Step

T = TypeVar("T", InboxRow, Step, Chore, AlertDelivery, Retry, MethodSwitch, EndpointDelivery)
JobRow = (
    type[InboxRow]
    | type[Step]
    | type[Chore]
    | type[AlertDelivery]
    | type[Retry]
    | type[MethodSwitch]
    | type[EndpointDelivery]
)


BACKOFF_FIRST = timedelta(seconds=30)
BACKOFF_MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one row until its lease ends."""

    row_id: int
    fence: int


@dataclass(frozen=True, slots=True)
class Times:
    """`now` decides what is due (the campaign's time), `wall` when a lease ends (the machine's)."""

    now: datetime
    wall: datetime


def claim_due(
    session: Session, row: JobRow, *, waiting: str, times: Times, lease: timedelta, limit: int,
    only: ColumnElement[bool] | None = None,
) -> list[Claim]:  # fmt: skip
    """Claim at most `limit` due rows, oldest first. Ask only for as many as there are free threads."""
    due = (
        select(row.id)
        .where(row.state == waiting, row.due_at <= times.now, *(() if only is None else (only,)))
        .order_by(row.due_at, row.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")  # not a plain subquery: PostgreSQL may run that again for each row, past the limit
    )
    taken = session.execute(
        update(row)
        .where(row.id.in_(select(due.c.id)))
        .values(state="claimed", attempts=row.attempts + 1, lease_until=times.wall + lease)
        .returning(row.due_at, row.id, row.attempts)
        .execution_options(synchronize_session=False)
    )
    # RETURNING keeps no order: PostgreSQL gives the rows as its join met them.
    oldest_first = sorted(taken.all(), key=lambda found: (found[0], found[1]))
    return [Claim(row_id, fence) for _, row_id, fence in oldest_first]


def move(
    session: Session, row: JobRow, claim: Claim, *, held: str = "claimed", values: dict[str, Any]
) -> bool:
    """Change a row that we still hold in state `held`. False: it was taken or cancelled meanwhile."""
    result = session.execute(
        update(row)
        .where(row.id == claim.row_id, row.attempts == claim.fence, row.state == held)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def give_back(session: Session, row: JobRow, claims: list[Claim], *, waiting: str) -> None:
    """Rows that were claimed and not begun wait again at once; their `attempts` stays used, as the fence."""
    for claim in claims:
        move(session, row, claim, values={"state": waiting, "lease_until": None})


def holding(session: Session, row: type[T], claim: Claim) -> T | None:
    """The claimed row, locked, or None where it is no longer ours."""
    return session.scalars(
        select(row)
        .where(row.id == claim.row_id, row.attempts == claim.fence, row.state == "claimed")
        .with_for_update()
    ).one_or_none()


def expired(session: Session, row: JobRow, *, held: str, wall: datetime, limit: int = 500) -> list[Claim]:
    """Rows whose worker did not come back in time, locked against its late return."""
    found = session.execute(
        select(row.id, row.attempts)
        .where(row.state == held, row.lease_until < wall)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Claim(row_id, fence) for row_id, fence in found]


def free_expired(
    session: Session, row: JobRow, *, why: Mapping[str, Any], times: Times
) -> tuple[int, list[Claim]]:
    """What dead workers held: claimed rows wait again, those in a send may have gone out and end as `unknown`.

    `why`: the columns that say so. The number of both, and the second.
    """
    lost = expired(session, row, held="claimed", wall=times.wall)
    give_back(session, row, lost, waiting="planned")
    torn = expired(session, row, held="sending", wall=times.wall)
    for claim in torn:
        values = {**why, "state": "unknown", "ended_at": times.now, "lease_until": None}
        move(session, row, claim, held="sending", values=values)
    return len(lost) + len(torn), torn


def backoff(tries: int, *, share: float, wish: timedelta | None = None) -> timedelta:
    """How long to wait after the `tries`-th failed try: doubling, and never less than the peer's wish.

    `share` (0 to 1, drawn at random) spreads the waits over half to the whole of the pause, so that rows
    that failed together do not come back together.
    """
    doubled = BACKOFF_FIRST * 2.0 ** min(max(tries - 1, 0), 10)
    pause = min(doubled, BACKOFF_MOST) * (0.5 + share / 2)
    return max(pause, min(wish, BACKOFF_MOST)) if wish is not None else pause
