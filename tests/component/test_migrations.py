"""The scripts build what the models say, on both databases, and can be undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text

from app.db import Database
from app.migrate import current, downgrade, newest, upgrade
from app.models import Alert, AlertDelivery, Base, LinkedAccount, Merchant
from tests.support import postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/empty.db")
        yield database
        database.close()
        return
    with postgres.fresh_database(postgres.make_url(request.getfixturevalue("postgres_server"))) as url:
        database = Database(url.render_as_string(hide_password=False))
        yield database
        database.close()


def test_up_down_and_up_again(empty: Database) -> None:
    upgrade(empty)
    assert current(empty) == newest()
    downgrade(empty, "base")
    assert set(inspect(empty.engine).get_table_names()) <= {"alembic_version"}
    upgrade(empty)
    assert set(Base.metadata.tables) <= set(inspect(empty.engine).get_table_names())


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    upgrade(empty)
    assert current(empty) == newest()


def test_a_database_of_a_later_release_is_left_as_it_is(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    upgrade(empty)
    assert current(empty) == "9999"
    assert set(Base.metadata.tables) <= set(inspect(empty.engine).get_table_names())


def test_the_scripts_build_exactly_what_the_models_say(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


MERCHANT = (
    "INSERT INTO merchant (id, biz_id, zone, locale, hash_key, created_at)"
    " VALUES (:id, :biz_id, 'UTC', 'en', :key, '2026-11-01 00:00:00+00:00')"
)
CUSTOMER = (
    "INSERT INTO customer (id, merchant_id, identity, complaints, seen_at, created_at)"
    " VALUES (:id, :id, 'user_1', '{}', '2026-11-01 00:00:00+00:00', '2026-11-01 00:00:00+00:00')"
)


def test_the_release_before_goes_on_writing_and_what_it_wrote_survives_both_ways(empty: Database) -> None:
    def write(number: int) -> None:
        with empty.engine.begin() as connection:
            connection.execute(text(MERCHANT), {"id": number, "biz_id": f"biz_{number}", "key": b"k" * 32})
            connection.execute(text(CUSTOMER), {"id": number})

    upgrade(empty, "0003")
    write(1)
    upgrade(empty)
    write(2)
    with empty.transaction() as session:
        merchants = session.scalars(select(Merchant).order_by(Merchant.id)).all()
        assert [(one.digest_on, one.digest_hour, one.wording_number) for one in merchants] == [
            (True, 9, 0)
        ] * 2
        at = merchants[0].created_at
        account = {"customer_id": 1, "channel": "telegram", "address": "7", "linked_at": at}
        session.add(LinkedAccount(**account))
        alert = Alert(merchant_id=1, kind="digest", key="x", urgency="instant", state="told", at=at)
        session.add(alert)
        session.flush()
        session.add(AlertDelivery(alert_id=alert.id, place="email", state="sent", due_at=at, attempts=1))
    downgrade(empty, "0003")
    with empty.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM customer")).scalar() == 2
    upgrade(empty)
