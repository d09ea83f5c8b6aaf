"""States of a case in which every message must read well."""

from dataclasses import replace
from datetime import UTC, datetime

from app.recovery.facts import CardView
from app.recovery.money import Money
from app.recovery.placeholders import PLACEHOLDERS
from app.recovery.wording import MessageValues

SAMPLES = {placeholder.name: placeholder.sample for placeholder in PLACEHOLDERS}
FULL = MessageValues(
    merchant_title="Options Lab",
    product_title="Options Lab Pro",
    amount=Money("usd", 4900),
    card=CardView("visa", "4242", 10, 2026),
    customer_name="Maria Silva",
    failed_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    next_attempt_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    cutoff_at=datetime(2026, 11, 25, 9, tzinfo=UTC),
    zone="Europe/Moscow",
    other_open_payments=2,
    promo_code="COMEBACK",
    needs_confirmation=True,
)
ORDINARY = replace(
    FULL,
    card=CardView("visa", "4242", 3, 2031),
    next_attempt_at=None,
    cutoff_at=None,
    zone="UTC",
    other_open_payments=0,
    promo_code=None,
    needs_confirmation=False,
)
MINIMAL = MessageValues(
    merchant_title="Options Lab",
    product_title=None,
    amount=None,
    card=CardView(),
    customer_name=None,
    failed_at=FULL.failed_at,
    next_attempt_at=None,
    cutoff_at=None,
    zone="UTC",
)
SITUATIONS = {"everything is known": FULL, "an ordinary case": ORDINARY, "hardly anything is known": MINIMAL}
