"""Open cases with their next reminders, written by the database itself: most of them far off, some due now.

The merchants are in a zone where it is about noon, so that no reminder waits for the morning.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Case, Customer, Merchant, Payment, Step
from app.models.base import insert_once
from bench.many import numbers_of

BATCH = 100_000
FIRST = 1_000_000_000
"""Ids from here on are ours: a worker may write rows of its own meanwhile."""
CUSTOMERS = """
INSERT INTO customer (id, merchant_id, identity, name, email, complaints, seen_at, created_at)
SELECT {id}, :merchant, 'user_' || {id}, 'Ada Lovelace', 'customer' || {id} || '@' || :domain, '{{}}', {at}, {at}
FROM {numbers}
"""
PAYMENTS = """
INSERT INTO payment (id, merchant_id, customer_id, payment_id, membership_id, product_title, amount_minor, currency,
                     decline_code, seen_at, failed_at, last_failed_at, refunds, disputes)
SELECT {id}, :merchant, {id}, 'pay_' || {id}, 'mem_' || {id}, 'Product', 4900, 'usd', 'insufficient_funds',
       {at}, {at}, {at}, '{{}}', '{{}}'
FROM {numbers}
"""
CASES = """
INSERT INTO "case" (id, merchant_id, customer_id, payment_id, token, state, reason, held, decline_class, amount_minor,
                    currency, opened_at, taken_back_minor, arm, origin, policy_version, created_at)
SELECT {id}, :merchant, {id}, {id}, 'token' || {id}, 'open', 'collecting', {false}, 'A', 4900, 'usd', {at}, 0,
       'treated', 'live', 1, {at}
FROM {numbers}
"""
STEPS = """
INSERT INTO step (id, case_id, position, kind, wording_key, wording_version, channel, planned_at, why, tries, state,
                  due_at, attempts)
SELECT {id}, {id}, 1, 'remind', 'funds.first', 1, 'email', {due}, '{{}}', 0, 'planned', {due}, 0 FROM {numbers}
"""


def open_cases(
    database: Database,
    count: int,
    *,
    due: int,
    biz_id: str = "biz_bench",
    domain: str = "example.com",
    now: datetime | None = None,
) -> None:
    """`count` cases whose reminder is a month off, and `due` more whose reminder is due now."""
    now = now or datetime.now(UTC)
    with database.transaction() as session:
        fresh = Merchant.fresh(biz_id, title="Bench", now=now)
        insert_once(session, Merchant, ("biz_id",), fresh)
        merchant = session.scalars(select(Merchant).where(Merchant.biz_id == biz_id)).one()
        merchant.zone = noon_zone(now)
        merchant_id = merchant.id
    for size, at in ((count, now + timedelta(days=30)), (due, now - timedelta(seconds=1))):
        for start in range(0, size, BATCH):
            with database.transaction() as session:
                _write(session, database.sqlite, min(BATCH, size - start), merchant_id, domain, (now, at))
    with database.autocommit() as connection:
        connection.execute(text("ANALYZE"))


def noon_zone(now: datetime) -> str:
    """The names of these zones count hours behind Greenwich."""
    behind = now.hour - 12
    return f"Etc/GMT{behind:+d}" if behind else "Etc/GMT"


def _write(
    session: Session, sqlite: bool, count: int, merchant: int, domain: str, times: tuple[datetime, datetime]
) -> None:
    rows = (Customer, Payment, Case, Step)
    last = max(FIRST, *(session.scalar(select(func.max(row.id))) or 0 for row in rows))
    opened, due = (f"'{at:%Y-%m-%d %H:%M:%S.%f}'" for at in (times[0] - timedelta(hours=20), times[1]))
    parts = {
        "id": f"({last} + n)",
        "numbers": numbers_of(sqlite, count),
        "false": "0" if sqlite else "false",
        "at": opened if sqlite else f"TIMESTAMPTZ {opened[:-1]}+00'",
        "due": due if sqlite else f"TIMESTAMPTZ {due[:-1]}+00'",
    }
    for statement in (CUSTOMERS, PAYMENTS, CASES, STEPS):
        names = {"merchant": merchant, "domain": domain}
        session.execute(
            text(statement.format(**parts)), {n: v for n, v in names.items() if f":{n}" in statement}
        )
