"""What each fact teaches, and where a case stands because of all of them: a table, row by row."""

from datetime import UTC, datetime, timedelta

import pytest

from app.recovery import facts
from app.recovery.facts import (
    BillingReason,
    CustomerView,
    Fact,
    MembershipStatus,
    MembershipView,
    MerchantView,
    PaymentView,
)
from app.recovery.machine import (
    CaseReason,
    CaseState,
    Dispute,
    Ended,
    Known,
    Refund,
    Standing,
    assess,
    learn,
    membership_ended,
)
from app.recovery.money import Money

SHOP, NOBODY = MerchantView("biz_1"), CustomerView()
PRICE = Money("usd", 4900)
HOUR = timedelta(hours=1)


def t(hours: float) -> datetime:
    return datetime(2026, 11, 20, 9, tzinfo=UTC) + hours * HOUR


def payment(**changes: object) -> PaymentView:
    values: dict[str, object] = {"status": "open", "billing_reason": BillingReason.SUBSCRIPTION_CYCLE}
    return PaymentView("pay_1", amount=Money("usd", 4900), customer=NOBODY, **{**values, **changes})  # type: ignore[arg-type]


def failed(at: float, **changes: object) -> facts.PaymentFailed:
    return facts.PaymentFailed(SHOP, t(at), payment(**changes))


def refund(at: float, minor: int | None, *, key: str = "rf_1", status: str | None = None) -> Fact:
    amount = Money("usd", minor) if minor is not None else None
    return facts.PaymentRefunded(SHOP, t(at), "pay_1", key, amount, status)


def dispute(at: float, status: str | None, *, key: str = "dspt_1", warning: bool = False) -> Fact:
    return facts.PaymentDisputed(SHOP, t(at), "pay_1", key, status, NOBODY, warning)


def after(*told: Fact) -> Known:
    known = Known()
    for fact in told:
        known = learn(known, fact)
    return known


def stands(known: Known, *, amount: Money | None = PRICE, **circumstances: object) -> tuple[str, str]:
    values: dict[str, object] = {"ended": None, "complaint_open": False, "held": False, "stop": None}
    standing = assess(known, amount=amount, **{**values, **circumstances})  # type: ignore[arg-type]
    assert isinstance(standing, Standing)
    return standing.state.value, standing.reason.value


FAILED = failed(0)
PAID = facts.PaymentSucceeded(SHOP, t(5), payment(paid_at=t(4)))
VOIDED = facts.PaymentVoided(SHOP, t(3), payment())
PENDING = facts.PaymentPending(SHOP, t(2), payment())
GONE = Ended(t(1), CaseReason.MEMBERSHIP_ENDED)
EVERYTHING_ELSE = {
    "ended": GONE, "complaint_open": True, "held": True, "stop": CaseReason.WINDOW_ENDED,
}  # fmt: skip


