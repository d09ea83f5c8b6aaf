"""Many cases of one merchant, written by the database itself: a customer, a payment and a case for each number."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from app.db import Database
from app.models import Merchant

DAYS = 1_000
"""Over which the first failures lie, the newest of them now."""
FIRST = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Linus", "Margaret", "Dennis", "Radia")
LAST = (
    "Lovelace",
    "Hopper",
    "Turing",
    "Dijkstra",
    "Liskov",
    "Knuth",
    "Torvalds",
    "Hamilton",
    "Ritchie",
    "Perlman",
)
CUSTOMERS = """
INSERT INTO customer (id, merchant_id, identity, member_id, name, email, name_key, name_turned, email_key,
                      contact_stopped, excluded_at, complaints, seen_at, created_at)
SELECT n, :merchant, 'user_' || n, 'mber_' || n, {first} || ' ' || {mixed} || ' ' || {last},
       'customer' || n || '@example.com', lower({first} || ' ' || {mixed} || ' ' || {last}),
       lower({last} || ' ' || {first} || ' ' || {mixed}), 'customer' || n || '@example.com',
       CASE WHEN n % 20 = 0 THEN 'opted_out' END, CASE WHEN n % 500 = 0 THEN {time} END, '{{}}', {time}, {time}
FROM {numbers}
"""
PAYMENTS = """
INSERT INTO payment (id, merchant_id, customer_id, payment_id, membership_id, product_title, amount_minor, currency,
                     decline_code, seen_at, failed_at, last_failed_at, refunds, disputes)
SELECT n, :merchant, n, 'pay_' || n, 'mem_' || n, 'Product ' || (n % 7), {amount}, 'usd',
       'insufficient_funds', {time}, {time}, {time}, '{{}}', '{{}}'
FROM {numbers}
"""
CASES = """
INSERT INTO "case" (id, merchant_id, customer_id, payment_id, token, state, reason, held, decline_class, amount_minor,
                    currency, opened_at, closed_at, recovered_at, taken_back_minor, arm, origin, policy_version,
                    created_at)
SELECT n, :merchant, n, n, 'token' || n, {state}, 'paid', {false}, {decline_class}, {amount}, {currency}, {time},
       CASE WHEN {running} THEN NULL ELSE {time} END, CASE WHEN {state} = 'recovered' THEN {time} END, 0, 'treated',
       'live', 1, {time}
FROM {numbers}
"""
ACCOUNTS = """
INSERT INTO linked_account (customer_id, channel, address, label, linked_at)
SELECT n, 'telegram', 'chat' || n, '@person' || n, {time} FROM {numbers} WHERE n % 10 = 0
"""


def seed(database: Database, biz_id: str, cases: int) -> None:
    """The merchant is there already. The prices have risen: a large amount is a late one."""
    with database.transaction() as session:
        merchant = session.scalars(select(Merchant.id).where(Merchant.biz_id == biz_id)).one()
        for statement in (CUSTOMERS, PAYMENTS, CASES, ACCOUNTS):
            written = text(statement.format(**_parts(database.sqlite, cases)))
            names = {"merchant": merchant} if ":merchant" in statement else {}
            session.execute(written, names)
    if database.sqlite:
        return
    with database.autocommit() as connection:
        # As the server does by itself within a minute.
        connection.execute(text("VACUUM ANALYZE"))


def _parts(sqlite: bool, cases: int) -> dict[str, str]:
    start = datetime.now(UTC).replace(microsecond=0, tzinfo=None) - timedelta(days=DAYS)
    seconds = DAYS * 86_400
    running = f"(n > {cases} * 0.98)"
    if sqlite:
        moment = (
            f"strftime('%Y-%m-%d %H:%M:%S.000000', '{start}', '+' || (n * {seconds} / {cases}) || ' seconds')"
        )
    else:
        moment = f"(TIMESTAMPTZ '{start}+00' + (n::bigint * {seconds} / {cases}) * INTERVAL '1 second')"
    return {
        "numbers": numbers_of(sqlite, cases),
        "time": moment,
        "false": "0" if sqlite else "false",
        "running": running,
        # By name they stand in another order than by time, as people do.
        "mixed": "(CAST(n AS BIGINT) * 7919 % 1000003)",
        "first": _one_of("n % 10", FIRST),
        "last": _one_of("(n / 7) % 10", LAST),
        "amount": f"CAST(900 + n * 9000.0 / {cases} - n % 400 AS INTEGER)",
        "currency": "CASE WHEN n % 9 = 0 THEN 'eur' WHEN n % 1001 = 0 THEN NULL ELSE 'usd' END",
        "decline_class": "CASE WHEN n % 100 < 45 THEN 'A' WHEN n % 100 < 70 THEN 'B' WHEN n % 100 < 80 THEN 'D'"
        " WHEN n % 100 < 90 THEN 'E' WHEN n % 100 < 99 THEN 'F' ELSE 'H' END",
        "state": f"CASE WHEN {running} THEN CASE WHEN n % 10 = 0 THEN 'paused' ELSE 'open' END"
        " WHEN n % 100 < 55 THEN 'lost' WHEN n % 1000 = 999 THEN 'reversed' ELSE 'recovered' END",
    }


def _one_of(number: str, words: tuple[str, ...]) -> str:
    cases = " ".join(f"WHEN {at} THEN '{word}'" for at, word in enumerate(words))
    return f"CASE {number} {cases} END"


def numbers_of(sqlite: bool, most: int) -> str:
    """1, 2, 3 and so on, as a table with one column `n`."""
    if not sqlite:
        return f"generate_series(1, {most}) AS counted (n)"
    return (
        f"(WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {most})"
        " SELECT n FROM counted)"
    )
