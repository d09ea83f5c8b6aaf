"""Made-up lives of a merchant's payments, by a seed: what Whop would have posted, in the order of time."""

import json
from datetime import datetime, timedelta
from random import Random

from app.ops.replay.heard import Heard, of_lines
from tests.properties.lively import (
    PAYMENTS,
    REAL_CODES,
    START,
    Told,
    about_payment,
    complaint,
    failure,
    of_membership,
    of_payment,
)
from tests.support import whop_events as whop

PAUSES = [1, 7, 25, 61, 300, 1440, 2000]
"""Minutes between two events about one payment."""


def any_story(seed: int) -> list[Heard]:
    """Up to three payments of two people, and whatever may be told of them in any order."""
    chance = Random(seed)
    events: list[whop.Event] = []
    for payment_id in sorted(PAYMENTS)[: chance.randint(1, 3)]:
        tells = [failure(payment_id, chance.choice(REAL_CODES), 1)]
        for _ in range(chance.randint(0, 5)):
            again = failure(payment_id, chance.choice(REAL_CODES), 2)
            tells.append(again if chance.random() < 0.4 else chance.choice(_others(payment_id)))
        events += _in_time(tells, chance)
    return _at_shop(events, f"biz_{seed}")


def plain_story(seed: int) -> list[Heard]:
    """Payments that fail for one reason, perhaps again, and are paid, given up, or neither: as Whop keeps them.

    Each state lasts until the next look at it, which comes up to two hours later: of a failure that is paid by then
    Whop does not tell the reason any more, and nobody can.
    """
    chance = Random(seed)
    events: list[whop.Event] = []
    for payment_id in sorted(PAYMENTS)[: chance.randint(1, 3)]:
        code = chance.choice(["insufficient_funds", "expired_card", "brand_new"])
        tells = [failure(payment_id, code, number) for number in range(1, chance.randint(2, 4))]
        ends: list[list[Told]] = [
            [of_payment(whop.payment_succeeded, payment_id)],
            [of_payment(whop.payment_canceled, payment_id)],
            [of_membership(whop.membership_deactivated, payment_id)],
            [],
        ]
        events += _in_time(tells + chance.choice(ends), chance, pauses=PAUSES[4:])
    return _at_shop(events, f"biz_{seed}")


def _others(payment_id: str) -> list[Told]:
    return [
        of_payment(whop.payment_succeeded, payment_id),
        of_payment(whop.payment_pending, payment_id),
        of_payment(whop.payment_canceled, payment_id),
        about_payment(whop.refund_created, payment_id),
        about_payment(whop.refund_created, payment_id, status="failed"),
        about_payment(whop.dispute_created, payment_id),
        about_payment(whop.dispute_created, payment_id, status="won"),
        of_membership(whop.membership_deactivated, payment_id),
        of_membership(whop.membership_updated, payment_id),
        of_membership(whop.membership_cancel_at_period_end_changed, payment_id),
        of_membership(whop.membership_cancel_at_period_end_changed, payment_id, ending=False),
        complaint(payment_id, is_open=True),
        complaint(payment_id, is_open=False),
    ]


def _in_time(tells: list[Told], chance: Random, *, pauses: list[int] = PAUSES) -> list[whop.Event]:
    """With failures counted, and dated by the first of them, as Whop does."""
    at = START + timedelta(minutes=chance.randint(0, 120))
    events = []
    for tell in tells:
        events.append(tell(at))
        at += timedelta(minutes=chance.choice(pauses))
    first_charge = datetime.fromisoformat(events[0]["data"]["last_payment_attempt_at"])
    made_at = whop.iso(first_charge - timedelta(seconds=chance.choice([0, 3, 40])))
    failed = [event["data"] for event in events if event["type"] == "payment.failed"]
    for number, data in enumerate(failed, start=1):
        data["payments_failed"] = number
    for event in events:
        if event["type"].startswith("payment."):
            event["data"]["created_at"] = made_at
    for event in events:
        if event["type"].startswith("payment.") and event["type"] != "payment.failed":
            event["data"]["payments_failed"] = len(failed)
    return events


def _at_shop(events: list[whop.Event], biz_id: str) -> list[Heard]:
    for number, event in enumerate(events):
        event |= {"account_id": biz_id, "id": f"msg_{biz_id}_{number}"}
        if "account_id" in event["data"]:
            event["data"]["account_id"] = biz_id
        if event["data"].get("account"):
            event["data"]["account"]["id"] = biz_id
    return of_lines(json.dumps(event) for event in events)
