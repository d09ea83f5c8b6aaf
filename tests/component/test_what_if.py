"""`autocharge simulate`: alone it needs nothing; with a merchant it takes that merchant's past and no other's."""

import json
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.past import past_of
from app.cli import cli
from app.db import Database
from app.models import Case, Merchant
from app.ops import what_if
from app.ops.demo import Demo
from app.recovery.machine import CaseState
from app.services import Services
from tests.conftest import MakeSettings
from tests.support.clock import FixedClock

CASES = 16


@pytest.fixture
def services(database: Database, clock: FixedClock, make_settings: MakeSettings) -> Services:
    found = Services.make(make_settings(), clock, database=database)
    for biz_id, cases in (("biz_dev", CASES), ("biz_other", 3)):
        assert sum(1 for _ in Demo(found, biz_id=biz_id, cases=cases, seed=7).live()) == cases
    return found


def cases_of(session: Session, biz_id: str = "biz_dev") -> list[Case]:
    wanted = select(Case).join(Merchant, Case.merchant_id == Merchant.id).where(Merchant.biz_id == biz_id)
    return list(session.scalars(wanted.order_by(Case.id)))


def untouched(services: Services) -> int:
    """Every second case of the merchant turns out to have been left to Whop; how many of them were paid."""
    paid = 0
    with services.database.transaction() as session:
        for number, case in enumerate(cases_of(session)):
            case.arm = "treated"
            if number % 2:
                continue
            case.origin = "backfill"
            old = case.opened_at <= services.clock.now() - timedelta(days=14)
            in_time = case.recovered_at is not None and case.recovered_at < case.opened_at + timedelta(days=5)
            paid += old and case.state == CaseState.RECOVERED and in_time
    return paid


def test_a_merchants_past_is_its_own_cases_of_those_days(services: Services) -> None:
    paid = untouched(services)
    with services.database.reading() as session:
        cases = cases_of(session)
        whole = past_of(session, cases[0].merchant, now=services.clock.now(), days=90)
        week = past_of(session, cases[0].merchant, now=services.clock.now(), days=7)
        void = sum(case.state == CaseState.VOID for case in cases)
    assert whole.cases == CASES - void
    assert 0 < week.cases < whole.cases
    assert (whole.untouched_paid, week.untouched_paid) == (paid, paid)
    assert 0 < whole.untouched_paid < whole.untouched <= CASES // 2


def test_its_pace_and_mix_become_the_settings(services: Services) -> None:
    setting = what_if.own_setting(services, biz_id="biz_dev", days=90)
    assert setting.a_day == pytest.approx(CASES / 90, rel=0.15)
    assert "biz_dev" in setting.about
    assert "of your last 90 days" in setting.world.mix_source


def test_a_merchant_without_a_past_or_unknown_is_said_so(services: Services) -> None:
    with pytest.raises(click.ClickException, match="No merchant biz_nobody"):
        what_if.own_setting(services, biz_id="biz_nobody", days=90)
    with services.database.transaction() as session:
        for case in cases_of(session):
            case.opened_at = services.clock.now() - timedelta(days=100)
    with pytest.raises(click.ClickException, match="no failed renewal in the last 90 days"):
        what_if.own_setting(services, biz_id="biz_dev", days=90)


def test_the_command_needs_no_settings_and_draws_what_it_prints(tmp_path: Path) -> None:
    picture = tmp_path / "charts.svg"
    asked = ["simulate", "--customers", "150", "--json", "--svg", str(picture)]
    answered = CliRunner().invoke(cli, asked, env={"DATABASE_URL": "nonsense"})
    assert answered.exit_code == 0
    told = json.loads(answered.output)
    assert told["ways"][0]["cases"] == 150
    assert told["title"] in picture.read_text(encoding="utf-8")
    page = CliRunner().invoke(cli, ["simulate", "--customers", "150"]).output
    assert "Our default against fixed reminders" in page
