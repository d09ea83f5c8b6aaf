"""The dashboard's figures are those that anybody counts from Whop's raw events and what was really sent."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import select
from structlog.testing import capture_logs

from app.cases.commands import record_visit
from app.cases.tally_recount import differing_tallies
from app.db import Database
from app.models import Case, Customer, Delivery, InboxRow, Merchant, Visit
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.recount import Touches, recounted
from tests.support.world import RULES, World
from tests.web.conftest import signed_in

START = datetime(2026, 10, 1, 7, tzinfo=UTC)
END = START + timedelta(days=36)
HOUR = timedelta(hours=1)
SHARE = 0.4
CODES = ["insufficient_funds", "expired_card", "stolen_card", "blocked_by_cardholder", "brand_new", None,
         "bank_account_holder_deceased"]  # fmt: skip
PRICES = [("49.00", "usd"), ("19.90", "usd"), ("12.50", "eur"), ("900", "jpy")]
PAYMENTS = 36


def bill_of(chance: random.Random, number: int) -> Iterator[tuple[datetime, whop.Event]]:
    """The life of one failed renewal; some people have several of them."""
    at = START + chance.random() * (END - START)
    person = chance.randrange(PAYMENTS * 2 // 3)
    amount, currency = chance.choice(PRICES)
    who: dict[str, Any] = {
        "payment_id": f"pay_{number}",
        "membership_id": f"mem_{number}",
        "user_id": f"user_{person}",
        "member_id": f"mber_{person}",
        "amount": amount,
        "currency": currency,
    }

    def later(hours: float) -> datetime:
        return (at + chance.random() * hours * HOUR).replace(microsecond=0)

    for attempt in range(1, chance.choice([2, 2, 3, 4])):
        when = at + (attempt - 1) * 25 * HOUR
        made = {"created_at": whop.iso(at)}
        code = chance.choice(CODES)
        yield when, whop.payment_failed(decline_code=code, at=when, payments_failed=attempt, data=made, **who)
    about: dict[str, Any] = {"payment_id": who["payment_id"]}
    ends = chance.sample(
        ["paid", "paid", "paid", "ends", "cancels", "void", "pending", "dispute", "complaint"], 2
    )
    if "paid" in ends:
        paid_at = later(120)
        yield paid_at, whop.payment_succeeded(at=paid_at, **who)
        if chance.random() < 0.4:
            part = float(Decimal(amount) / chance.choice([1, 2]))
            back = {"id": f"rf_{number}", "amount": round(part, 0), "currency": currency, "buyer": None}
            status = chance.choice(["succeeded", "failed"])
            yield (
                paid_at + 5 * HOUR,
                whop.refund_created(at=paid_at + 5 * HOUR, status=status, data=back, **about),
            )
    if "void" in ends:
        yield (when := later(100)), whop.payment_canceled(at=when, **who)
    if "pending" in ends:
        yield (when := later(100)), whop.payment_pending(at=when, **who)
    if "dispute" in ends:
        status = chance.choice(["needs_response", "won"])
        dispute = {"buyer": None, "status": status, "id": f"dspt_{number}"}
        yield (when := later(140)), whop.dispute_created(at=when, data=dispute, **about)
    people = {"user_id": who["user_id"], "user": None, "member_id": who["member_id"]}
    if "ends" in ends:
        yield (
            (when := later(110)),
            whop.membership_deactivated(at=when, membership_id=who["membership_id"], data=people),
        )
    if "cancels" in ends:
        yield (
            (when := later(110)),
            whop.membership_cancel_at_period_end_changed(
                at=when, membership_id=who["membership_id"], data=people
            ),
        )
    if "complaint" in ends:
        buyer = {"user_id": who["user_id"], "member_id": who["member_id"]}
        complaint = {"buyer": buyer, "payment": {"id": who["payment_id"]}, "id": f"reso_{number}"}
        yield (when := later(50)), whop.resolution_center_case("created", at=when, data=complaint)


def live(world: World, chance: random.Random) -> None:
    """Whop tells everything, some of it late, twice or in another order; the worker sends; customers come."""
    posts = [
        (at + chance.choice([0, 0, 0, 1, 30]) * chance.random() * HOUR, number, event)
        for bill in range(PAYMENTS)
        for number, (at, event) in enumerate(bill_of(chance, bill))
    ]
    posts += [(at + HOUR, number, event) for at, number, event in posts if chance.random() < 0.1]
    for at, _, event in sorted(posts, key=lambda post: post[:2]):
        if at > world.now:
            world.pass_time(at - world.now, tick=6 * HOUR)
        world.hear(event)
        if chance.random() < 0.2:
            visit(world, chance)
    world.pass_time(END + timedelta(days=9) - world.now, tick=6 * HOUR)


def visit(world: World, chance: random.Random) -> None:
    with world.database.transaction() as session:
        found = session.scalars(select(Case).order_by(Case.id)).all()
        if found:
            kind = chance.choice(["seen", "continued"])
            record_visit(session, chance.choice(found), kind, target=None, now=world.now)


def touches(database: Database) -> Touches:
    by_person: dict[str, list[datetime]] = {}
    with database.reading() as read:
        sent = read.execute(
            select(Customer.identity, Delivery.started_at)
            .join(Case, Case.customer_id == Customer.id)
            .join(Delivery, Delivery.case_id == Case.id)
            .where(Delivery.outcome.in_(("sent", "unknown")))
        ).all()
        came = read.execute(
            select(Customer.identity, Visit.at)
            .join(Case, Case.customer_id == Customer.id)
            .join(Visit, Visit.case_id == Case.id)
            .where(Visit.kind == "continued")
        ).all()
    for person, at in (*sent, *came):
        by_person.setdefault(person, []).append(at)
    return Touches(by_person)


def named(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of the API in the auditor's words."""
    moneys = ("recovered", "touched_then_recovered", "lost", "at_risk")
    groups = answer["incremental"]["groups"]
    return {
        **{name: answer[name] for name in ("cases", "recovery_rate", "median_hours_to_recover")},
        **{name: {one["currency"]: Decimal(one["amount"]) for one in answer[name]} for name in moneys},
        "groups": {
            name: {kind: group[kind] for kind in ("people", "paid", "in_progress")}
            for name, group in groups.items()
        },
        "by_class": {part["class"]: part["cases"]["opened"] for part in answer["by_decline_class"]},
        "by_week": {
            part["monday"]: part["cases"]["opened"] for part in answer["by_week"] if part["cases"]["opened"]
        },
    }


def test_a_recount_of_the_raw_inbox_gives_the_figures_of_the_dashboard(
    app: Flask, database: Database, clock: FixedClock
) -> None:
    """Another history on each database."""
    seed = 0 if database.sqlite else 3
    clock.set(START)
    world = World(database, clock, rules=replace(RULES, control_share=SHARE))
    with capture_logs():
        live(world, random.Random(seed))
    with database.reading() as read:
        bodies = read.scalars(select(InboxRow.body).order_by(InboxRow.id)).all()
        merchant = read.scalars(select(Merchant)).one()
    client = signed_in(app, merchant.biz_id)
    answer = client.get("/api/analytics?from=2026-09-01&to=2026-11-30").get_json()
    expected = recounted(bodies, touches(database), key=merchant.hash_key, share=SHARE, now=clock.now())
    assert named(answer) == expected
    with database.reading() as read:
        assert differing_tallies(read) == []
    # The history was worth counting.
    assert all(expected["cases"][name] for name in ("recovered", "lost", "touched_then_recovered", "control"))
    assert len(expected["recovered"]) > 1
    assert all(group["people"] for group in expected["groups"].values())
