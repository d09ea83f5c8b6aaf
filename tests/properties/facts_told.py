"""All that Whop may tell of one renewal, as facts: what the lives in memory are made of."""

from datetime import UTC, datetime, timedelta

from app.recovery import facts
from app.recovery.facts import (
    BillingReason,
    CustomerView,
    Fact,
    MembershipStatus,
    MembershipView,
    MerchantView,
)
from app.recovery.money import Money

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRICE = Money("usd", 4900)
SHOP, NOBODY = MerchantView("biz_1"), CustomerView()
CODES = ["insufficient_funds", "expired_card", "stolen_card", "blocked_by_cardholder", "brand_new",
         "bank_account_holder_deceased", "test_mode_decline"]  # fmt: skip

Kind = tuple[str, object]
KINDS: list[Kind] = [
    *(("failed", code) for code in CODES),
    *(("failed", code) for code in ("insufficient_funds", "expired_card")),
    *((kind, None) for kind in ("paid", "pending", "voided", "uncollectible", "warned", "disputed", "won")),
    *(("refunded", minor) for minor in (1, 4900, None)),
    *(("member", status) for status in ("past_due", "canceled", "active", "leaving")),
    *(("complaint", is_open) for is_open in (True, True, False)),
]


def told(kind: Kind, at: datetime, *, failed_first: datetime) -> Fact:
    name, value = kind
    status = "uncollectible" if name == "uncollectible" else "open"
    code = value if name == "failed" else "insufficient_funds"
    payment = facts.PaymentView(
        "pay_1", status, BillingReason.SUBSCRIPTION_CYCLE, PRICE, NOBODY,
        decline_code=code, payments_failed=2, created_at=failed_first,
    )  # type: ignore[arg-type]  # fmt: skip
    match name:
        case "failed" | "uncollectible":
            return facts.PaymentFailed(SHOP, at, payment)
        case "paid":
            return facts.PaymentSucceeded(SHOP, at, payment)
        case "pending":
            return facts.PaymentPending(SHOP, at, payment)
        case "voided":
            return facts.PaymentVoided(SHOP, at, payment)
        case "refunded":
            amount = Money("usd", value) if isinstance(value, int) else None
            return facts.PaymentRefunded(SHOP, at, "pay_1", f"rf_{value}", amount, None)
        case "warned" | "disputed" | "won":
            state = "won" if name == "won" else "needs_response"
            return facts.PaymentDisputed(SHOP, at, "pay_1", "dspt_1", state, NOBODY, name == "warned")
        case "complaint":
            return facts.ComplaintChanged(SHOP, at, "case_1", "pay_1", "mem_1", NOBODY, bool(value))
        case _:
            leaving = value == "leaving"
            standing = MembershipStatus("active" if leaving else str(value))
            view = MembershipView("mem_1", standing, NOBODY, cancel_at_period_end=leaving)
            return facts.MembershipChanged(SHOP, at, view)
