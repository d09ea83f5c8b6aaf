"""The demo merchant is lively and its cases are true: the same rules made them, and nobody is written to."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.claims import Times
from app.db import Database
from app.models import Alert, Case, Delivery, InboxRow, Merchant, Step
from app.ops.demo import DAYS, Demo
from app.recovery.machine import CaseState
from app.services import Services
from tests.conftest import MakeSettings
from tests.support.clock import FixedClock
from tests.support.invariants import broken_rules

CASES = 60


@pytest.fixture
def filled(database: Database, clock: FixedClock, make_settings: MakeSettings) -> Database:
    services = Services.make(make_settings(), clock, database=database)
    assert sum(1 for _ in Demo(services, biz_id="biz_dev", cases=CASES, seed=7).live()) == CASES
    return database


def test_it_fills_ninety_days_with_cases_of_every_kind(filled: Database, clock: FixedClock) -> None:
    with filled.reading() as read:
        cases = read.scalars(select(Case)).all()
        assert read.scalars(select(Merchant.biz_id)).all() == ["biz_dev"]
    assert len(cases) == CASES
    assert all(clock.now() - timedelta(days=DAYS) <= case.opened_at <= clock.now() for case in cases)
    states = {case.state for case in cases}
    assert {CaseState.RECOVERED, CaseState.LOST, CaseState.OPEN} <= states


def test_what_it_says_was_sent_kept_to_the_rules(filled: Database) -> None:
    with filled.reading() as read:
        per_case = read.execute(
            select(func.count()).select_from(Delivery).group_by(Delivery.case_id)
        ).scalars()
        assert 0 < max(per_case) <= 3
        late = select(Delivery).join(Case).where(Delivery.started_at > Case.closed_at)
        assert read.scalars(late).all() == []


def test_nothing_of_the_past_is_left_to_a_real_worker(filled: Database, clock: FixedClock) -> None:
    with filled.reading() as read:
        waiting = read.scalars(select(InboxRow.state).distinct()).all()
        assert set(waiting) <= {"done", "ignored"}
        due = select(Step).where(Step.state.in_(("planned", "claimed")), Step.due_at <= clock.now())
        assert read.scalars(due).all() == []


def test_its_records_keep_every_rule(
    filled: Database, clock: FixedClock, make_settings: MakeSettings
) -> None:
    with filled.transaction() as session:  # a worker tells them, or finds them too old
        session.execute(update(Alert).values(state="told"))
    assert broken_rules(filled, make_settings(), times=Times(clock.now(), clock.wall())) == {}


def test_the_same_seed_makes_the_same_merchant(
    sqlite_database: Database, clock: FixedClock, make_settings: MakeSettings
) -> None:
    services = Services.make(make_settings(), clock, database=sqlite_database)
    for biz_id in ("biz_one", "biz_two"):
        list(Demo(services, biz_id=biz_id, cases=12, seed=3).live())
    with sqlite_database.reading() as read:
        rows = read.execute(
            select(Merchant.biz_id, Case.state, Case.decline_class, Case.opened_at, Case.amount_minor)
            .join(Merchant, Case.merchant_id == Merchant.id)
            .order_by(Case.opened_at)
        ).all()
    one = [tuple(row)[1:] for row in rows if row[0] == "biz_one"]
    two = [tuple(row)[1:] for row in rows if row[0] == "biz_two"]
    assert one == two
