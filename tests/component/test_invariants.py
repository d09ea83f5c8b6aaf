"""Each rule sees what breaks it, and nothing else does; records that are in order are seen to be."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app import hold
from app.cases.audit import Act, note_case
from app.claims import Times
from app.db import Database
from app.invariants.looking import Look
from app.invariants.rules import RULES
from app.invariants.run import Verdict, verdict_of, verdicts
from app.models import Case, Chore, Customer, Delivery, InboxRow, MethodSwitch, Step
from app.privacy.retention import Kept
from app.recovery.alert_words.content import PHRASES
from tests.component.ruled import (
    BREAKS,
    DAY,
    HELD,
    HOUR,
    NOW,
    Shop,
    a_second_message,
    changed,
    charge,
    open_shop,
)
from tests.conftest import MakeSettings, empty
from tests.support import seeded
from tests.support.processes import ROOT

KEPT = Kept(inbox=30 * DAY, bodies=90 * DAY, case_months=24)
EVERY_WAY = pytest.mark.parametrize("whole", [False, True], ids=["hourly", "whole"])


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def opened(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Shop]]:
    """The shop is made once; each test breaks it in a transaction that ends with it."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("ruled") / "test.db"
        shutil.copy(sqlite_template, path)
        database = Database(f"sqlite:///{path}")
    else:
        database = Database(request.getfixturevalue("postgres_dsn"))
        empty(database)
    with database.transaction() as session:
        shop = open_shop(session)
    yield database, shop
    database.close()


@pytest.fixture
def session(opened: tuple[Database, Shop]) -> Iterator[Session]:
    with opened[0].transaction() as session:
        yield session
        session.rollback()


@pytest.fixture
def shop(opened: tuple[Database, Shop]) -> Shop:
    return opened[1]


def broken(session: Session, *, whole: bool = False, charges: bool = True) -> dict[str, tuple[str, ...]]:
    look = Look(session=session, times=Times(NOW, NOW), kept=KEPT, charges=charges, whole=whole)
    found = [verdict_of(rule, look) for rule in RULES]
    assert [verdict.trouble for verdict in found if verdict.trouble] == []
    return {verdict.rule.name: verdict.examples for verdict in found if verdict.found}


@EVERY_WAY
def test_records_that_are_in_order_are_seen_to_be(session: Session, whole: bool) -> None:
    assert broken(session, whole=whole) == {}


@EVERY_WAY
@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_what_breaks_a_rule_is_seen_by_it_alone(session: Session, shop: Shop, name: str, whole: bool) -> None:
    row = BREAKS[name](session, shop)
    session.flush()
    found = broken(session, whole=whole)
    assert list(found) == [name]
    assert len(found[name]) == 1 and found[name][0].startswith(row)


@pytest.mark.parametrize("table", HELD)
def test_a_lease_that_nothing_frees_is_seen_in_every_table(
    session: Session, shop: Shop, table: type[Any]
) -> None:
    number = HELD[table](shop)
    row = changed(session, table, number, state="claimed", lease_until=NOW - HOUR)
    assert broken(session)["leases_end"] == (row,)
    changed(session, table, number, lease_until=None)
    assert broken(session)["leases_end"] == (row,)
    changed(session, table, number, lease_until=NOW - timedelta(minutes=9))
    assert "leases_end" not in broken(session)


def test_a_call_that_nobody_ends_is_seen(session: Session, shop: Shop) -> None:
    changed(session, Delivery, shop.message, outcome="in_flight", lease_until=NOW - HOUR)
    assert broken(session)["leases_end"] == (f"delivery {shop.message}",)


def test_while_no_worker_lives_a_lease_is_nobodys_fault(session: Session, shop: Shop) -> None:
    changed(session, Step, shop.planned, state="sending", lease_until=NOW - HOUR)
    session.execute(update(Chore).values(done_at=NOW - 2 * HOUR))
    assert broken(session) == {}


def test_a_charge_that_waits_is_no_fault_where_there_is_no_key_for_it(session: Session, shop: Shop) -> None:
    running = session.get_one(Case, shop.running)
    session.add(charge(MethodSwitch, running, state="planned", started_at=None))
    session.flush()
    assert list(broken(session)) == ["nothing_waits_for_ever"]
    assert broken(session, charges=False) == {}


def test_on_hold_only_events_must_not_wait(session: Session, shop: Shop) -> None:
    running = session.get_one(Case, shop.running)
    session.add(charge(MethodSwitch, running, state="planned", started_at=None))
    session.flush()
    assert list(broken(session)) == ["nothing_waits_for_ever"]
    hold.put_on(session, wall=NOW)
    assert broken(session) == {}
    changed(session, InboxRow, shop.event, state="waiting", done_at=None, due_at=NOW - 2 * DAY)
    assert broken(session)["nothing_waits_for_ever"] == (f"inbox {shop.event}",)


def test_an_hourly_look_reads_what_is_new_and_a_whole_one_everything(session: Session, shop: Shop) -> None:
    a_second_message(session, shop)
    session.execute(update(Delivery).values(started_at=NOW - 15 * DAY))
    assert broken(session) == {}
    assert list(broken(session, whole=True)) == ["one_message_a_step"]


