"""What came last before the money, inside the window and not a second outside of it."""

from datetime import UTC, datetime, timedelta

import pytest

from app.recovery.attribution import Attribution, Credit, Touch, attribute

PAID = datetime(2026, 11, 27, 9, tzinfo=UTC)
WINDOW = timedelta(days=7)
SECOND = timedelta(seconds=1)
NEITHER = Credit(Attribution.NEITHER)


def message(step_id: int, at: datetime) -> Touch:
    return Touch(Attribution.MESSAGE, at, step_id)


def visit(at: datetime) -> Touch:
    return Touch(Attribution.VISIT, at)


def credit(*touches: Touch) -> Credit:
    return attribute(touches, paid_at=PAID, window=WINDOW)


def test_without_any_touch_the_money_came_by_itself() -> None:
    assert credit() == NEITHER


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (PAID, True),
        (PAID - SECOND, True),
        (PAID - WINDOW, True),
        (PAID - WINDOW - SECOND, False),
        (PAID + SECOND, False),
    ],
)
def test_a_touch_counts_from_the_windows_first_moment_to_the_payment(at: datetime, counts: bool) -> None:
    assert credit(message(1, at)) == (Credit(Attribution.MESSAGE, 1) if counts else NEITHER)
    assert credit(visit(at)) == (Credit(Attribution.VISIT) if counts else NEITHER)


def test_the_last_message_is_named_in_whatever_order_they_are_read() -> None:
    first, second = message(1, PAID - 2 * SECOND), message(2, PAID - SECOND)
    assert credit(first, second) == credit(second, first) == Credit(Attribution.MESSAGE, 2)


def test_a_message_after_the_money_is_not_named_for_it() -> None:
    assert credit(message(1, PAID - SECOND), message(2, PAID + SECOND)) == Credit(Attribution.MESSAGE, 1)


def test_a_visit_counts_above_messages_and_keeps_the_one_it_came_from() -> None:
    earlier = visit(PAID - timedelta(days=2))
    assert credit(earlier, message(3, PAID - SECOND)) == Credit(Attribution.VISIT, 3)


def test_a_visit_without_a_message_in_the_window_names_none() -> None:
    assert credit(message(1, PAID - 2 * WINDOW), visit(PAID - SECOND)) == Credit(Attribution.VISIT)


def test_a_visit_outside_the_window_leaves_the_credit_to_the_message() -> None:
    assert credit(visit(PAID - 2 * WINDOW), message(1, PAID)) == Credit(Attribution.MESSAGE, 1)


def test_a_charge_of_ours_counts_above_all_and_keeps_the_message_before_it() -> None:
    touches = (visit(PAID - SECOND), message(4, PAID - SECOND))
    assert attribute(touches, paid_at=PAID, window=WINDOW, ours=True) == Credit(Attribution.CHARGE, 4)
    assert attribute((), paid_at=PAID, window=WINDOW, ours=True) == Credit(Attribution.CHARGE)