@pytest.mark.parametrize(
    ("told", "circumstances", "expected"),
    [
        ([FAILED], {}, ("open", "collecting")),
        ([FAILED], {"held": True}, ("paused", "held_by_merchant")),
        ([FAILED], {"held": True, "complaint_open": True}, ("paused", "complaint_open")),
        ([FAILED, PENDING], {"complaint_open": True, "held": True}, ("pending", "clearing")),
        ([FAILED, PENDING, failed(2)], {}, ("pending", "clearing")),
        ([FAILED, PENDING, failed(2.1)], {}, ("open", "collecting")),
        ([FAILED, PENDING], {"stop": CaseReason.WINDOW_ENDED}, ("lost", "window_ended")),
        ([FAILED], {"stop": CaseReason.CLOSED_BY_MERCHANT, "ended": GONE}, ("lost", "membership_ended")),
        ([FAILED], {"ended": Ended(t(0), CaseReason.CUSTOMER_CANCELED)}, ("lost", "customer_canceled")),
        ([FAILED], {"ended": Ended(t(-0.1), CaseReason.CUSTOMER_CANCELED)}, ("open", "collecting")),
        ([FAILED, dispute(1, "needs_response")], EVERYTHING_ELSE, ("lost", "disputed")),
        ([FAILED, dispute(1, "won")], {}, ("lost", "disputed")),
        ([failed(0, status="uncollectible"), dispute(1, None)], EVERYTHING_ELSE, ("lost", "uncollectible")),
        ([failed(0, status="void")], EVERYTHING_ELSE, ("void", "voided")),
        ([FAILED, VOIDED, failed(9, status="uncollectible")], EVERYTHING_ELSE, ("void", "voided")),
        ([FAILED, VOIDED, PAID], EVERYTHING_ELSE, ("recovered", "paid")),
        ([FAILED, PAID, PENDING, failed(9)], EVERYTHING_ELSE, ("recovered", "paid")),
        ([FAILED, PAID, dispute(9, "needs_response")], {}, ("reversed", "disputed")),
        ([FAILED, PAID, dispute(9, None, warning=True)], {}, ("recovered", "paid")),
        ([FAILED, PAID, dispute(9, "lost")], {}, ("reversed", "disputed")),
        ([FAILED, PAID, dispute(9, "won")], {}, ("recovered", "paid")),
        ([FAILED, PAID, dispute(9, "warning_closed", warning=True)], {}, ("recovered", "paid")),
        ([FAILED, PAID, refund(9, 4899)], {}, ("recovered", "paid")),
        ([FAILED, PAID, refund(9, 4900)], {}, ("reversed", "refunded")),
        ([FAILED, PAID, refund(9, 4900, status="failed")], {}, ("recovered", "paid")),
        ([FAILED, PAID, refund(9, 2450), refund(9, 2450, key="rf_2")], {}, ("reversed", "refunded")),
        ([FAILED, PAID, refund(9, None)], {}, ("reversed", "refunded")),
        ([FAILED, PAID, refund(9, 0)], {}, ("recovered", "paid")),
        ([FAILED, refund(9, 100)], EVERYTHING_ELSE, ("recovered", "paid")),
        ([FAILED, PAID, refund(9, 4900), dispute(10, None)], {}, ("reversed", "disputed")),
    ],
)  # fmt: skip
def test_a_case_stands_where_all_that_is_known_puts_it(
    told: list[Fact], circumstances: dict[str, object], expected: tuple[str, str]
) -> None:
    assert stands(after(*told), **circumstances) == expected


@pytest.mark.parametrize(("minor", "state"), [(1, "reversed"), (0, "recovered"), (None, "reversed")])
def test_without_a_known_amount_any_refund_takes_all_back(minor: int | None, state: str) -> None:
    assert stands(after(FAILED, PAID, refund(9, minor)), amount=None)[0] == state


def test_only_a_case_without_a_final_word_on_the_money_is_running() -> None:
    assert [state.value for state in CaseState if state.running] == ["open", "pending", "paused"]


@pytest.mark.parametrize(
    ("changes", "first", "last"),
    [
        ({}, 0, 0),
        ({"last_attempt_at": t(-1)}, -1, 0),
        ({"payments_failed": 1, "created_at": t(-9)}, 0, 0),
        ({"payments_failed": 2, "created_at": t(-9)}, -9, 0),
        ({"payments_failed": 3, "created_at": t(-9), "last_attempt_at": t(-2)}, -9, 0),
        ({"payments_failed": 2}, 0, 0),
        ({"payments_failed": 2, "created_at": t(-999)}, -120, 0),
        ({"payments_failed": 2, "created_at": t(5)}, 0, 0),
    ],
)
def test_the_first_failure_is_when_it_began_even_where_we_heard_late(
    changes: dict[str, object], first: float, last: float
) -> None:
    known = after(failed(0, **changes))
    assert (known.failed_at, known.last_failed_at) == (t(first), t(last))


def test_each_time_only_moves_one_way() -> None:
    known = after(
        failed(2), failed(0), failed(1), facts.PaymentSucceeded(SHOP, t(9), payment()), PAID,
        facts.PaymentPending(SHOP, t(1), payment()), PENDING, facts.PaymentVoided(SHOP, t(8), payment()), VOIDED,
    )  # fmt: skip
    assert known == Known(failed_at=t(0), last_failed_at=t(2), pending_at=t(2), paid_at=t(4), voided_at=t(3))


def test_a_success_without_a_time_of_payment_is_paid_when_the_event_says() -> None:
    assert after(facts.PaymentSucceeded(SHOP, t(9), payment())).paid_at == t(9)


def test_the_banks_question_is_a_failure_too() -> None:
    assert after(facts.PaymentNeedsAction(SHOP, t(0), payment())).failed_at == t(0)


def test_the_newest_word_on_a_refund_or_a_dispute_counts() -> None:
    known = after(
        refund(2, 4900, status="canceled"), refund(1, 4900), dispute(3, "won"), dispute(2, "needs_response")
    )
    assert known.refunds == {"rf_1": Refund(t(2), 4900, "usd", took_money=False)}
    assert known.disputes == {"dspt_1": Dispute(t(3), "won", warning=False)}
    assert (known.taken_back(PRICE), known.disputed) == (0, False)


