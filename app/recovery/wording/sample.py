"""A made-up case in which every placeholder that fits a message has a value: for previews and tests."""

from datetime import datetime, timedelta

from app.recovery.decline import Angle
from app.recovery.facts import CardView
from app.recovery.money import Money

from .values import MessageValues

DAY = timedelta(days=1)


def sample_values(key: str, *, merchant_title: str, zone: str, now: datetime) -> MessageValues:
    """Of a customer who does not exist, as if the message of this key went out now."""
    expired = (now.replace(day=1) - DAY).date()
    return MessageValues(
        merchant_title=merchant_title or "Options Lab",
        product_title="Options Lab Pro",
        amount=Money("usd", 4900),
        card=CardView("visa", "4242", expired.month, expired.year),
        customer_name="Maria Silva",
        failed_at=now,
        next_attempt_at=now + 3 * DAY,
        cutoff_at=now + 5 * DAY,
        zone=zone,
        other_open_payments=1,
        promo_code="COMEBACK",
        needs_confirmation=key.startswith(f"{Angle.CONFIRM.value}."),
    )
