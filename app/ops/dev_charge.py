"""One bill of one customer, as the development tools make events of it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Shape(StrEnum):
    """A webhook pinned to a dated version sends flat ids and money objects, an unpinned one neither."""

    PINNED = "pinned"
    LEGACY = "legacy"


@dataclass(frozen=True, slots=True)
class Charge:
    biz_id: str
    merchant_title: str
    payment_id: str
    membership_id: str | None
    user_id: str | None
    member_id: str | None
    product: str
    name: str | None
    email: str | None
    amount: str
    """Major units, such as "49.00"."""
    currency: str
    billing_reason: str = "subscription_cycle"
    decline_code: str | None = "insufficient_funds"
    retryable: bool = True
    payments_failed: int = 1
    created_at: datetime | None = None
    """None: at the event's own time."""

    @property
    def plan_id(self) -> str:
        return f"plan_{self.biz_id.removeprefix('biz_')}"

    @property
    def product_id(self) -> str:
        return f"prod_{self.biz_id.removeprefix('biz_')}"

    @property
    def username(self) -> str:
        return f"member{(self.user_id or self.payment_id)[-6:]}"


def new_charge(**fields: Any) -> Charge:
    """A charge of a customer nobody has seen before; the ids are random and look like Whop's."""
    prefixes = {"payment_id": "pay", "membership_id": "mem", "user_id": "user", "member_id": "mber"}
    ids = {name: f"{prefix}_{secrets.token_hex(7)}" for name, prefix in prefixes.items()}
    return Charge(**ids | fields)
