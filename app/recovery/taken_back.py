"""Money that was taken back, or may be: refunds and disputes of a payment, as events and the payment tell of them.

Entries of one id are kept by their provider time, so they may be heard in any order. Decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from .facts import PaymentView

DISPUTES_OVER = frozenset({"won", "warning_closed", "closed"})
"""Dispute states in which the merchant has the money."""
SAID_BY_PAYMENT = "substatus"
"""Stands for the id of a refund or dispute of which only the payment itself has told, by its substatus."""
REFUNDED = frozenset({"refunded", "auto_refunded"})
DISPUTE = "dispute_"


@dataclass(frozen=True, slots=True)
class Refund:
    at: datetime
    minor: int | None
    currency: str | None
    took_money: bool


@dataclass(frozen=True, slots=True)
class Dispute:
    at: datetime
    status: str
    warning: bool

    @property
    def over(self) -> bool:
        return self.status in DISPUTES_OVER


Entry = TypeVar("Entry", Refund, Dispute)


def of_substatus(payment: PaymentView, at: datetime) -> Refund | Dispute | None:
    """What a paid payment says of itself by its substatus (whop-sdk `types/friendly_receipt_status.py`)."""
    word = payment.substatus or ""
    if word in REFUNDED:
        amount = payment.amount
        return Refund(at, amount.minor if amount else None, amount.currency if amount else None, True)
    if word == "open_dispute" or word.startswith(DISPUTE):
        status = word.removeprefix(DISPUTE)
        return Dispute(at, status, status.startswith("warning"))
    return None


def told(items: Mapping[str, Entry]) -> list[Entry]:
    """What each refund or dispute says of itself; the payment's word only where it is the newest of all."""
    own = items.get(SAID_BY_PAYMENT)
    found = [item for key, item in items.items() if key != SAID_BY_PAYMENT]
    if own is not None and all(item.at < own.at for item in found):
        found.append(own)
    return found


def newest(items: Mapping[str, Entry], key: str, new: Entry) -> Mapping[str, Entry]:
    """The newer entry wins; of two with one time, the same one in whatever order they came."""
    old = items.get(key)
    if old is not None and (old.at, repr(old)) >= (new.at, repr(new)):
        return items
    return {**items, key: new}
