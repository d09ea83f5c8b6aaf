"""Reminders that wait because far more renewals failed at once than ever do: how many, and letting them go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.models import Case, Merchant, Step
from app.models.merchant import lock_merchant
from app.recovery.alerts import SPIKE
from app.recovery.reasons import Why

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 100_000


@dataclass(frozen=True, slots=True)
class Flood:
    since: datetime
    waiting: int
    """Reminders that would have gone out by now."""


def flood_of(session: Session, merchant: Merchant) -> Flood | None:
    if merchant.flood_since is None:
        return None
    held = (Step.state == "planned", Step.outcome_why["code"].as_string() == Why.FLOOD.value)
    counted = select(func.count()).select_from(Step).join(Case, Step.case_id == Case.id)
    return Flood(
        merchant.flood_since, session.scalar(counted.where(Case.merchant_id == merchant.id, *held)) or 0
    )


def let_go(
    session: Session, merchant: Merchant, *, actor: str, now: datetime, an_hour: int | None = None
) -> int | None:
    """Let the reminders go out as planned, or each case's next one at so many an hour; what waits is due now.

    How many cases had one; None where nothing was held back. Each still passes the look right before its send: what is
    paid by then, or two days late, stays unsent.
    """
    lock_merchant(session, merchant.id)
    session.refresh(merchant)
    since, until = merchant.flood_since, merchant.flood_until
    if since is None or until is None:
        return None
    rows = _next_steps(session, merchant, after=since - SPIKE.span, before=until)
    merchant.flood_since = merchant.flood_until = None
    moved, free = [], now
    for row in rows:
        due = now if (row.outcome_why or {}).get("code") == Why.FLOOD else row.due_at
        if an_hour is not None:
            due = max(due, free)
            free = due + HOUR / an_hour
        moved.append({"id": row.id, "due_at": due})
    if moved:
        session.execute(update(Step), moved)
    detail = {"messages": len(moved), "an_hour": an_hour}
    note(session, Act.FLOOD_LET_GO, merchant_id=merchant.id, actor=actor, at=now, detail=detail)
    return len(moved)


def _next_steps(
    session: Session, merchant: Merchant, *, after: datetime, before: datetime
) -> Sequence[Row[tuple[int, datetime, dict[str, object] | None]]]:
    """Of each running case that the flood opened, in the order in which they are due."""
    of_it = (Case.opened_at > after, Case.opened_at < before, Case.closed_at.is_(None))
    first = (
        select(func.min(Step.position))
        .where(Step.case_id == Case.id, Step.state == "planned")
        .correlate(Case)
        .scalar_subquery()
    )
    wanted = (
        select(Step.id, Step.due_at, Step.outcome_why)
        .join(Case, Step.case_id == Case.id)
        .where(Case.merchant_id == merchant.id, *of_it, Step.state == "planned", Step.position == first)
        .order_by(Step.due_at, Step.id)
    )
    return session.execute(wanted).all()
