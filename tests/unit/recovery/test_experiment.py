"""Two versions against each other: half and half, what it takes is told before, and no winner too early."""

import pytest

from app.recovery.experiment import Count, Side, outlook, result, side_of

KEY = b"k" * 32


def test_a_customer_has_the_same_side_always_and_half_of_them_have_each() -> None:
    customers = [f"user_{number}" for number in range(2000)]
    sides = [side_of(key=KEY, experiment=1, customer=customer) for customer in customers]
    assert sides == [side_of(key=KEY, experiment=1, customer=customer) for customer in customers]
    assert 900 < sides.count(Side.B) < 1100


def test_another_experiment_divides_customers_anew() -> None:
    customers = [f"user_{number}" for number in range(2000)]
    same = sum(
        side_of(key=KEY, experiment=1, customer=customer)
        is side_of(key=KEY, experiment=2, customer=customer)
        for customer in customers
    )  # fmt: skip
    assert 900 < same < 1100


def test_sixty_failures_a_month_are_not_worth_a_test_and_a_thousand_are() -> None:
    small = outlook(monthly=60, past=Count())
    assert (small.cases, small.months, small.worth_it) == (3067, 52, False)
    assert outlook(monthly=1000, past=Count()).worth_it
    nobody = outlook(monthly=0, past=Count())
    assert (nobody.months, nobody.worth_it) == (None, False)


def test_the_merchants_own_rate_is_planned_with_once_there_are_cases() -> None:
    assert outlook(monthly=60, past=Count(49, 5)).cases == 3067
    assert outlook(monthly=60, past=Count(50, 5)).cases < 2000
    assert outlook(monthly=60, past=Count(50, 50)).cases == 3067  # no room for an uplift


@pytest.mark.parametrize(("resolved", "shown"), [(499, False), (500, True)])
def test_no_winner_is_told_before_the_planned_number(resolved: int, shown: bool) -> None:
    found = result({Side.A: Count(resolved, 150), Side.B: Count(500, 300)}, planned=1000)
    assert (found.resolved, found.difference is not None) == (500 + resolved, shown)
    if found.difference:
        assert found.difference.mean == pytest.approx(0.3, abs=0.001)
        assert found.difference.positive > 0.99
