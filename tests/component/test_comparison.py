"""What the database hands to the comparison: who was drawn, for how many days, and when they paid."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.cases.comparison import baseline, comparison
from app.cases.queries import analytics
from app.db import Database
from app.models import Merchant
from app.recovery.incremental import Status
from app.recovery.money import Money
from app.recovery.period import Period
from tests.support import seeded
from tests.support.world import RULES

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("UTC"))
PAID = {"state": "recovered", "reason": "paid"}


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def shop(session: Session) -> Merchant:
    return seeded.merchant(session, "biz_A", now=NOW)


def groups(session: Session, shop: Merchant, period: Period = NOVEMBER) -> list[tuple[int, int, int]]:
    found = comparison(session, shop, period, now=NOW, rules=RULES)
    return [(one.people, one.paid, one.in_progress) for one in (found.treated, found.control)]


def test_only_who_was_drawn_is_compared_each_in_their_group(session: Session, shop: Merchant) -> None:
    for arm, share in (("treated", 0.5), ("treated", 0.5), ("control", 0.5), ("treated", None)):
        seeded.case(session, shop, at=NOW - 20 * DAY, arm=arm, draw_share=share)
    seeded.case(
        session, shop, at=NOW - 20 * DAY, arm="control", draw_share=0.5, state="lost", reason="voided"
    )
    assert groups(session, shop) == [(2, 0, 2), (2, 0, 1)]


@pytest.mark.parametrize(
    ("after", "state", "paid"),
    [
        (-5 * HOUR, "recovered", 1),
        (3 * HOUR, "recovered", 1),
        (14 * DAY - HOUR / 60, "recovered", 1),
        (14 * DAY, "recovered", 0),  # too late for the window, though the money is in
        (3 * HOUR, "reversed", 0),
        (None, "lost", 0),
        (None, "void", 0),
    ],
)
def test_paid_is_what_came_within_the_window_and_stayed(
    session: Session, shop: Merchant, after: timedelta | None, state: str, paid: int
) -> None:
    seeded.case(
        session, shop, at=NOW - 30 * DAY, arm="control", draw_share=0.1, state=state, recovered_after=after
    )
    assert groups(session, shop)[1] == (1, paid, 0)


def test_nobody_can_choose_the_days_that_suit(session: Session, shop: Merchant) -> None:
    for days in (100, 50, 5):
        seeded.case(session, shop, at=NOW - days * DAY, draw_share=0.5)
    assert groups(session, shop, NOVEMBER)[0][0] == 3
    assert groups(session, shop, Period.last_days(1, now=NOW, zone=ZoneInfo("UTC")))[0][0] == 3
    until_october = Period(date(2026, 10, 1), date(2026, 10, 31), ZoneInfo("UTC"))
    assert groups(session, shop, until_october)[0][0] == 2
    found = comparison(session, shop, NOVEMBER, now=NOW, rules=RULES)
    assert found.since == NOW - 100 * DAY


def test_days_are_counted_when_they_are_over(session: Session, shop: Merchant) -> None:
    """Enough people for an estimate, watched for a little more and a little less than the whole window."""
    for number in range(160):
        arm = "control" if number % 2 else "treated"
        seeded.case(session, shop, at=NOW - 14 * DAY, arm=arm, draw_share=0.5)
    over = NOW + 15 * HOUR  # the day of their failures ended fourteen days before
    assert comparison(session, shop, NOVEMBER, now=over, rules=RULES).status is Status.ESTIMATE
    early = over - 9 * DAY  # when five days were over for everybody
    assert comparison(session, shop, NOVEMBER, now=early, rules=RULES).status is Status.NOT_ENOUGH_DATA


def test_what_is_needed_goes_by_the_share_that_counts_next(session: Session, shop: Merchant) -> None:
    def needed() -> int | None:
        rules = replace(RULES, control_share=0.1)
        return comparison(session, shop, NOVEMBER, now=NOW, rules=rules).needed

    assert needed() == 2156
    shop.control_share = 0.2
    assert needed() == 1214
    shop.launch_cases = 10
    assert needed() == 775
    shop.launch_drawn, shop.control_share = 10, 0.0
    assert needed() is None


def test_the_third_number_is_a_part_of_the_second(session: Session, shop: Merchant) -> None:
    for number in range(200):
        arm = "control" if number % 2 else "treated"
        pays = number % 4 == 0 or (arm == "control" and number % 20 == 1)
        touch = {"attribution": "message"} if pays and number % 8 == 0 else {}
        state = (
            {**PAID, "recovered_after": DAY, **touch} if pays else {"state": "lost", "reason": "window_ended"}
        )
        seeded.case(session, shop, at=NOW - 18 * DAY, arm=arm, draw_share=0.5, **state)
    found = analytics(session, shop, NOVEMBER, now=NOW, rules=RULES)
    assert found.incremental.difference is not None
    assert found.incremental.difference.mean == pytest.approx(0.4, abs=0.01)
    # Forty of the hundred with reminders by the comparison, but only 25 were touched.
    assert found.whole.touched_then_recovered == 25
    assert found.added == (25, 25, 25)
    assert found.added_money[0][0] == Money("usd", 25 * 4900)
    assert found.whole.control == 100


def test_what_failed_before_us_is_counted_apart(session: Session, shop: Merchant) -> None:
    assert baseline(session, shop) is None
    seeded.case(session, shop, at=NOW - DAY)
    before = {"origin": "backfill", "at": NOW - 2 * DAY}
    seeded.case(session, shop, **PAID, recovered_after=HOUR, **before)
    seeded.case(session, shop, state="reversed", reason="refunded", recovered_after=HOUR, **before)
    seeded.case(session, shop, state="lost", reason="uncollectible", **before)
    seeded.case(session, shop, **before)
    seeded.case(session, shop, state="void", reason="voided", **before)
    found = analytics(session, shop, NOVEMBER, now=NOW, rules=RULES)
    assert found.whole.opened == 1
    assert found.median_hours is None
    assert found.baseline is not None
    assert (found.baseline.opened, found.baseline.recovered, found.baseline.recovery_rate) == (4, 1, 0.25)


def test_nothing_of_another_merchant_is_compared(session: Session, shop: Merchant) -> None:
    other = seeded.merchant(session, "biz_B", now=NOW)
    seeded.case(session, other, at=NOW - DAY, draw_share=0.5)
    seeded.case(session, other, at=NOW - DAY, origin="backfill")
    assert groups(session, shop) == [(0, 0, 0), (0, 0, 0)]
    assert baseline(session, shop) is None
