"""The one statement of the door: an event is stored once and as it came."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from app.db import BUSY_TIMEOUT_MS, DOOR_BUSY_TIMEOUT_MS, Database
from app.inbox.store import store_event
from app.models import InboxRow

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
RAW = b'\xff\x00{"a": "\\u0000\\ud800"}'


def stored(database: Database, message_id: str, body: bytes = RAW, **more: str) -> bool:
    return store_event(database, message_id=message_id, body=body, received_at=NOW, **more)  # type: ignore[arg-type]


def kept(database: Database) -> list[InboxRow]:
    with database.reading() as session:
        return list(session.scalars(select(InboxRow).order_by(InboxRow.id)))


def test_an_event_is_kept_byte_for_byte_and_waits(database: Database) -> None:
    assert stored(database, "msg_1")
    (row,) = kept(database)
    assert (row.message_id, row.body, row.state, row.attempts) == ("msg_1", RAW, "waiting", 0)
    assert (row.received_at, row.due_at, row.origin) == (NOW, NOW, "webhook")
    assert (row.lease_until, row.merchant_id, row.case_id, row.reason, row.done_at) == (None,) * 5


def test_the_origin_is_kept(database: Database) -> None:
    stored(database, "msg_1", origin="simulated")
    assert kept(database)[0].origin == "simulated"


def test_the_first_body_of_a_message_id_is_the_one_that_counts(database: Database) -> None:
    assert [stored(database, "msg_1", body) for body in (b"1", b"2", b"1")] == [True, False, False]
    assert [row.body for row in kept(database)] == [b"1"]


def test_a_thousand_copies_over_many_connections_are_one_row(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        new = list(pool.map(lambda _: stored(database, "msg_1"), range(1000)))
    assert new.count(True) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(InboxRow)) == 1


def test_a_stored_event_is_there_for_everybody_at_once(database: Database) -> None:
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(InboxRow)) == 0
        assert stored(database, "msg_1")
    assert len(kept(database)) == 1


def test_the_door_waits_less_for_a_busy_file_than_all_others(sqlite_database: Database) -> None:
    def patience(connection: Connection) -> object:
        return connection.exec_driver_sql("PRAGMA busy_timeout").scalar()

    with sqlite_database.autocommit() as connection:
        assert patience(connection) == DOOR_BUSY_TIMEOUT_MS
    with sqlite_database.reading() as session:
        assert patience(session.connection()) == BUSY_TIMEOUT_MS, "the same connection goes back to the pool"
