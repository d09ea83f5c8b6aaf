"""Gives each stored event its effect: parse, apply and mark the row, all in one transaction.

A row that fails is tried again with growing pauses and ends as `dead`, shown on the events page. Nothing
here talks to the network.
"""

import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import faults, metrics
from app import log as logs
from app.cases.alerting import alert_of_event
from app.cases.applied import Applied
from app.cases.apply import apply
from app.cases.audit import Act, noted
from app.cases.erased import empty_if_erased
from app.cases.people import merchant_of
from app.cases.rules import Rules
from app.claims import Claim, Times, backoff, claim_due, expired, holding, move
from app.db import Database, is_away
from app.models import InboxRow
from app.models.case import BACKFILL, LIVE
from app.recovery.facts import Ignored, Quarantined
from app.whop.events import name_of, parse

LEASE = timedelta(seconds=60)
MOST_TRIES = 5
MOST_CLAIMS = 25
"""A row that was claimed so often and never worked on kills its workers."""

log = logs.get_logger(__name__)


def claim_events(database: Database, *, times: Times, limit: int) -> list[Claim]:
    with database.transaction() as session:
        return claim_due(session, InboxRow, waiting="waiting", times=times, lease=LEASE, limit=limit)


def process_event(database: Database, claim: Claim, *, times: Times, rules: Rules) -> None:
    """Process one claimed row. An error is recorded on the row, not raised.

    Its log lines carry the name of the request that brought it, and the next row's do not.
    """
    with logs.bound(request_id=logs.bound_request_id() or uuid4().hex):
        try:
            _process(database, claim, times=times, rules=rules)
        except Exception as error:  # any error belongs to this row alone: the worker goes on with the next
            log.warning("inbox.row_failed", row_id=claim.row_id, claims=claim.fence, exc_info=True)
            _put_off(database, claim, times=times, error=error)


def free_expired_events(database: Database, *, times: Times) -> int:
    """Rows of a worker that died are waiting again, or dead after too many deaths."""
    with database.transaction() as session:
        lost = expired(session, InboxRow, held="claimed", wall=times.wall)
        after = [(claim, _after_loss(claim, times)) for claim in lost]
        moved = [values for claim, values in after if move(session, InboxRow, claim, values=values)]
    metrics.event_processed("dead", sum(values["state"] == "dead" for values in moved))
    return len(lost)


def _process(database: Database, claim: Claim, *, times: Times, rules: Rules) -> None:
    with database.transaction() as session:
        row = holding(session, InboxRow, claim)
        if row is None:
            return
        if row.request_id:
            logs.bind(request_id=row.request_id)
        take_effect(session, row, times=times, rules=rules)
        session.flush()
        faults.point("inbox_before_commit")
    metrics.event_processed(row.state)
    _tell(row, noted(session))


def take_effect(session: Session, row: InboxRow, *, times: Times, rules: Rules) -> None:
    """Parse one event, apply it and mark its row. The caller owns the transaction."""
    parsed = parse(row.body, received_at=row.received_at)
    match parsed:
        case Ignored() | Quarantined():
            _mark_without_effect(session, row, parsed, times)
        case fact:
            origin = BACKFILL if row.origin == BACKFILL else LIVE
            _mark(row, apply(session, fact, now=times.now, rules=rules, origin=origin))
    row.done_at, row.lease_until = times.now, None
    empty_if_erased(session, row)


def _tell(row: InboxRow, acts: list[dict[str, Any]]) -> None:
    """One line of what the event brought about."""
    log.info(
        "inbox.processed",
        row_id=row.id,
        state=row.state,
        reason=row.reason,
        # The name of an unknown type is somebody's free text.
        type=row.event_type if row.reason != "unknown_type" else None,
        case_id=row.case_id,
        acts=[act["action"] for act in acts],
        steps_planned=sum(act["detail"]["steps"] for act in acts if act["action"] == Act.PLAN_MADE),
    )


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
        merchant = merchant_of(session, parsed.merchant, now=times.now)
        row.merchant_id = merchant.id
        if row.state == "quarantined":
            alert_of_event(session, merchant, now=times.now)


def _put_off(database: Database, claim: Claim, *, times: Times, error: Exception) -> None:
    reason = type(error).__name__
    with database.transaction() as session:
        tries = session.scalar(select(InboxRow.tries).where(InboxRow.id == claim.row_id)) or 0
        tries += 0 if is_away(error) else 1
        if tries >= MOST_TRIES:
            values = _dead(reason, times)
        else:
            values = _waiting(reason, times, backoff(max(tries, 1), share=random.random()))  # noqa: S311  a spread
        moved = move(session, InboxRow, claim, values={**values, "tries": tries})
        if moved and values["state"] == "dead":
            _tell_owner(session, claim, times)
    if moved:
        metrics.event_processed("dead" if values["state"] == "dead" else "failed")


def _tell_owner(session: Session, claim: Claim, times: Times) -> None:
    """Whose event it was, as far as it can still be told; they are alerted and find it among theirs."""
    row = session.get_one(InboxRow, claim.row_id)
    try:
        parsed = parse(row.body, received_at=row.received_at)
    except Exception:  # perhaps this is what the row died of
        log.warning("inbox.owner_unknown", row_id=row.id)
        return
    if parsed.merchant is not None:
        merchant = merchant_of(session, parsed.merchant, now=times.now)
        row.merchant_id = merchant.id
        alert_of_event(session, merchant, now=times.now)
        empty_if_erased(session, row)


def _after_loss(claim: Claim, times: Times) -> dict[str, object]:
    if claim.fence >= MOST_CLAIMS:
        return _dead("worker_lost", times)
    return _waiting("worker_lost", times, timedelta())


def _waiting(reason: str, times: Times, pause: timedelta) -> dict[str, object]:
    return {"state": "waiting", "reason": reason, "lease_until": None, "due_at": times.now + pause}


def _dead(reason: str, times: Times) -> dict[str, object]:
    return {"state": "dead", "reason": reason, "lease_until": None, "done_at": times.now}