def test_what_came_before_a_case_followed_its_person_was_right(session: Session, shop: Shop) -> None:
    case = session.get_one(Case, shop.paid)
    case.arm = "control"
    note_case(session, case, Act.ARM_FOLLOWED, actor="worker", at=NOW - DAY, detail={"arm": "control"})
    session.flush()
    assert broken(session) == {}
    changed(session, Delivery, shop.message, started_at=NOW - DAY + HOUR)
    assert "control_group_left_alone" in broken(session)


def test_a_message_after_the_merchant_excluded_its_reader_is_seen(session: Session, shop: Shop) -> None:
    case = session.get_one(Case, shop.paid)
    changed(session, Customer, case.customer_id, excluded_at=NOW)
    note_case(session, case, Act.CUSTOMER_EXCLUDED, actor="user:1", at=NOW - 2.5 * DAY)
    assert broken(session) == {"nothing_to_the_gone": (f"delivery {shop.message}",)}
    note_case(session, case, Act.CUSTOMER_READMITTED, actor="user:1", at=NOW - 2.2 * DAY)
    assert broken(session) == {}


def test_two_times_of_one_moment_may_be_in_the_wrong_order(session: Session, shop: Shop) -> None:
    """Each is read before its transaction waits for the merchant's lock."""
    closed_at = session.get_one(Case, shop.paid).closed_at
    assert closed_at is not None
    changed(session, Delivery, shop.message, started_at=closed_at + timedelta(minutes=4))
    assert broken(session) == {}
    changed(session, Delivery, shop.message, started_at=closed_at + timedelta(minutes=6))
    assert list(broken(session)) == ["no_message_after_the_end"]


def test_a_retry_after_another_card_was_charged_is_seen(session: Session, shop: Shop) -> None:
    charged = session.get_one(Case, shop.charged)
    session.add(charge(MethodSwitch, charged, state="taken", started_at=NOW - 2 * DAY - HOUR))
    session.flush()
    assert broken(session) == {"one_retry_a_payment": (f"retry {shop.retry}",)}


def test_an_offer_to_come_back_and_a_notice_of_a_card_may_follow_the_end(
    session: Session, shop: Shop
) -> None:
    lost = session.get_one(Case, shop.lost)
    for position, kind in ((3, "winback"), (4, "card_notice")):
        seeded.delivery(session, seeded.step(session, lost, position=position, due_at=NOW, kind=kind), at=NOW)
    assert broken(session) == {}


def test_old_rows_behind_the_mark_are_looked_for_only_by_a_whole_look(session: Session, shop: Shop) -> None:
    BREAKS["old_events_are_empty"](session, shop)
    mark = text(
        "INSERT INTO retention_mark (name, after_id, at) VALUES ('inbox', :id, '2026-11-20 00:00:00+00')"
    )
    session.execute(mark, {"id": shop.event})
    assert broken(session) == {}
    assert list(broken(session, whole=True)) == ["old_events_are_empty"]


def test_every_rule_is_in_the_operators_table_and_has_words_for_merchants() -> None:
    table = [
        f"| `{rule.name}` | {rule.meaning} | {rule.hourly} | {rule.what_to_do} |" for rule in RULES
    ]  # fmt: skip
    told = (ROOT / "docs/operations.md").read_text("utf-8").splitlines()
    names = {rule.name for rule in RULES}
    assert [line for line in told if line.startswith(tuple(f"| `{name}` |" for name in names))] == table
    assert all(set(phrases.rules) == names for phrases in PHRASES.values())


def verdicts_by_name(database: Database, make_settings: MakeSettings, **more: Any) -> dict[str, Verdict]:
    found = verdicts(database, make_settings(), times=Times(NOW, NOW), whole=False, **more)
    return {verdict.rule.name: verdict for verdict in found}


def test_a_rule_that_cannot_be_looked_at_says_so_and_the_others_are(
    sqlite_database: Database, make_settings: MakeSettings
) -> None:
    with sqlite_database.transaction() as session:
        shop = open_shop(session)
        BREAKS["leases_end"](session, shop)
        session.execute(text("ALTER TABLE erasure RENAME TO erasure_away"))
    found = verdicts_by_name(sqlite_database, make_settings)
    assert [name for name, verdict in found.items() if verdict.trouble] == ["erasures_end"]
    assert found["erasures_end"].trouble == "OperationalError" and not found["erasures_end"].holds
    assert (found["leases_end"].found, found["leases_end"].merchants) == (1, {shop.owner: 1})


def test_a_look_that_takes_too_long_is_broken_off(
    postgres_database: Database, make_settings: MakeSettings
) -> None:
    with postgres_database.snapshot() as session:
        postgres_database.allow(session, 0.05)
        with pytest.raises(Exception, match="statement timeout"):
            session.execute(text("SELECT pg_sleep(5)"))
    late = verdicts_by_name(postgres_database, make_settings, patience=timedelta())
    assert {verdict.trouble for verdict in late.values()} == {"no time was left"}


def test_a_look_sees_one_moment_and_writes_nothing(postgres_database: Database) -> None:
    count = select(func.count()).select_from(Case)
    with postgres_database.snapshot() as look:
        assert look.scalar(count) == 0
        with postgres_database.transaction() as session:
            open_shop(session)
        assert look.scalar(count) == 0
        with pytest.raises(Exception, match="read-only"):
            look.execute(update(Case).values(held=True))
