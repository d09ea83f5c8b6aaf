"""Gives each stored event its effect: parse, apply and mark the row, all in one transaction.

A row that fails is tried again with growing pauses and ends as `dead`, shown on the events page. Nothing
here talks to the network.
"""

import random
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import faults
from app.cases.applied import Applied
from app.cases.apply import apply
from app.cases.people import merchant_of
from app.cases.rules import Rules
from app.claims import Claim, Times, backoff, claim_due, expired, holding, move
from app.db import Database, is_away
from app.log import get_logger
from app.models import InboxRow
from app.recovery.facts import Ignored, Quarantined
from app.whop.events import name_of, parse

LEASE = timedelta(seconds=60)
MOST_TRIES = 5
MOST_CLAIMS = 25
"""A row that was claimed so often and never worked on kills its workers."""

log = get_logger(__name__)


def claim_events(database: Database, *, times: Times, limit: int) -> list[Claim]:
    with database.transaction() as session:
        return claim_due(session, InboxRow, waiting="waiting", times=times, lease=LEASE, limit=limit)


def process_event(database: Database, claim: Claim, *, times: Times, rules: Rules) -> None:
    """Process one claimed row. An error is recorded on the row, not raised."""
    try:
        _process(database, claim, times=times, rules=rules)
    except Exception as error:  # any error belongs to this row alone: the worker goes on with the next
        log.warning("inbox.row_failed", row_id=claim.row_id, claims=claim.fence, exc_info=True)
        _put_off(database, claim, times=times, error=error)


def free_expired_events(database: Database, *, times: Times) -> int:
    """Rows of a worker that died are waiting again, or dead after too many deaths."""
    with database.transaction() as session:
        lost = expired(session, InboxRow, held="claimed", wall=times.wall)
        for claim in lost:
            move(session, InboxRow, claim, values=_after_loss(claim, times))
    return len(lost)


def _process(database: Database, claim: Claim, *, times: Times, rules: Rules) -> None:
    with database.transaction() as session:
        row = holding(session, InboxRow, claim)
        if row is None:
            return
        take_effect(session, row, times=times, rules=rules)
        session.flush()
        faults.point("inbox_before_commit")
    log.info("inbox.processed", row_id=row.id, state=row.state, reason=row.reason, type=row.event_type)


def take_effect(session: Session, row: InboxRow, *, times: Times, rules: Rules) -> None:
    """Parse one event, apply it and mark its row. The caller owns the transaction."""
    parsed = parse(row.body, received_at=row.received_at)
    match parsed:
        case Ignored() | Quarantined():
            _mark_without_effect(session, row, parsed, times)
        case fact:
            _mark(row, apply(session, fact, now=times.now, rules=rules))
    row.done_at, row.lease_until = times.now, None


def _mark(row: InboxRow, applied: Applied) -> None:
    row.state = "done" if applied.reason is None else "ignored"
    row.reason, row.event_type = applied.reason, name_of(row.body)
    row.merchant_id, row.case_id = applied.merchant_id, applied.case_id


def _mark_without_effect(
    session: Session, row: InboxRow, parsed: Ignored | Quarantined, times: Times
) -> None:
    row.state = "ignored" if isinstance(parsed, Ignored) else "quarantined"
    row.reason, row.event_type = parsed.reason, parsed.event_type
    if parsed.merchant is not None:
        row.merchant_id = merchant_of(session, parsed.merchant, now=times.now).id


def _put_off(database: Database, claim: Claim, *, times: Times, error: Exception) -> None:
    reason = type(error).__name__
    with database.transaction() as session:
        tries = session.scalar(select(InboxRow.tries).where(InboxRow.id == claim.row_id)) or 0
        tries += 0 if is_away(error) else 1
        if tries >= MOST_TRIES:
            values = _dead(reason, times)
        else:
            values = _waiting(reason, times, backoff(max(tries, 1), share=random.random()))  # noqa: S311  a spread
        move(session, InboxRow, claim, values={**values, "tries": tries})


def _after_loss(claim: Claim, times: Times) -> dict[str, object]:
    if claim.fence >= MOST_CLAIMS:
        return _dead("worker_lost", times)
    return _waiting("worker_lost", times, timedelta())


def _waiting(reason: str, times: Times, pause: timedelta) -> dict[str, object]:
    return {"state": "waiting", "reason": reason, "lease_until": None, "due_at": times.now + pause}


def _dead(reason: str, times: Times) -> dict[str, object]:
    return {"state": "dead", "reason": reason, "lease_until": None, "done_at": times.now}
