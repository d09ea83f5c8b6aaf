"""Where one more second, cent or word changes what is known of a payment."""

import pytest

from app.recovery import facts
from app.recovery.facts import CustomerView, MembershipStatus, MembershipView
from app.recovery.machine import (
    CaseReason,
    CaseState,
    Ended,
    Known,
    failure_heard_of,
    membership_ended,
)
from app.recovery.money import Money
from app.recovery.taken_back import Dispute, Refund

from .test_machine import (
    FAILED,
    PAID,
    PENDING,
    PRICE,
    SHOP,
    after,
    dispute,
    failed,
    payment,
    refund,
    stands,
    t,
)


@pytest.mark.parametrize(("paid_at", "expected"), [(None, 2), (1, 1)])
def test_a_failure_of_a_payment_that_is_paid_says_that_it_is_paid(
    paid_at: float | None, expected: float
) -> None:
    known = after(failed(2, status="paid", paid_at=t(paid_at) if paid_at else None))
    assert known.paid_at == t(expected)
    assert stands(known) == ("recovered", "paid")
    assert known.failed_at == t(2)


def test_an_earlier_time_of_payment_is_kept() -> None:
    assert after(PAID, failed(9, status="paid", paid_at=t(8))).paid_at == t(4)


@pytest.mark.parametrize("hours", [(3, 1), (1, 3)])
def test_a_payment_that_whop_gave_up_or_voided_says_so_once_and_early(hours: tuple[int, int]) -> None:
    known = after(*(failed(hour, status="uncollectible") for hour in hours))
    assert (known.uncollectible_at, known.voided_at, known.paid_at) == (t(1), None, None)
    known = after(*(failed(hour, status="void") for hour in hours))
    assert (known.voided_at, known.uncollectible_at, known.paid_at) == (t(1), None, None)
    assert after(failed(3)) == Known(failed_at=t(3), last_failed_at=t(3))


@pytest.mark.parametrize(
    ("payments_failed", "first"),
    [(None, 5), (0, 5), (1, 5), (2, 1)],
)
def test_only_a_failure_that_is_not_the_first_began_when_whop_made_the_payment(
    payments_failed: int | None, first: float
) -> None:
    known = after(failed(6, payments_failed=payments_failed, last_attempt_at=t(5), created_at=t(1)))
    assert (known.failed_at, known.last_failed_at) == (t(first), t(6))


@pytest.mark.parametrize(("minutes", "first"), [(10, 5 - 10 / 60), (10.1, 5)])
def test_a_charge_within_ten_minutes_of_the_payment_is_the_first_attempt(
    minutes: float, first: float
) -> None:
    known = after(failed(6, payments_failed=1, last_attempt_at=t(5), created_at=t(5 - minutes / 60)))
    assert known.failed_at == t(first)


def test_a_payment_is_never_older_than_five_days_before_its_attempt_nor_younger() -> None:
    assert after(failed(0, payments_failed=2, created_at=t(-120))).failed_at == t(-120)
    assert after(failed(0, payments_failed=2, created_at=t(-121))).failed_at == t(-120)
    assert after(failed(0, payments_failed=2, created_at=t(3))).failed_at == t(0)


def test_a_failure_is_heard_of_when_the_attempt_ended() -> None:
    assert failure_heard_of(payment(last_attempt_at=t(2)), t(5)) == t(5)
    assert failure_heard_of(payment(last_attempt_at=t(7)), t(5)) == t(7)
    assert failure_heard_of(payment(), t(5)) == t(5)


def test_a_refund_shows_when_the_money_was_there() -> None:
    assert after(refund(4, 4900), refund(2, 4900, key="rf_2")).paid_at == t(2)


@pytest.mark.parametrize("status", ["failed", "canceled", "cancelled"])
def test_a_refund_that_did_not_happen_takes_nothing(status: str) -> None:
    known = after(PAID, refund(6, 4900, status=status))
    assert known.refunds["rf_1"] == Refund(t(6), 4900, "usd", False)
    assert (stands(known), known.taken_back(PRICE)) == (("recovered", "paid"), 0)


@pytest.mark.parametrize(
    ("minor", "state"), [(1, "recovered"), (4899, "recovered"), (4900, "reversed"), (4901, "reversed")]
)
def test_money_is_back_only_where_all_of_it_was_returned(minor: int, state: str) -> None:
    assert stands(after(PAID, refund(6, minor)))[0] == state


def test_a_refund_of_nothing_of_an_unknown_price_takes_nothing() -> None:
    assert stands(after(PAID, refund(6, 0)), amount=None) == ("recovered", "paid")
    assert stands(after(PAID, refund(6, 1)), amount=None) == ("reversed", "refunded")


