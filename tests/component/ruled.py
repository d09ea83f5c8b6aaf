"""A shop whose records keep every rule, and each way in which one of them is broken by a hand in the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from app.cases.tally_recount import differences
from app.models import (
    Alert,
    AlertDelivery,
    Case,
    CaseTally,
    Chore,
    Customer,
    Delivery,
    Endpoint,
    EndpointDelivery,
    Erasure,
    InboxRow,
    MethodSwitch,
    Payment,
    Retry,
    SessionRow,
    Step,
)
from app.models.tally import ALL
from tests.support import seeded

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Shop:
    """Its rows by number."""

    owner: int
    running: int
    planned: int
    paid: int
    sent: int
    message: int
    charged: int
    retry: int
    lost: int
    event: int
    alert: int
    hook: int


def open_shop(session: Session) -> Shop:
    owner = seeded.merchant(session, "biz_A", now=NOW)
    running = seeded.case(session, owner, at=NOW - DAY)
    planned = seeded.step(session, running, due_at=NOW + HOUR)
    paid = seeded.case(
        session, owner, at=NOW - 3 * DAY, state="recovered", reason="paid", recovered_after=2 * DAY
    )
    sent = seeded.step(session, paid, due_at=NOW - 2 * DAY)
    message = seeded.delivery(session, sent, at=NOW - 2 * DAY)
    charged = seeded.case(session, owner, at=NOW - 3 * DAY, state="lost", reason="window_ended")
    charged.closed_at = NOW - DAY
    retry = charge(Retry, charged, state="taken")
    lost = seeded.case(session, owner, at=NOW - 9 * DAY, state="lost", reason="membership_ended")
    seeded.step(session, lost, due_at=NOW + DAY, kind="winback")
    seeded.case(session, owner, at=NOW - 2 * DAY, arm="control", draw_share=0.1)
    event = seeded.event(session, owner=owner, at=NOW - DAY, done_at=NOW - DAY)
    alert = Alert(
        merchant_id=owner.id, kind="spike", key="spike:1", urgency="instant", detail={}, state="told", at=NOW
    )  # fmt: skip
    endpoint = Endpoint(
        merchant_id=owner.id, name="n8n", url="https://x.example", events="", secret=b"", created_at=NOW
    )
    freed = Chore(name="free_leases", state="waiting", due_at=NOW, attempts=1, done_at=NOW)
    session.add_all([retry, alert, endpoint, freed])
    session.flush()
    told = AlertDelivery(alert_id=alert.id, place="email", state="sent", due_at=NOW, attempts=1, tries=0)
    hook = EndpointDelivery(
        endpoint_id=endpoint.id, merchant_id=owner.id, message_id="msg", event="case.opened", body="{}", at=NOW,
        state="sent", due_at=NOW, attempts=1, tries=1, ended_at=NOW,
    )  # fmt: skip
    session.add_all([told, hook])
    session.flush()
    return Shop(
        owner.id, running.id, planned.id, paid.id, sent.id, message.id, charged.id, retry.id, lost.id, event.id,
        told.id, hook.id,
    )  # fmt: skip


def charge(table: type[Any], of: Case, **values: Any) -> Any:
    """A retry or a change of the card, asked for two days ago."""
    known = {"kind": "retry" if table is Retry else "switch", "started_at": NOW - 2 * DAY, **values}
    return table(
        case_id=of.id, payment_id=of.payment_id, key=f"key {known}", actor="worker", why={}, due_at=NOW - 2 * DAY,
        decided_at=NOW - 2 * DAY, attempts=1, **known,
    )  # fmt: skip


def added(session: Session, row: Any) -> str:
    session.add(row)
    session.flush()
    return f"{row.__tablename__} {row.id}"


def changed(session: Session, table: type[Any], number: int, **values: Any) -> str:
    session.execute(update(table).where(table.id == number).values(**values))
    return f"{table.__tablename__} {number}"


def a_second_case(session: Session, shop: Shop) -> str:
    """The database itself refuses one, so its index goes first; as by a faulty restore."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text('ALTER TABLE "case" DROP CONSTRAINT uq_case_payment_id'))
    else:  # it cannot take an index away, so a table without any takes this one's place
        session.execute(text('CREATE TEMP TABLE "case" AS SELECT * FROM main."case"'))
    ours = session.get_one(Case, shop.running)
    columns = {column.key: getattr(ours, column.key) for column in Case.__table__.columns}
    row = added(session, Case(**{**columns, "id": 999, "token": "another"}))
    for uncounted in differences(session):
        session.execute(insert(uncounted.tally).values(**uncounted.key, **uncounted.missing))
    return row


def a_second_message(session: Session, shop: Shop) -> str:
    first = session.get_one(Delivery, shop.message)
    again = {
        "fence": 2,
        "channel": "email",
        "outcome": "unknown",
        "content": {},
        "recipient": "a@example.com",
    }
    times = {"started_at": first.started_at, "lease_until": first.started_at, "ended_at": first.started_at}
    return added(session, Delivery(step_id=first.step_id, case_id=first.case_id, **again, **times))


