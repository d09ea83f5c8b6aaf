"""Any order, any doubling: what is known, and where the case stands, comes out the same."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.recovery import facts
from app.recovery.facts import BillingReason, CustomerView, Fact, MerchantView, PaymentView
from app.recovery.machine import CaseReason, CaseState, Ended, Known, assess, learn
from app.recovery.money import Money
from tests.properties.lively import PATIENCE, how_many

pytestmark = PATIENCE

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
MERCHANT = MerchantView("biz_1")
NOBODY = CustomerView()
PRICE = Money("usd", 4900)

moments = st.integers(0, 200).map(lambda hours: START + timedelta(hours=hours))


@st.composite
def payment_views(draw: st.DrawFn) -> PaymentView:
    return PaymentView(
        payment_id="pay_1",
        status=draw(st.sampled_from([None, "open", "uncollectible", "void"])),
        billing_reason=BillingReason.SUBSCRIPTION_CYCLE,
        amount=Money("usd", 4900),
        customer=NOBODY,
        payments_failed=draw(st.sampled_from([None, 1, 2, 3])),
        last_attempt_at=draw(st.none() | moments),
        created_at=START,
        paid_at=draw(st.none() | moments),
        substatus=draw(
            st.sampled_from([None, "succeeded", "refunded", "dispute_needs_response", "dispute_won"])
        ),
    )


refunds = st.builds(
    lambda at, number, minor, status: facts.PaymentRefunded(
        MERCHANT, at, "pay_1", f"rf_{number}", Money("usd", minor) if minor else None, status
    ),
    moments,
    st.integers(1, 3),
    st.sampled_from([None, 100, 2450, 4900]),
    st.sampled_from([None, "pending", "succeeded", "failed", "canceled"]),
)
disputes = st.builds(
    lambda at, number, status, warning: facts.PaymentDisputed(
        MERCHANT, at, "pay_1", f"dspt_{number}", status, NOBODY, warning
    ),
    moments,
    st.integers(1, 2),
    st.sampled_from([None, "needs_response", "won", "lost", "warning_closed"]),
    st.booleans(),
)
payments = st.builds(
    lambda kind, at, view: kind(MERCHANT, at, view),
    st.sampled_from(
        [
            facts.PaymentFailed,
            facts.PaymentNeedsAction,
            facts.PaymentSucceeded,
            facts.PaymentPending,
            facts.PaymentVoided,
            facts.PaymentNoted,
        ]
    ),
    moments,
    payment_views(),
)
histories = st.lists(payments | refunds | disputes, max_size=8)
standings = st.fixed_dictionaries(
    {
        "ended": st.none() | st.builds(Ended, moments, st.just(CaseReason.MEMBERSHIP_ENDED)),
        "complaint_open": st.booleans(),
        "held": st.booleans(),
        "stop": st.sampled_from([None, CaseReason.WINDOW_ENDED, CaseReason.CLOSED_BY_MERCHANT]),
    }
)


def everything(history: list[Fact]) -> Known:
    known = Known()
    for fact in history:
        known = learn(known, fact)
    return known


@how_many(200, 10_000)
@given(histories, st.randoms(use_true_random=False))
def test_facts_in_any_order_and_doubled_teach_the_same(history: list[Fact], random: object) -> None:
    shuffled = history * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert everything(shuffled) == everything(history)


@how_many(200, 10_000)
@given(histories, payments.filter(lambda fact: isinstance(fact, facts.PaymentSucceeded)), standings)
def test_money_wins_over_every_other_ending(
    history: list[Fact], success: Fact, circumstances: dict[str, object]
) -> None:
    standing = assess(everything([*history, success]), amount=PRICE, **circumstances)  # type: ignore[arg-type]
    assert standing.state in (CaseState.RECOVERED, CaseState.REVERSED)


@how_many(200, 10_000)
@given(histories, payments.filter(lambda fact: isinstance(fact, facts.PaymentFailed)), standings)
def test_a_late_failure_reopens_nothing(
    history: list[Fact], late: Fact, circumstances: dict[str, object]
) -> None:
    known = everything(history)
    before = assess(known, amount=PRICE, **circumstances)  # type: ignore[arg-type]
    after = assess(learn(known, late), amount=PRICE, **circumstances)  # type: ignore[arg-type]
    if before.state in (CaseState.RECOVERED, CaseState.REVERSED, CaseState.VOID):
        assert after.state is before.state
    if before.state is CaseState.LOST and circumstances["ended"] is None:
        assert after.state is not CaseState.OPEN


@how_many(200, 10_000)
@given(histories, standings)
def test_every_history_has_exactly_one_standing(
    history: list[Fact], circumstances: dict[str, object]
) -> None:
    standing = assess(everything(history), amount=PRICE, **circumstances)  # type: ignore[arg-type]
    assert standing.state in CaseState and standing.reason in CaseReason


@how_many(200, 10_000)
@given(histories)
def test_no_more_is_taken_back_than_was_paid(history: list[Fact]) -> None:
    taken = everything(history).taken_back(PRICE)
    assert taken is None or 0 <= taken <= 4900