def test_no_more_is_taken_back_than_was_paid() -> None:
    known = after(refund(1, 4000), refund(1, 4000, key="rf_2"))
    assert (known.taken_back(PRICE), known.taken_back(None)) == (4900, 8000)


@pytest.mark.parametrize(
    "fact",
    [
        facts.PaymentNoted(SHOP, t(0), payment()),
        facts.MemberChanged(SHOP, t(0), NOBODY),
        facts.InvoiceChanged(SHOP, t(0), "inv_1", "open"),
        facts.CardSetupChanged(SHOP, t(0), "sint_1", None, NOBODY, succeeded=False),
    ],
)
def test_what_is_no_word_on_the_money_teaches_nothing(fact: Fact) -> None:
    known = after(FAILED)
    assert learn(known, fact) is known


@pytest.mark.parametrize(
    ("status", "cancels", "reason"),
    [
        (MembershipStatus.CANCELED, None, CaseReason.MEMBERSHIP_ENDED),
        (MembershipStatus.EXPIRED, False, CaseReason.MEMBERSHIP_ENDED),
        (MembershipStatus.COMPLETED, True, CaseReason.MEMBERSHIP_ENDED),
        (MembershipStatus.CANCELING, None, CaseReason.CUSTOMER_CANCELED),
        (MembershipStatus.ACTIVE, True, CaseReason.CUSTOMER_CANCELED),
        (MembershipStatus.PAST_DUE, True, CaseReason.CUSTOMER_CANCELED),
        (MembershipStatus.ACTIVE, False, None),
        (MembershipStatus.PAST_DUE, None, None),
        (MembershipStatus.TRIALING, None, None),
        (MembershipStatus.UNRESOLVED, None, None),
        (MembershipStatus.PAUSED, None, None),
        (MembershipStatus.DRAFTED, None, None),
        (MembershipStatus.UNKNOWN, None, None),
    ],
)
def test_a_membership_has_ended_only_where_whop_says_so(
    status: MembershipStatus, cancels: bool | None, reason: CaseReason | None
) -> None:
    view = MembershipView("mem_1", status, NOBODY, cancels)
    assert membership_ended(view, t(1)) == (Ended(t(1), reason) if reason else None)


@pytest.mark.parametrize(
    ("substatus", "expected"),
    [
        ("succeeded", ("recovered", "paid")),
        ("partially_refunded", ("recovered", "paid")),
        ("refunded", ("reversed", "refunded")),
        ("auto_refunded", ("reversed", "refunded")),
        ("dispute_needs_response", ("reversed", "disputed")),
        ("dispute_under_review", ("reversed", "disputed")),
        ("open_dispute", ("reversed", "disputed")),
        ("dispute_lost", ("reversed", "disputed")),
        ("dispute_won", ("recovered", "paid")),
        ("dispute_warning_needs_response", ("recovered", "paid")),
        ("dispute_warning_closed", ("recovered", "paid")),
    ],
)
def test_a_paid_payment_tells_by_its_substatus_what_was_taken_back(
    substatus: str, expected: tuple[str, str]
) -> None:
    seen = facts.PaymentSucceeded(SHOP, t(5), payment(paid_at=t(4), substatus=substatus))
    assert stands(after(FAILED, seen)) == expected


def test_what_a_refund_or_dispute_says_itself_outranks_what_the_payment_said_before() -> None:
    refunded = facts.PaymentSucceeded(SHOP, t(5), payment(paid_at=t(4), substatus="refunded"))
    assert stands(after(FAILED, refunded, refund(6, 4900, status="failed"))) == ("recovered", "paid")
    assert stands(after(FAILED, refund(4.5, 100), refunded)) == ("reversed", "refunded")
    disputed = facts.PaymentSucceeded(SHOP, t(5), payment(paid_at=t(4), substatus="dispute_needs_response"))
    assert stands(after(FAILED, disputed, dispute(6, "won"))) == ("recovered", "paid")
    assert stands(after(FAILED, dispute(4.5, "needs_response"), disputed)) == ("reversed", "disputed")


def test_a_paused_membership_makes_its_case_wait_and_nothing_more() -> None:
    assert stands(after(FAILED), paused=True) == ("paused", "membership_paused")
    assert stands(after(FAILED), paused=False) == ("open", "collecting")
    assert stands(after(FAILED, PAID), paused=True) == ("recovered", "paid")
    assert stands(after(FAILED), paused=True, held=True) == ("paused", "held_by_merchant")