def a_second_change_of_card(session: Session, shop: Shop) -> str:
    running = session.get_one(Case, shop.running)
    added(session, charge(MethodSwitch, running, state="taken", started_at=NOW - HOUR))
    return added(session, charge(MethodSwitch, running, state="unknown", kind="other", started_at=NOW - HOUR))


def a_case_of_long_ago(session: Session, shop: Shop) -> str:
    case, long_ago = session.get_one(Case, shop.running), NOW - 40 * DAY
    changed(session, Payment, case.payment_id, failed_at=long_ago, last_failed_at=long_ago, seen_at=long_ago)
    return changed(session, Case, shop.running, opened_at=long_ago)


def of_customer(session: Session, case_id: int, **values: Any) -> None:
    changed(session, Customer, session.get_one(Case, case_id).customer_id, **values)


def wrong_sums(session: Session, shop: Shop) -> str:
    session.execute(
        update(CaseTally).where(CaseTally.state == "recovered", CaseTally.product_id == ALL).values(cases=2)
    )
    return f"case_tally of merchant_id {shop.owner}, day 2026-11-17"


def told(which: Callable[[Session, Shop], Any], row: Callable[[Shop], str]) -> Callable[[Session, Shop], str]:
    def break_it(session: Session, shop: Shop) -> str:
        which(session, shop)
        return row(shop)

    return break_it


BREAKS: Mapping[str, Callable[[Session, Shop], str]] = {
    "one_case_a_payment": a_second_case,
    "one_message_a_step": a_second_message,
    "one_retry_a_payment": lambda session, shop: added(
        session, charge(Retry, session.get_one(Case, shop.charged), state="unknown", kind="again")
    ),
    "one_change_of_card_a_payment": a_second_change_of_card,
    "no_message_after_the_end": lambda session, shop: changed(
        session, Delivery, shop.message, started_at=NOW - 23 * HOUR
    ),
    "no_charge_after_the_end": lambda session, shop: changed(session, Retry, shop.retry, started_at=NOW),
    "control_group_left_alone": told(
        lambda session, shop: changed(session, Case, shop.paid, arm="control"),
        lambda shop: f"delivery {shop.message}",
    ),
    "nothing_to_the_gone": told(
        lambda session, shop: of_customer(session, shop.paid, erased_at=NOW - 2.5 * DAY),
        lambda shop: f"delivery {shop.message}",
    ),
    "no_reminder_for_the_silent": told(
        lambda session, shop: of_customer(session, shop.running, contact_stopped="opted_out"),
        lambda shop: f"step {shop.planned}",
    ),
    "no_work_for_idle_cases": lambda session, shop: added(
        session, seeded.step(session, session.get_one(Case, shop.lost), position=2, due_at=NOW + HOUR)
    ),
    "leases_end": lambda session, shop: changed(
        session, Step, shop.planned, state="claimed", lease_until=NOW - HOUR
    ),
    "nothing_waits_for_ever": lambda session, shop: changed(
        session, Step, shop.planned, due_at=NOW - 2 * DAY
    ),
    "cases_end": a_case_of_long_ago,
    "closed_or_running": lambda session, shop: changed(session, Case, shop.lost, state="open"),
    "settled_cases_are_closed": told(
        lambda session, shop: changed(
            session, Payment, session.get_one(Case, shop.running).payment_id, paid_at=NOW
        ),
        lambda shop: f"case {shop.running}",
    ),
    "one_merchant_a_case": lambda session, shop: changed(
        session, Case, shop.running, customer_id=session.get_one(Case, shop.lost).customer_id
    ),
    "figures_are_sums": wrong_sums,
    "old_events_are_empty": lambda session, shop: changed(
        session, InboxRow, shop.event, received_at=NOW - 32 * DAY
    ),
    "old_messages_are_empty": lambda session, shop: changed(
        session, Delivery, shop.message, started_at=NOW - 92 * DAY
    ),
    "old_cases_are_nobodys": lambda session, shop: changed(session, Case, shop.lost, closed_at=NOW - 800 * DAY),
    "old_rows_are_deleted": lambda session, shop: added(
        session, SessionRow(sid_hash="x", data=b"", created_at=NOW, seen_at=NOW, expires_at=NOW - 2 * DAY)
    ),
    "erasures_end": lambda session, shop: added(
        session,
        Erasure(
            merchant_id=shop.owner, customer_id=session.get_one(Case, shop.lost).customer_id, at=NOW - 3 * DAY,
            after_id=0, until_id=9,
        ),
    ),
}  # fmt: skip
HELD: Mapping[type[Any], Callable[[Shop], int]] = {
    InboxRow: lambda shop: shop.event,
    Step: lambda shop: shop.planned,
    Retry: lambda shop: shop.retry,
    AlertDelivery: lambda shop: shop.alert,
    EndpointDelivery: lambda shop: shop.hook,
    Chore: lambda shop: 1,
}
"""The tables that workers claim rows of, each with one."""
