"""Counts a merchant's figures anew from what Whop posted and what was sent, as an auditor would.

It shares no line with the program: it reads raw bodies, looks at each payment by itself, and knows the
published definition and nothing else. Only for pinned events, and for one currency a payment.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

DAY = timedelta(days=1)
WINDOW = 14 * DAY
CLEARING = 30 * DAY
TOUCH = 7 * DAY
CLASSES = {
    "insufficient_funds": "A",
    "expired_card": "D",
    "stolen_card": "F",
    "blocked_by_cardholder": "H",
    "bank_account_holder_deceased": "I",
}
ENDED = ("canceled", "expired", "completed")


@dataclass
class Bill:
    """One payment, as its events tell of it."""

    person: str = ""
    membership: str = ""
    amount: Decimal = Decimal()
    currency: str = ""
    failures: list[tuple[datetime, str | None]] = field(default_factory=list)
    first_heard: int = 0
    paid: list[datetime] = field(default_factory=list)
    voided: bool = False
    pending: list[datetime] = field(default_factory=list)
    refunds: dict[str, tuple[datetime, Decimal]] = field(default_factory=dict)
    disputes: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    heard: list[datetime] = field(default_factory=list)

    @property
    def failed_at(self) -> datetime:
        return min(at for at, _ in self.failures)

    @property
    def decline_class(self) -> str:
        return CLASSES.get(max(self.failures, key=lambda one: one[0])[1] or "", "U")

    @property
    def given_back(self) -> Decimal:
        return sum((amount for _, amount in self.refunds.values()), Decimal())


@dataclass(frozen=True)
class Touches:
    """What reached a person: messages, and presses of the fix page's button."""

    by_person: dict[str, list[datetime]]

    def before(self, person: str, paid_at: datetime) -> bool:
        return any(paid_at - TOUCH <= at <= paid_at for at in self.by_person.get(person, ()))


def recounted(
    bodies: Sequence[bytes], touches: Touches, *, key: bytes, share: float, now: datetime
) -> dict[str, Any]:
    """The figures of everything that was heard, as `/api/analytics` names them; bodies as they came."""
    bills, endings = _read(bodies)
    cases = [bill for bill in bills.values() if bill.failures]
    ends = {id(bill): _end(bill, endings[bill.membership], now) for bill in cases}
    counted = [bill for bill in cases if ends[id(bill)] != "left_out"]
    groups = _groups(cases, ends, key=key, share=share)
    control = {person for person in {bill.person for bill in cases} if _alone(key, person, share)}
    recovered = [bill for bill in counted if ends[id(bill)] == "recovered"]
    touched = [bill for bill in recovered if touches.before(bill.person, min(bill.paid))]
    hours = [max((min(bill.paid) - bill.failed_at).total_seconds() / 3600, 0) for bill in recovered]

    def ended(end: str) -> list[Bill]:
        return [bill for bill in counted if ends[id(bill)] == end]

    return {
        "cases": {
            "opened": len(counted),
            "recovered": len(recovered),
            "lost": len(ended("lost")),
            "in_progress": len(ended("in_progress")),
            "control": sum(bill.person in control for bill in counted),
            "touched_then_recovered": len(touched),
        },
        "recovery_rate": round(len(recovered) / len(counted), 4) if counted else None,
        "recovered": _money(recovered, net=True),
        "touched_then_recovered": _money(touched, net=True),
        "lost": _money(ended("lost")),
        "at_risk": _money(ended("in_progress")),
        "median_hours_to_recover": round(median(hours), 2) if hours else None,
        "groups": groups,
        "by_class": dict(Counter(bill.decline_class for bill in counted)),
        "by_week": dict(Counter(_monday(bill.failed_at) for bill in counted)),
    }


def _read(bodies: Iterable[bytes]) -> tuple[dict[str, Bill], dict[str, list[datetime]]]:
    bills: dict[str, Bill] = defaultdict(Bill)
    endings: dict[str, list[datetime]] = defaultdict(list)
    for number, body in enumerate(bodies):
        event = json.loads(body)
        kind, data, at = event["type"], event["data"], _time(event["timestamp"])
        if kind.startswith("payment."):
            _read_payment(bills[data["id"]], kind, data, at, number)
        elif kind.startswith("refund."):
            bill, old = bills[data["payment"]["id"]], bills[data["payment"]["id"]].refunds.get(data["id"])
            bill.paid.append(at)
            if old is None or at > old[0]:
                took = Decimal(str(data["amount"])) if data["status"] != "failed" else Decimal()
                bill.refunds[data["id"]] = (at, took)
        elif kind.startswith("dispute."):
            bill = bills[data["payment"]["id"]]
            bill.disputes[data["id"]] = max(bill.disputes.get(data["id"], (at, "")), (at, data["status"]))
        elif kind.startswith("membership.") and (data["status"] in ENDED or data["cancel_at_period_end"]):
            endings[data["id"]].append(at)
    return bills, endings


def _read_payment(bill: Bill, kind: str, data: dict[str, Any], at: datetime, number: int) -> None:
    bill.person, bill.membership = data["user"]["id"], data["membership_id"]
    bill.amount, bill.currency = Decimal(data["total"]["amount"]), data["currency"]
    bill.heard.append(at)
    match kind:
        case "payment.failed":
            bill.first_heard = bill.first_heard if bill.failures else number
            bill.failures.append((_time(data["last_payment_attempt_at"]), data["decline_code"]))
        case "payment.succeeded":
            bill.paid.append(_time(data["paid_at"]))
        case "payment.pending":
            bill.pending.append(at)
        case "payment.canceled":
            bill.voided = True


def _end(bill: Bill, endings: Sequence[datetime], now: datetime) -> str:
    won = all(status == "won" for _, status in bill.disputes.values())
    if bill.paid:
        return "recovered" if won and bill.given_back < bill.amount else "lost"
    if bill.voided:
        return "left_out"
    if bill.disputes or any(at >= bill.failed_at for at in endings):
        return "lost"
    clears = bool(bill.pending) and max(bill.pending) >= max(at for at, _ in bill.failures)
    silent = now - max(bill.heard)
    return "lost" if silent > (CLEARING if clears else WINDOW) else "in_progress"


def _groups(
    cases: Sequence[Bill], ends: dict[int, str], *, key: bytes, share: float
) -> dict[str, dict[str, int]]:
    firsts: dict[str, Bill] = {}
    for bill in sorted(cases, key=lambda one: one.first_heard):
        firsts.setdefault(bill.person, bill)
    groups = {name: {"people": 0, "paid": 0, "in_progress": 0} for name in ("treated", "control")}
    for person, bill in firsts.items():
        group, end = groups["control" if _alone(key, person, share) else "treated"], ends[id(bill)]
        group["people"] += 1
        group["paid"] += end == "recovered" and min(bill.paid) - bill.failed_at < WINDOW
        group["in_progress"] += end == "in_progress"
    return groups


def _alone(key: bytes, person: str, share: float) -> bool:
    lot = hashlib.blake2b(person.encode(), digest_size=8, key=key, person=b"control-group")
    return int(lot.hexdigest(), 16) / 2**64 < share


def _money(bills: Iterable[Bill], *, net: bool = False) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for bill in bills:
        left = bill.amount - (bill.given_back if net else Decimal())
        sums[bill.currency] = sums.get(bill.currency, Decimal()) + left
    return sums


def _monday(at: datetime) -> str:
    return (at.date() - timedelta(days=at.weekday())).isoformat()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
