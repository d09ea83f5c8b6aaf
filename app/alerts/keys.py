"""Tells merchants that Whop refuses the install's key: until it is mended every reminder and every charge waits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.alerts.faults import SOON
from app.cases.alerting import write_alert
from app.claims import Times
from app.db import Database
from app.fresh_look import UNREADABLE
from app.models import Case, Comparison, Merchant, Retry, Step
from app.models.merchant import lock_merchant
from app.recovery.alerts import key_refused
from app.whop.errors import WhopForbids, WhopRefuses

FORBIDDEN, REFUSED = "forbidden", "refused"
"""As a comparison names what keeps it from going on."""
TROUBLES = {WhopForbids.__name__: FORBIDDEN, WhopRefuses.__name__: REFUSED}
PERMISSIONS: Mapping[str, str] = {"payments": "payment:basic:read", "memberships": "member:basic:read"}
"""What a question about them takes, by Whop's name."""
PAYMENTS = PERMISSIONS["payments"]


def look_at_key(database: Database, *, times: Times) -> int:
    """How many merchants were told: each once on a day of theirs, for as long as it lasts."""
    with database.reading() as session:
        found = _refused(session, due_until=times.now + SOON)
    told = 0
    for merchant_id, detail in sorted(found.items()):
        with database.transaction() as session:
            lock_merchant(session, merchant_id)
            merchant = session.get_one(Merchant, merchant_id)
            day = times.now.astimezone(ZoneInfo(merchant.zone)).date().isoformat()
            told += write_alert(session, merchant, key_refused(day, **detail), now=times.now) is not None
    return told


def still_refused(session: Session, merchant_id: int) -> bool:
    return bool(_refused(session, merchant_id=merchant_id))


def _refused(
    session: Session, *, due_until: datetime | None = None, merchant_id: int | None = None
) -> dict[int, dict[str, Any]]:
    """By merchant: what Whop refused when it was compared, else what a message or a charge waits for."""
    compared = select(Comparison.merchant_id, Comparison.trouble).where(
        Comparison.trouble.in_((FORBIDDEN, REFUSED)), *_of(Comparison.merchant_id, merchant_id)
    )
    found = {one: _detail(str(trouble), "payments") for one, trouble in session.execute(compared)}
    for row in (Step, Retry):
        waiting = (
            select(Case.merchant_id, row.outcome_why)
            .join(Case, row.case_id == Case.id)
            .where(
                row.state == "planned",
                row.outcome_why["cause"].as_string() == UNREADABLE,
                row.outcome_why["error"].as_string().in_(TROUBLES),
                *_of(Case.merchant_id, merchant_id),
            )
        )
        if due_until is not None:  # so the index of what is due finds them
            waiting = waiting.where(row.due_at <= due_until)
        for one, why in session.execute(waiting):
            found.setdefault(one, _detail(TROUBLES[why["error"]], str(why.get("asked"))))
    return found


def _of(column: Any, merchant_id: int | None) -> list[ColumnElement[bool]]:
    return [] if merchant_id is None else [column == merchant_id]


def _detail(trouble: str, asked: str) -> dict[str, Any]:
    permission = PERMISSIONS.get(asked.partition(".")[0], PAYMENTS)
    return {"trouble": trouble, "permission": permission if trouble == FORBIDDEN else None}