def test_a_refund_in_another_currency_cannot_be_compared_and_counts_as_all() -> None:
    known = after(PAID, facts.PaymentRefunded(SHOP, t(6), "pay_1", "rf_1", Money("eur", 100), None))
    assert known.taken_back(PRICE) is None
    assert stands(known) == ("reversed", "refunded")
    assert known.taken_back(None) == 100


def test_of_two_words_at_one_time_the_same_one_counts_in_either_order() -> None:
    one, other = dispute(3, "won"), dispute(3, "lost")
    assert after(one, other) == after(other, one)
    assert after(one, other).disputes["dspt_1"].status == "won"


def test_a_dispute_without_a_status_is_open() -> None:
    assert after(dispute(3, None)).disputes == {"dspt_1": Dispute(t(3), "unknown", False)}
    assert stands(after(PAID, dispute(3, None))) == ("reversed", "disputed")


@pytest.mark.parametrize(
    ("status", "over"),
    [("won", True), ("warning_closed", True), ("closed", True), ("lost", False), ("needs_response", False)],
)
def test_a_dispute_is_over_where_the_merchant_has_the_money(status: str, over: bool) -> None:
    assert after(dispute(3, status)).disputes["dspt_1"].over is over
    assert stands(after(PAID, dispute(3, status)))[0] == ("recovered" if over else "reversed")


def test_a_warning_takes_no_money_but_ends_an_unpaid_case() -> None:
    assert stands(after(PAID, dispute(3, "needs_response", warning=True))) == ("recovered", "paid")
    assert stands(after(FAILED, dispute(3, "needs_response", warning=True))) == ("lost", "disputed")


@pytest.mark.parametrize(("ended", "state"), [(-1, "open"), (0, "lost"), (1, "lost")])
def test_a_membership_that_ended_before_the_failure_ends_nothing(ended: float, state: str) -> None:
    gone = Ended(t(ended), CaseReason.MEMBERSHIP_ENDED)
    assert stands(after(FAILED), ended=gone)[0] == state
    assert stands(after(PENDING), ended=gone) == ("open", "collecting")


@pytest.mark.parametrize(("failed_again", "state"), [(1, "pending"), (2, "pending"), (3, "open")])
def test_a_payment_is_on_its_way_until_it_fails_again(failed_again: float, state: str) -> None:
    assert stands(after(FAILED, PENDING, failed(failed_again)))[0] == state


@pytest.mark.parametrize("hours", [(3, 8), (8, 3)])
def test_the_times_of_a_payment_move_one_way_in_whatever_order_they_are_heard(hours: tuple[int, int]) -> None:
    assert after(*(facts.PaymentPending(SHOP, t(hour), payment()) for hour in hours)).pending_at == t(8)
    assert after(*(facts.PaymentVoided(SHOP, t(hour), payment()) for hour in hours)).voided_at == t(3)
    assert after(*(facts.PaymentSucceeded(SHOP, t(hour), payment()) for hour in hours)).paid_at == t(3)
    assert after(*(refund(hour, 1, key=f"rf_{hour}") for hour in hours)).paid_at == t(3)
    assert after(*(failed(hour, status="paid") for hour in hours)).paid_at == t(3)
    assert after(*(failed(hour) for hour in hours)) == Known(failed_at=t(3), last_failed_at=t(8))


@pytest.mark.parametrize("status", MembershipStatus)
@pytest.mark.parametrize("leaving", [None, False, True])
def test_a_membership_ends_by_its_status_or_because_the_customer_leaves(
    status: MembershipStatus, leaving: bool | None
) -> None:
    view = MembershipView("mem_1", status, CustomerView(), cancel_at_period_end=leaving)
    found = membership_ended(view, t(1))
    if status in ("canceled", "expired", "completed"):
        assert found == Ended(t(1), CaseReason.MEMBERSHIP_ENDED)
    elif leaving or status == "canceling":
        assert found == Ended(t(1), CaseReason.CUSTOMER_CANCELED)
    else:
        assert found is None


def test_three_states_are_in_progress() -> None:
    assert {state for state in CaseState if state.running} == {
        CaseState.OPEN,
        CaseState.PENDING,
        CaseState.PAUSED,
    }


def test_nothing_is_known_of_a_payment_before_anything_was_heard() -> None:
    fresh = Known()
    assert (fresh.failed_at, fresh.last_failed_at, fresh.pending_at, fresh.paid_at) == (None,) * 4
    assert (fresh.voided_at, fresh.uncollectible_at, fresh.refunds, fresh.disputes) == (None, None, {}, {})
    assert fresh.disputed is False
