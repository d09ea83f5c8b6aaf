"""What is claimed for the reminders: nothing too early, nothing where there is nothing, and as sure as it says."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from app.recovery.followed import DAYS, Watched
from app.recovery.incremental import Drawn, Incremental, Status, added, added_money, compare
from app.recovery.money import Money

SINCE = datetime(2026, 8, 1, tzinfo=UTC)
USD = (Money("usd", 100_000),)


def group(control: bool, people: int, paid: int, *, share: float = 0.5, days: int = DAYS) -> list[Drawn]:
    return [
        Drawn(control, share, Watched(paid, days, 2)),
        Drawn(control, share, Watched(people - paid, days, None)),
    ]


def compared(*rows: list[Drawn], share: float = 0.5) -> Incremental:
    return compare((row for some in rows for row in some), share=share, since=SINCE)


def test_before_anybody_is_drawn_it_says_how_many_it_takes() -> None:
    found = compare((), share=0.1, since=None)
    assert (found.status, found.difference, found.people, found.since) == (
        Status.NOT_ENOUGH_DATA, None, 0, None,
    )  # fmt: skip
    assert (found.needed, found.uplift, found.proven, found.reached) == (2156, 0.10, False, False)
    assert added(found, cases=100, most=50) is None and added_money(found, money=USD, most=USD) == ()


def test_without_a_control_group_no_number_is_enough() -> None:
    found = compare(group(False, 5000, 4000), share=0.0, since=SINCE)
    assert (found.status, found.needed, found.proven) == (Status.NOT_ENOUGH_DATA, None, False)


@pytest.mark.parametrize(
    ("treated", "control", "days", "status"),
    [
        (29, 400, DAYS, Status.NOT_ENOUGH_DATA),
        (400, 29, DAYS, Status.NOT_ENOUGH_DATA),
        (30, 30, DAYS, Status.NOT_ENOUGH_DATA),  # enough people, but an interval of nearly 50 points
        (400, 30, DAYS, Status.ESTIMATE),
        (80, 80, DAYS, Status.ESTIMATE),
        (80, 80, 5, Status.NOT_ENOUGH_DATA),  # watched for five days only: as 29 people
    ],
)
def test_nothing_is_claimed_from_too_little(treated: int, control: int, days: int, status: Status) -> None:
    found = compared(
        group(False, treated, treated // 2, days=days), group(True, control, control // 2, days=days)
    )
    assert found.status is status
    assert (found.difference is None) is (status is Status.NOT_ENOUGH_DATA)
    assert (found.treated.people, found.control.people) == (treated, control)


def test_a_difference_is_told_with_its_doubt() -> None:
    found = compared(group(False, 400, 200), group(True, 400, 160))
    assert found.difference is not None
    assert found.difference.mean == pytest.approx(0.0998, abs=1e-3)
    # As of the plain interval for two proportions: 10 points, 6.8 up and down.
    assert (found.difference.low, found.difference.high) == pytest.approx((0.0313, 0.1675), abs=2e-3)
    assert found.difference.positive == pytest.approx(0.9979, abs=1e-3)
    assert (found.treated.rate, found.control.rate) == (
        pytest.approx(0.5, abs=2e-3),
        pytest.approx(0.4, abs=2e-3),
    )


def test_it_is_called_proven_only_from_enough_people_on() -> None:
    few = compared(group(False, 120, 66), group(True, 120, 48))
    assert few.difference is not None and few.difference.low > 0
    assert few.needed is not None and few.people < few.needed and not few.proven
    many = compared(group(False, 500, 275), group(True, 500, 200))
    assert many.reached and many.proven and not many.harmful


def test_harm_is_told_as_well() -> None:
    found = compared(group(False, 600, 180), group(True, 600, 300))
    assert found.harmful and not found.proven
    assert added(found, cases=100, most=30) == (-20, -25, -15)


def test_no_difference_is_no_proof_however_many_people() -> None:
    found = compared(group(False, 20_000, 8_000), group(True, 20_000, 8_000))
    assert found.reached and not found.proven and not found.harmful


def test_what_we_did_not_touch_we_did_not_cause() -> None:
    found = compared(group(False, 400, 280), group(True, 400, 160))
    assert added(found, cases=1000, most=120) == (120, 120, 120)
    about, low, high = added(found, cases=100, most=100) or (0, 0, 0)
    assert (about, low, high) == (30, 23, 36)
    ((money, lowest, highest),) = added_money(found, money=USD, most=(Money("usd", 30_000),))
    assert (money.minor, lowest.minor, highest.minor) == (29_900, 23_300, 30_000)
    assert added_money(found, money=USD, most=())[0][0] == Money("usd", 0)


def test_a_change_of_the_share_makes_no_difference_out_of_two_times() -> None:
    """In a bad month half were left alone, in a good one a tenth: thrown together it would look like +11."""
    bad = [group(False, 500, 100), group(True, 500, 100)]
    good = [group(False, 900, 540, share=0.1), group(True, 100, 60, share=0.1)]
    found = compared(*bad, *good)
    assert found.difference is not None
    assert abs(found.difference.mean) < 0.01
    assert (640 / 1400) - (160 / 600) > 0.18


def test_people_drawn_with_nobody_to_compare_with_are_counted_but_prove_nothing() -> None:
    fair = compared(group(False, 200, 100), group(True, 200, 80))
    more = compared(group(False, 200, 100), group(True, 200, 80), group(False, 90, 90, share=0.01))
    assert more.difference == fair.difference
    assert (more.treated.people, fair.treated.people) == (290, 200)


def lots(chance: random.Random, *, people: int, share: float, base: float, uplift: float) -> Incremental:
    """So many people drawn and watched as life has it: each pays early or never, some failed just now."""
    rows: Counter[tuple[bool, int, int | None]] = Counter()
    for _ in range(people):
        control = chance.random() < share
        days = min(DAYS, chance.randrange(60))
        pays = chance.random() < base + (0 if control else uplift)
        day = min(int(chance.expovariate(0.4)), DAYS - 1) if pays else None
        rows[control, days, day if day is not None and day <= days else None] += 1
    return compare(
        (Drawn(control, share, Watched(count, days, day)) for (control, days, day), count in rows.items()),
        share=share,
        since=SINCE,
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("share", "people", "base", "uplift"),
    [(0.5, 300, 0.4, 0.0), (0.1, 900, 0.25, 0.0), (0.2, 500, 0.3, 0.1)],
)
def test_nineteen_intervals_of_twenty_hold_the_truth(
    share: float, people: int, base: float, uplift: float
) -> None:
    """With no effect (A against A) as with one. 300 histories: three standard deviations are 3.8 %."""
    chance = random.Random(2026)
    found = [lots(chance, people=people, share=share, base=base, uplift=uplift) for _ in range(300)]
    gaps = [one.difference for one in found if one.difference is not None]
    assert len(gaps) >= 295
    held = sum(gap.low <= uplift <= gap.high for gap in gaps) / len(gaps)
    assert held == pytest.approx(0.95, abs=0.038)
    if not uplift:
        assert sum(one.proven or one.harmful for one in found) <= 6
