"""Rules about work: nothing is held for ever, nothing waits for ever, and what nobody wants any more is not planned."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select

from app import hold
from app.cases.upkeep import stale
from app.invariants.looking import Found, Look, of, spelled
from app.models import (
    Alert,
    AlertDelivery,
    Case,
    Chore,
    Customer,
    Delivery,
    EndpointDelivery,
    Erasure,
    InboxRow,
    MethodSwitch,
    Retry,
    Step,
)
from app.recovery import switch
from app.recovery.machine import CaseState

FREES = "free_leases"
"""The chore that takes back what dead workers held."""
LEASE_GRACE = timedelta(minutes=10)
"""A lease that is over is taken back within seconds; after an outage there may be thousands."""
WAITS = timedelta(days=1)
"""Nothing that is due waits so long while a worker lives: pauses between tries are an hour at the most."""
ERASED_WITHIN = timedelta(days=2)
REMINDERS = ("remind", "note")
PLANNED, HELD = ("planned",), ("claimed", "sending")


def leases_past_their_end(look: Look) -> Iterator[Found]:
    """Only what has outlived a run of the chore that frees it: while no worker lives, nobody can."""
    wall = look.times.wall
    freed_at = look.session.scalar(select(Chore.done_at).where(Chore.name == FREES))
    chore_at = look.session.scalar(select(func.max(Chore.done_at)))
    if chore_at is not None:
        over = _lease_over(Chore, min(wall, chore_at))
        yield from look.rows(select(*of(Chore, None)).where(spelled(Chore.state, "claimed"), over))
    if freed_at is None:
        return
    over_since = min(wall, freed_at)
    own = (
        (InboxRow, InboxRow.merchant_id, "claimed"),
        (EndpointDelivery, EndpointDelivery.merchant_id, "claimed"),
    )
    for table, merchant, held in own:
        row = select(*of(table, merchant))
        yield from look.rows(row.where(spelled(table.state, held), _lease_over(table, over_since)))
    for job in (Step, Retry, MethodSwitch):
        row = _of_case(job)
        yield from look.rows(row.where(spelled(job.state, *HELD), _lease_over(job, over_since)))
    told = select(*of(AlertDelivery, Alert.merchant_id)).join(Alert, AlertDelivery.alert_id == Alert.id)
    yield from look.rows(
        told.where(spelled(AlertDelivery.state, *HELD), _lease_over(AlertDelivery, over_since)),
        _of_case(Delivery).where(spelled(Delivery.outcome, "in_flight"), _lease_over(Delivery, over_since)),
    )


def nobody_takes(look: Look) -> Iterator[Found]:
    """While the install is on hold a person is waited for, by everything but events."""
    long_ago = look.times.now - WAITS
    yield from look.rows(
        select(*of(InboxRow, InboxRow.merchant_id)).where(
            spelled(InboxRow.state, "waiting"), InboxRow.due_at < long_ago
        )
    )
    if hold.look(look.session, wall=look.times.wall) is not None:
        return
    yield from look.rows(
        select(*of(EndpointDelivery, EndpointDelivery.merchant_id)).where(
            spelled(EndpointDelivery.state, *PLANNED), EndpointDelivery.due_at < long_ago
        ),
        select(*of(AlertDelivery, Alert.merchant_id))
        .join(Alert, AlertDelivery.alert_id == Alert.id)
        .where(spelled(AlertDelivery.state, *PLANNED), AlertDelivery.due_at < long_ago),
        select(*of(Alert, Alert.merchant_id)).where(spelled(Alert.state, "waiting"), Alert.at < long_ago),
    )
    for job in (Step, Retry, MethodSwitch) if look.charges else (Step,):
        row = _of_case(job)
        yield from look.rows(row.where(spelled(job.state, *PLANNED), job.due_at < long_ago))


def work_of_cases_that_wait_or_are_over(look: Look) -> Iterator[Found]:
    idle = Case.state != CaseState.OPEN.value
    for live in (PLANNED, HELD):
        yield from look.rows(_of_case(Step).where(spelled(Step.state, *live), Step.kind.in_(REMINDERS), idle))
    for job in (Retry, MethodSwitch):
        row = _of_case(job).where(job.kind != switch.UNDO, idle)
        yield from look.rows(row.where(spelled(job.state, *PLANNED)))
        # What is being sent may end; both are told apart only behind the index of leases.
        yield from look.rows(row.where(spelled(job.state, *HELD), job.state == "claimed"))


def reminders_of_the_silent(look: Look) -> Iterator[Found]:
    for live in (PLANNED, HELD):
        wanted = _of_case(Step).join(Customer, Case.customer_id == Customer.id)
        silent = or_(
            Customer.contact_stopped.is_not(None),
            Customer.excluded_at.is_not(None),
            Customer.erased_at.is_not(None),
        )
        yield from look.rows(wanted.where(spelled(Step.state, *live), Step.kind.in_(REMINDERS), silent))


def cases_without_an_end(look: Look) -> Iterator[Found]:
    late = stale(look.times.now - WAITS).subquery()
    yield from look.rows(select(*of(Case, Case.merchant_id)).join(late, late.c.id == Case.id))


def erasures_without_an_end(look: Look) -> Iterator[Found]:
    long_ago = look.times.now - ERASED_WITHIN
    wanted = select(*of(Erasure, Erasure.merchant_id))
    yield from look.rows(wanted.where(Erasure.ended_at.is_(None), Erasure.at < long_ago))


def _of_case(table: Any) -> Select[*tuple[Any, ...]]:
    return select(*of(table, Case.merchant_id)).join(Case, table.case_id == Case.id)


def _lease_over(table: Any, since: datetime) -> Any:
    return or_(table.lease_until < since - LEASE_GRACE, table.lease_until.is_(None))
