"""Machines of one install, each with its own folder and lines to PostgreSQL, Redis and the mail server.

What one does counts for all, and one that is cut off alone stops nobody and repeats nothing.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from app.clock import SystemClock
from app.db import Database
from app.invariants import hourly
from app.models import Chore, Delivery, InboxRow, Step
from tests.faults.conftest import crowd, locked, many
from tests.faults.figures import Figures
from tests.faults.test_kill import ENDED, MANY, copies, count
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.machines import Fleet, Machine, fleet
from tests.support.processes import terminated, wait_until
from tests.support.redis_server import RedisServer, redis_server
from tests.support.smtp_server import SmtpServer
from tests.support.visitor import Visitor
from tests.support.world import World

pytestmark = [pytest.mark.processes, crowd, pytest.mark.timeout(900)]

SIGN_INS = 20
"""Of one address in a quarter of an hour."""
WORKERS = ("one", "two", "three", "four")
EVENTS = 1_000 if MANY else 80
CHORES_SECONDS = 120.0 if MANY else 0.0
"""How long the chores of all machines are watched."""
ANSWER_S = 4.0
"""How long the mail server thinks about a message."""
AWAITED_S = 120.0
"""Longer than any lease."""
DIARY = """
CREATE TABLE diary (id bigserial, name text, begun boolean, due_at timestamptz, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION note_chore() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO diary (name, begun, due_at) VALUES (NEW.name, NEW.state = 'claimed', NEW.due_at);
  RETURN NULL;
END $$;
CREATE TRIGGER note_chore AFTER UPDATE ON chore FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
EXECUTE FUNCTION note_chore();
"""


@pytest.fixture
def database(away: Database) -> Database:
    return away


@pytest.fixture
def world(database: Database) -> World:
    """Three hours ago; so the first reminder of an expired card has been due for two."""
    return World(database, FixedClock(SystemClock().now() - timedelta(hours=3)))


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def counts(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture
def machines(database: Database, counts: RedisServer, mail: SmtpServer, tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path, database.url, counts, mail) as starting:
        yield starting


def test_two_webs_are_one_to_whoever_asks(machines: Fleet, figures: Figures) -> None:
    here, there = machines.start("web", "a", "b")
    with Visitor(here.address) as at_one, Visitor(there.address, ip=at_one.ip) as at_other:
        at_one.sign_in()
        at_other.cookies = dict(at_one.cookies)
        assert at_other.get("/dashboard").status_code == 200
        assert at_other.post("/auth/logout", data={"csrf_token": at_one.token()}).status_code == 302
        assert at_one.get("/dashboard").headers["Location"].startswith("/auth/")
        asked = [at_one.get("/auth/dev").status_code for _ in range(SIGN_INS - 1)]
        assert (set(asked), at_other.get("/auth/dev").status_code) == ({302}, 429)
        here.cut("redis")
        assert at_one.get("/auth/dev").status_code == 302, "it counts by itself now, from nothing"
        assert at_other.get("/auth/dev").status_code == 429
    figures.add(webs=2)


def test_four_workers_share_the_work_once_and_their_counts_add_up(
    database: Database, machines: Fleet, mail: SmtpServer, figures: Figures
) -> None:
    keep_diary(database)
    webs = machines.start("web", "a", "b")
    workers = machines.start("worker", *WORKERS)
    with Visitor(webs[0].address) as one, Visitor(webs[1].address) as other:
        for number, event in enumerate(failures_at(SystemClock().now() - timedelta(hours=3), EVENTS)):
            body, signed = whop.signed(event, now=datetime.now(UTC))
            door = (one, other)[number % 2]
            assert door.post("/webhooks/whop", content=body, headers={**signed}).status_code == 200
    wait_until(lambda: count(database, Step, *ENDED) == EVENTS, "every message", patience=600)
    assert (len(copies(mail)), set(copies(mail).values())) == (EVENTS, {1})
    time.sleep(CHORES_SECONDS)
    runs = each_chore_once_more(database)
    assert summed(webs, "autocharge_http_requests_total", endpoint="webhooks.whop", status="2xx") == EVENTS
    shares = [worker.counts().sum("autocharge_events_processed_total", outcome="done") for worker in workers]
    assert sum(shares) == count(database, InboxRow, "done") == EVENTS
    assert all(shares) or not MANY, "each had some"
    assert summed(workers, "autocharge_deliveries_total", outcome="sent") == sent(database) == EVENTS
    assert summed(workers, "autocharge_deliveries_total") == EVENTS
    assert [terminated(machine.process) for machine in (*webs, *workers)] == [0] * 6
    figures.add(sends=len(mail.messages), doubles=len(mail.messages) - EVENTS, runs_of_chores=runs)


@many
@pytest.mark.parametrize("back_in_time", [True, False])
def test_a_worker_cut_off_from_the_database_in_mid_send_repeats_nothing(
    database: Database, world: World, machines: Fleet, mail: SmtpServer, figures: Figures, back_in_time: bool
) -> None:
    """Its message arrives. Back before the lease ends it records it; else the message stays unknown."""
    cut_off, *others = in_mid_send(world, machines, mail)
    cut_off.cut("database")
    began = time.monotonic()
    others_go_on(world, 20)
    assert first_step(database) == "sending"
    wait_until(lambda: len(mail.messages) == 21, "the message of the machine that is cut off")
    if not back_in_time:
        wait_until(lambda: first_step(database) == "unknown", "the lease's end", patience=AWAITED_S)
    cut_off.mend()
    figures.longest(cut_off_for=time.monotonic() - began)
    ended = "sent" if back_in_time else "unknown"
    wait_until(lambda: first_step(database) == ended, "its end")
    comes_back(world, cut_off, others)
    assert first_step(database) == ended
    assert (len(copies(mail)), set(copies(mail).values())) == (22, {1})
    figures.add(sends=22, doubles=0, unknown=int(not back_in_time))


def test_a_machine_that_is_gone_in_mid_send_leaves_one_unknown(
    database: Database, world: World, machines: Fleet, mail: SmtpServer, figures: Figures
) -> None:
    """All of its lines at once, and no server is told. What the mail server had heard is not said again."""
    gone, *others = in_mid_send(world, machines, mail)
    gone.cut()
    began = time.monotonic()
    others_go_on(world, 20)
    assert first_step(database) == "sending"
    if not MANY:
        its_lease_ends(database)
    wait_until(lambda: first_step(database) == "unknown", "the lease's end", patience=AWAITED_S)
    figures.longest(known_to_be_unknown_after=time.monotonic() - began)
    gone.mend()
    comes_back(world, gone, others)
    assert first_step(database) == "unknown"
    assert (len(copies(mail)), set(copies(mail).values())) == (22, {1})
    figures.add(sends=22, doubles=0, unknown=1)


@many
def test_a_machine_that_is_gone_in_mid_transaction_keeps_its_locks_for_half_a_minute(
    database: Database, world: World, machines: Fleet, figures: Figures
) -> None:
    """It hangs up on nobody: the server itself ends what it had begun, and the others get past it."""
    hears(world, failures_at(world.now, 40, merchants=1))
    (gone,) = machines.start("worker", "one")
    with locked(database, "case") as waiting:
        wait_until(lambda: waiting() >= 1, "an event in hand", child=gone.process)
        gone.cut()
    began = time.monotonic()
    others = machines.start("worker", *WORKERS[1:])
    wait_until(lambda: count(database, InboxRow, "done") > 0, "the merchant's next", patience=AWAITED_S)
    figures.longest(locks_kept_for=time.monotonic() - began)
    wait_until(lambda: count(database, InboxRow, "done") == 40, "every event", patience=AWAITED_S)
    assert len(world.cases()) == 40
    gone.mend()
    assert [terminated(machine.process) for machine in (gone, *others)] == [0] * 4


def failures_at(at: datetime, number: int, *, first: int = 0, merchants: int = 20) -> Iterator[whop.Event]:
    """Renewals of many people that failed then; each merchant's are too few to be held back as a flood."""
    for one in range(first, first + number):
        yield whop.payment_failed(
            decline_code="expired_card", payment_id=f"pay_{one}", user_id=f"user_{one}", member_id=f"mber_{one}",
            membership_id=f"mem_{one}", email=f"customer{one}@example.com", account_id=f"biz_{one % merchants}",
            message_id=f"msg_{one}", at=at,
        )  # fmt: skip


def hears(world: World, events: Iterable[whop.Event]) -> None:
    """As a web would have taken them; the workers do the rest."""
    for event in events:
        world.store(event)


def in_mid_send(world: World, machines: Fleet, mail: SmtpServer) -> list[Machine]:
    """Four workers, of which the first holds a message that the mail server has heard and not answered."""
    workers = machines.start("worker", *WORKERS, WORKER_THREADS="2")
    mail.delay = ANSWER_S
    hears(world, failures_at(world.now, 1))
    wait_until(lambda: mail.heard == 1, "the message")
    mail.delay = 0.0
    return sorted(workers, key=lambda worker: worker.lines["mail"].lines, reverse=True)


def others_go_on(world: World, number: int) -> None:
    hears(world, failures_at(world.now, number, first=1))
    wait_until(lambda: count(world.database, Step, "sent") == number, "the others' messages")


def comes_back(world: World, back: Machine, others: list[Machine]) -> None:
    """Alone it sends one more message, and ends in order."""
    assert [terminated(other.process) for other in others] == [0] * len(others)
    before = count(world.database, Step, "sent")
    hears(world, failures_at(world.now, 1, first=21))
    wait_until(
        lambda: count(world.database, Step, "sent") == before + 1, "one more message",
        child=back.process, patience=AWAITED_S,
    )  # fmt: skip
    assert terminated(back.process) == 0


def first_step(database: Database) -> str | None:
    with database.reading() as read:
        return read.scalar(select(Step.state).order_by(Step.id).limit(1))


def its_lease_ends(database: Database) -> None:
    """As if its time had passed; the leases of those that are at work stay as they are."""
    past = SystemClock().wall() - timedelta(seconds=1)
    with database.transaction() as session:
        first = select(func.min(Step.id)).scalar_subquery()
        session.execute(update(Step).where(Step.id == first).values(lease_until=past))
        session.execute(update(Delivery).where(Delivery.step_id == first).values(lease_until=past))


def sent(database: Database) -> int:
    with database.reading() as read:
        wanted = select(func.count()).select_from(Delivery).where(Delivery.outcome == "sent")
        return read.scalar(wanted) or 0


def summed(machines: Iterable[Machine], name: str, **labels: str) -> float:
    return sum(machine.counts().sum(name, **labels) for machine in machines)


def keep_diary(database: Database) -> None:
    """From now on the server itself writes down each beginning and end of a chore."""
    with database.transaction() as session:
        session.execute(text(DIARY))


def each_chore_once_more(database: Database) -> int:
    """All are made due at the same moment under the eyes of all workers; how often chores ran from the start on."""
    forced = SystemClock().wall()
    with database.transaction() as session:
        session.execute(update(Chore).values(due_at=forced))
    wait_until(lambda: done_since(database, forced), "each chore's end", patience=AWAITED_S)
    with database.reading() as read:
        lines = read.execute(text("SELECT name, begun, at, due_at FROM diary ORDER BY id")).all()
    by_name: dict[str, list[Any]] = {}
    for line in lines:
        by_name.setdefault(line.name, []).append(line)
    for name, of_one in by_name.items():
        assert [line.begun for line in of_one] == [True, False] * (len(of_one) // 2), name
        for ended, begun in zip(of_one[1::2], of_one[2::2], strict=False):
            assert begun.at >= min(ended.due_at, forced), name
    assert len(by_name[hourly.NAME]) == 4, "at the start and when it was made due"
    return sum(line.begun for line in lines)


def done_since(database: Database, moment: datetime) -> bool:
    with database.reading() as read:
        left = (
            select(func.count())
            .select_from(Chore)
            .where((Chore.done_at <= moment) | (Chore.state != "waiting"))
        )
        return read.scalar(left) == 0
