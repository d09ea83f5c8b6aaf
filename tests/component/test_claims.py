"""Rows as jobs: who gets one, who may finish it, and what becomes of those whose worker is gone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from app.claims import Claim, Times, claim_due, expired, holding, move
from app.db import Database
from app.models import Chore

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=1)
TIMES = Times(now=NOW, wall=NOW + timedelta(days=300))


def rows(database: Database, *ages: int, **changes: object) -> list[int]:
    """Chores that have been due for so many seconds."""
    values: dict[str, object] = {"state": "waiting", "attempts": 0, **changes}
    with database.transaction() as session:
        made = [
            Chore(name=f"chore_{number}", due_at=NOW - age * SECOND, **values)
            for number, age in enumerate(ages)
        ]
        session.add_all(made)
        session.flush()
        return [row.id for row in made]


def row(database: Database, row_id: int) -> Chore:
    with database.reading() as session:
        return session.get_one(Chore, row_id)


def claimed(database: Database, limit: int, *, times: Times = TIMES) -> list[Claim]:
    with database.transaction() as session:
        return claim_due(session, Chore, waiting="waiting", times=times, lease=LEASE, limit=limit)


def test_what_is_due_is_claimed_up_to_the_limit_and_the_oldest_first(database: Database) -> None:
    ids = rows(database, 5, 50, 0, -1, 500)
    first = claimed(database, 2)
    assert {claim.row_id for claim in first} == {ids[4], ids[1]}
    assert {claim.row_id for claim in claimed(database, 10)} == {ids[0], ids[2]}
    assert claimed(database, 10) == []


def test_of_rows_due_at_one_moment_the_first_made_comes_first(database: Database) -> None:
    ids = rows(database, 7, 7, 7)
    assert [claimed(database, 1)[0].row_id for _ in ids] == ids


def test_a_claim_has_a_fence_and_a_lease_by_the_machines_time(database: Database) -> None:
    (row_id,) = rows(database, 1)
    assert claimed(database, 1) == [Claim(row_id, 1)]
    found = row(database, row_id)
    assert (found.state, found.attempts, found.lease_until) == ("claimed", 1, TIMES.wall + LEASE)
    with database.transaction() as session:
        assert move(session, Chore, Claim(row_id, 1), values={"state": "waiting"})
    assert claimed(database, 1) == [Claim(row_id, 2)]


@pytest.mark.parametrize("state", ["claimed", "done"])
def test_only_what_waits_is_claimed(state: str, database: Database) -> None:
    rows(database, 1, state=state)
    assert claimed(database, 1) == []


def test_a_row_is_completed_by_its_newest_claim_alone(database: Database) -> None:
    (row_id,) = rows(database, 1)
    (late,) = claimed(database, 1)
    with database.transaction() as session:
        assert move(session, Chore, late, values={"state": "waiting"})
    (fresh,) = claimed(database, 1)
    with database.transaction() as session:
        assert not move(session, Chore, late, values={"state": "done"})
        assert holding(session, Chore, late) is None
        held = holding(session, Chore, fresh)
        assert held is not None and held.id == row_id
        assert not move(session, Chore, fresh, held="sending", values={"state": "done"})
    assert row(database, row_id).state == "claimed"
    with database.transaction() as session:
        assert move(session, Chore, fresh, values={"state": "done"})
        assert holding(session, Chore, fresh) is None
    assert row(database, row_id).state == "done"


def test_a_lease_has_run_out_only_after_its_last_moment(database: Database) -> None:
    rows(database, 1, 2, 3)
    claims = claimed(database, 10)
    end = TIMES.wall + LEASE
    with database.transaction() as session:
        assert expired(session, Chore, held="claimed", wall=end) == []
        assert expired(session, Chore, held="sending", wall=end + SECOND) == []
        found = expired(session, Chore, held="claimed", wall=end + SECOND)
        assert sorted(found, key=lambda one: one.row_id) == sorted(claims, key=lambda one: one.row_id)
        assert len(expired(session, Chore, held="claimed", wall=end + SECOND, limit=2)) == 2


def test_workers_that_claim_at_once_never_get_the_same_row(database: Database) -> None:
    ids = rows(database, *range(1, 41))
    start = Barrier(4)

    def work() -> list[int]:
        start.wait()
        mine: list[int] = []
        while claims := claimed(database, 3):
            mine += [claim.row_id for claim in claims]
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = [row_id for one in [pool.submit(work) for _ in range(4)] for row_id in one.result()]
    assert sorted(taken) == sorted(ids)


@pytest.fixture
def impatient(postgres_database: Database, postgres_dsn: str) -> Iterator[Database]:
    """The same database for somebody who would rather fail than wait for a lock."""
    database = Database(f"{postgres_dsn}{'&' if '?' in postgres_dsn else '?'}options=-clock_timeout%3D2000")
    yield database
    database.close()


def test_a_row_that_somebody_is_claiming_is_skipped_and_not_waited_for(
    postgres_database: Database, impatient: Database
) -> None:
    ids = rows(postgres_database, 30, 20, 10)
    with postgres_database.transaction() as first:
        mine = claim_due(first, Chore, waiting="waiting", times=TIMES, lease=LEASE, limit=2)
        theirs = claimed(impatient, 10)
    assert {claim.row_id for claim in mine} == set(ids[:2])
    assert [claim.row_id for claim in theirs] == ids[2:]


def test_a_lease_that_somebody_is_freeing_is_skipped(
    postgres_database: Database, impatient: Database
) -> None:
    rows(postgres_database, 1)
    claimed(postgres_database, 1)
    late = TIMES.wall + 2 * LEASE
    with postgres_database.transaction() as first, impatient.transaction() as second:
        assert len(expired(first, Chore, held="claimed", wall=late)) == 1
        assert expired(second, Chore, held="claimed", wall=late) == []


def test_a_claim_that_is_not_committed_is_not_made(database: Database) -> None:
    (row_id,) = rows(database, 1)

    def torn() -> None:
        with database.transaction() as session:
            claim_due(session, Chore, waiting="waiting", times=TIMES, lease=LEASE, limit=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        torn()
    with database.reading() as session:
        assert session.scalars(select(Chore.attempts)).all() == [0]
    assert claimed(database, 1) == [Claim(row_id, 1)]
