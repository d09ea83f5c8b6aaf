"""Events of requests that arrive together: one commit for all of them, an answer of its own for each."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as events
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.db import Database
from app.inbox.intake import Intake
from app.inbox.store import Event
from app.models import InboxRow
from app.presence import DatabaseAway, within
from tests.support.processes import wait_until

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def event(message_id: str, body: bytes = b"{}") -> Event:
    return Event(message_id=message_id, body=body, received_at=NOW, request_id=f"request of {message_id}")


def kept(database: Database) -> dict[str, bytes]:
    with database.reading() as session:
        rows = session.execute(select(InboxRow.message_id, InboxRow.body).order_by(InboxRow.id))
        return {row.message_id: row.body for row in rows}


@contextmanager
def inserts(database: Database) -> Iterator[list[str]]:
    """The statements of the door that are carried out meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("INSERT INTO inbox"):
            seen.append(statement)

    events.listen(database.engine, "before_cursor_execute", note)
    yield seen
    events.remove(database.engine, "before_cursor_execute", note)


@contextmanager
def nobody_may_write(database: Database) -> Iterator[None]:
    with database.transaction() as session:
        # On SQLite any statement of a transaction takes the lock of the file.
        session.execute(text("SELECT 1" if database.sqlite else "LOCK TABLE inbox IN EXCLUSIVE MODE"))
        yield


Post = Callable[[Event], "Future[bool]"]


@contextmanager
def during_a_write(database: Database, intake: Intake) -> Iterator[tuple[Post, "Future[bool]"]]:
    """Its first event is on its way and held up; what is posted meanwhile waits for company. At the end all may go on."""
    with ThreadPoolExecutor(8) as pool, inserts(database) as seen:
        with nobody_may_write(database):
            first = pool.submit(intake.store, event("msg_first"))
            wait_until(lambda: len(seen) == 1, "the first to write")
            count = 0

            def post(one: Event) -> "Future[bool]":
                nonlocal count
                count += 1
                posted = pool.submit(intake.store, one)
                wait_until(lambda: len(intake._waiting) == count, "the next to wait")
                return posted

            yield post, first
        assert first.result(10)


def test_who_come_during_a_write_are_written_together_and_answered_after_it(database: Database) -> None:
    with inserts(database) as seen, during_a_write(database, Intake(database)) as (post, first):
        posted = [post(event(f"msg_{number}")) for number in range(5)]
        assert not any(one.done() for one in (first, *posted)), "nobody is answered before the commit"
    assert [one.result(10) for one in posted] == [True] * 5
    assert len(seen) == 2
    assert list(kept(database)) == ["msg_first", *(f"msg_{number}" for number in range(5))]


def test_of_copies_that_are_written_together_the_first_counts(database: Database) -> None:
    with during_a_write(database, Intake(database)) as (post, _):
        posted = [post(event("msg_1", body)) for body in (b"1", b"2", b"3")]
        posted.append(post(event("msg_first", b"late")))
    assert [one.result(10) for one in posted] == [True, False, False, False]
    assert kept(database) == {"msg_first": b"{}", "msg_1": b"1"}


def test_an_event_that_cannot_be_stored_costs_the_others_nothing(database: Database) -> None:
    with during_a_write(database, Intake(database)) as (post, _):
        good, bad, also_good = post(event("msg_1")), post(event("msg_2", body=None)), post(event("msg_3"))  # type: ignore[arg-type]
    assert good.result(10) and also_good.result(10)
    with pytest.raises(IntegrityError):
        bad.result(10)
    assert list(kept(database)) == ["msg_first", "msg_1", "msg_3"]


def test_an_error_that_nobody_foresaw_is_never_taken_for_stored(database: Database) -> None:
    with during_a_write(database, Intake(database)) as (post, _):
        good, odd = post(event("msg_1")), post(event(None))  # type: ignore[arg-type]
    assert isinstance(odd.exception(10), TypeError)
    assert isinstance(good.exception(10), DatabaseAway), "Whop sends it again"
    assert list(kept(database)) == ["msg_first"]


def test_many_posts_of_ten_events_are_ten_rows(database: Database) -> None:
    intakes = [Intake(database), Intake(database)]  # as of two processes
    with ThreadPoolExecutor(8) as pool:

        def post(number: int) -> bool:
            return intakes[number % 2].store(event(f"msg_{number * 7 % 10}"))

        new = list(pool.map(post, range(200)))
    assert new.count(True) == 10
    assert len(kept(database)) == 10


@pytest.mark.parametrize("dsn", ["postgresql+psycopg2://nobody@127.0.0.1:1/none", "sqlite:///{folder}"])
def test_where_the_database_is_gone_each_is_told_and_nobody_hangs(dsn: str, tmp_path: Path) -> None:
    database = Database(dsn.format(folder=tmp_path))
    intake = Intake(database)
    with ThreadPoolExecutor(8) as pool:
        posted = [pool.submit(intake.store, event(f"msg_{number}")) for number in range(40)]
        errors = [one.exception(10) for one in posted]
    assert all(isinstance(error, DBAPIError) for error in errors)
    database.close()


def test_nobody_waits_longer_than_they_may(postgres_database: Database) -> None:
    def impatient() -> bool:
        with within(0.2):
            return intake.store(event("msg_impatient"))

    intake = Intake(postgres_database)
    with during_a_write(postgres_database, intake) as (_, first), ThreadPoolExecutor(1) as pool:
        assert isinstance(pool.submit(impatient).exception(10), DatabaseAway)
        assert not first.done()
    assert list(kept(postgres_database)) == ["msg_first"], "who has been told no is not stored after all"
    with nobody_may_write(postgres_database), pytest.raises(DBAPIError):
        impatient()
    assert intake.store(event("msg_2")), "and the way is free for others"
