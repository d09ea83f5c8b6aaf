"""What a decision about the one retry says, word for word as it is stored, and what a payment says of its refunds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.recovery.machine import learn
from app.recovery.reasons import Reason, Why
from app.recovery.retry import Retry, decide, why_not_at
from app.recovery.taken_back import SAID_BY_PAYMENT, Dispute, Refund, of_substatus, told

from .test_machine import FAILED, SHOP, after, facts, payment, refund, stands, t
from .test_retry import HOUR, MONDAY, kept, outlook

END = MONDAY + 120 * HOUR


@pytest.mark.parametrize(
    ("changes", "at", "why"),
    [
        ({}, END, Reason(Why.RETRY_NO_TIME, {"hours": 0})),
        (
            {"not_before": MONDAY + 50 * HOUR},
            MONDAY + 49 * HOUR,
            Reason(Why.RETRY_NOT_NOW, {"until": "2026-11-25T11:00:00+00:00"}),
        ),
        (
            {"next_attempt_at": MONDAY + 48 * HOUR},
            MONDAY + 43 * HOUR,
            Reason(Why.RETRY_AWAY_FROM_WHOP, {"attempt": "2026-11-25T09:00:00+00:00"}),
        ),
        ({"next_attempt_at": MONDAY + 48 * HOUR}, MONDAY + 42 * HOUR, None),
        ({"not_before": MONDAY + 50 * HOUR}, MONDAY + 50 * HOUR, None),
        ({}, END - timedelta(seconds=1), None),
    ],
)
def test_the_rule_that_forbids_a_moment_is_named_with_its_figure(
    changes: dict[str, object], at: datetime, why: Reason | None
) -> None:
    assert why_not_at(outlook("A", **changes), at) == why


def test_a_retry_without_any_time_left_says_how_many_hours_there_are() -> None:
    assert kept("A", now=MONDAY + 119.5 * HOUR) == Reason(Why.RETRY_NO_TIME, {"hours": 0, "zone": "UTC"})
    assert kept("A", now=MONDAY + 118.5 * HOUR) == Reason(Why.RETRY_NO_TIME, {"hours": 1, "zone": "UTC"})


def test_a_planned_retry_is_stored_with_its_class_its_hours_and_what_it_keeps_away_from() -> None:
    alone = decide(outlook("C"))
    assert isinstance(alone, Retry)
    assert alone.why.stored() == {
        "code": "retry_soon", "class": "C", "hours": 6, "hour": "15:00", "zone": "UTC",
    }  # fmt: skip
    assert alone.at.tzinfo is UTC
    beside = decide(outlook("C", next_attempt_at=MONDAY + 8 * HOUR))
    assert isinstance(beside, Retry)
    assert beside.at == MONDAY + 14 * HOUR
    assert beside.why.stored() == {
        "code": "retry_soon", "class": "C", "hours": 14, "hour": "23:00", "zone": "UTC",
        "avoids": "2026-11-23T17:00:00+00:00", "shifted": ["retry_away_from_whop"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (None, None),
        ("succeeded", None),
        ("refunded", Refund(t(5), 4900, "usd", True)),
        ("auto_refunded", Refund(t(5), 4900, "usd", True)),
        ("open_dispute", Dispute(t(5), "open_dispute", False)),
        ("dispute_won", Dispute(t(5), "won", False)),
        ("dispute_warning", Dispute(t(5), "warning", True)),
    ],
)
def test_a_paid_payment_tells_of_its_refund_or_dispute_itself(
    word: str | None, said: Refund | Dispute | None
) -> None:
    assert of_substatus(payment(substatus=word), t(5)) == said


def test_a_refund_of_an_unknown_amount_has_none() -> None:
    unknown = replace(payment(substatus="refunded"), amount=None)
    assert of_substatus(unknown, t(5)) == Refund(t(5), None, None, True)


def test_the_payments_own_word_counts_only_where_it_is_newer_than_every_refund() -> None:
    own, one = Refund(t(5), 4900, "usd", True), Refund(t(5), 100, "usd", True)
    older = Refund(t(4), 100, "usd", True)
    assert told({SAID_BY_PAYMENT: own, "rf_1": one}) == [one]
    assert told({SAID_BY_PAYMENT: own, "rf_1": older}) == [older, own]
    assert told({SAID_BY_PAYMENT: own}) == [own]


def test_a_success_that_is_refunded_already_is_no_recovery() -> None:
    paid = facts.PaymentSucceeded(SHOP, t(5), payment(substatus="refunded"))
    assert stands(after(FAILED, paid)) == ("reversed", "refunded")
    assert learn(after(FAILED), paid).refunds[SAID_BY_PAYMENT].minor == 4900
    assert stands(after(FAILED, refund(6, 100), paid)) == ("recovered", "paid")
