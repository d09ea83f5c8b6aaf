"""The tallies are at every moment what counting the cases and messages themselves gives."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, text, update

from app.cases.tally_recount import differing_tallies, put_right
from app.cases.tally_upkeep import put_together
from app.db import Database
from app.migrate import downgrade, upgrade
from app.models import TALLIES, Case, CaseTally, Delivery, Merchant, MessageTally, Payment
from app.models.tally import ALL
from tests.support import seeded

AT = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def shop(database: Database) -> Merchant:
    """Cases of every kind, with messages, offers, and people of both groups."""
    with database.transaction() as session:
        owner = seeded.merchant(session, "biz_A", now=AT)
        for number, hours in enumerate((-3, 0, 1, 47, 49, 20 * 24, 90 * 24)):
            paid = seeded.case(
                session, owner, at=AT + number * HOUR, state="recovered", reason="paid",
                recovered_after=hours * HOUR, draw_share=0.1, payment={"product_id": f"prod_{number % 2}"},
            )  # fmt: skip
            step = seeded.step(session, paid, due_at=AT)
            seeded.delivery(session, step, at=AT, outcome="unknown" if number % 2 else "sent")
            paid.attribution, paid.attribution_step_id = "message", step.id
        seeded.case(session, owner, at=AT, draw_share=0.1, arm="control", currency=None, amount_minor=None)
        seeded.case(session, owner, at=AT, decline_class="J", state="recovered", recovered_after=HOUR)
        seeded.case(session, owner, at=AT - 40 * DAY, origin="backfill", state="lost", reason="voided")
        offered = seeded.case(session, owner, at=AT, state="lost", reason="membership_ended")
        seeded.delivery(session, seeded.step(session, offered, due_at=AT, kind="winback"), at=AT)
        return owner


def wrong(database: Database) -> list[str]:
    with database.reading() as read:
        return differing_tallies(read)


def rows(database: Database) -> int:
    with database.reading() as read:
        return sum(read.scalar(select(func.count()).select_from(tally)) or 0 for tally in TALLIES)


def test_every_case_and_message_is_counted_once(database: Database) -> None:
    shop(database)
    assert wrong(database) == []
    with database.reading() as read:
        all_cases = select(func.sum(CaseTally.cases)).where(CaseTally.product_id == ALL)
        assert read.scalar(all_cases) == read.scalar(select(func.count(Case.id)))
        messages = select(func.sum(MessageTally.messages)).where(MessageTally.product_id == ALL)
        sent = read.scalar(messages.where(MessageTally.what != "recovered"))
        assert sent == 7


CHANGES: dict[str, Callable[[], object]] = {
    "states": lambda: update(Case).values(state="reversed", taken_back_minor=4900),
    "an earlier failure": lambda: update(Case).values(opened_at=AT - 3 * DAY),
    "a later payment": lambda: update(Case).values(recovered_at=AT + 50 * DAY, paid_on=None),
    "another class": lambda: update(Case).values(decline_class="J"),
    "another arm": lambda: update(Case).values(arm="control", draw_share=None),
    "another amount": lambda: update(Case).values(amount_minor=None, currency=None),
    "no attribution": lambda: update(Case).values(attribution=None, attribution_step_id=None),
    "another origin": lambda: update(Case).values(origin="backfill"),
    "another product": lambda: update(Payment).values(product_id="prod_9"),
    "no product": lambda: update(Payment).values(product_id=None),
    "outcomes": lambda: update(Delivery).values(outcome="gave_up"),
    "channels": lambda: update(Delivery).values(channel="telegram"),
    "lost messages": lambda: delete(Delivery),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_counted_whoever_makes_it(database: Database, change: str) -> None:
    shop(database)
    with database.transaction() as session:
        session.execute(CHANGES[change]())  # type: ignore[call-overload]
    assert wrong(database) == []


def test_what_is_rolled_back_was_never_counted(database: Database) -> None:
    shop(database)
    before = rows(database)
    with database.reading() as session:
        session.execute(update(Case).values(state="lost"))
        session.rollback()
    assert rows(database) == before and wrong(database) == []


def test_rows_of_one_key_are_put_together_without_a_change_of_the_sums(database: Database) -> None:
    shop(database)
    with database.transaction() as session:
        for state in ("open", "lost"):
            session.execute(update(Case).values(state=state))
    many = rows(database)
    assert put_together(database, enough=1) > 0
    assert rows(database) < many / 3
    assert wrong(database) == []
    assert put_together(database, enough=1) == 0
    with database.reading() as read:
        assert not any(read.scalar(select(func.count()).where(tally.fresh)) for tally in TALLIES)


def test_a_tally_that_is_wrong_is_named(database: Database) -> None:
    shop(database)
    with database.transaction() as session:
        session.execute(
            update(CaseTally).where(CaseTally.state == "open", CaseTally.product_id == ALL).values(cases=2)
        )
    (line,) = wrong(database)
    assert line.startswith("case_tally of ") and "state open" in line
    assert "(2, 0, 0) kept, (1, 0, 0) counted" in line


def test_tallies_that_are_wrong_are_put_right_and_right_ones_left_alone(database: Database) -> None:
    shop(database)
    assert put_right(database) == 0
    with database.transaction() as session:
        session.execute(delete(MessageTally))
        session.execute(update(CaseTally).values(cases=CaseTally.cases + 1))
        session.execute(text("UPDATE drawn_tally SET people = 7, paid_on = 3"))
    broken = len(wrong(database))
    assert (put_right(database), broken > 3) == (broken, True)
    assert wrong(database) == []


def test_an_install_that_upgrades_counts_what_it_has(database: Database) -> None:
    shop(database)
    downgrade(database, "0018")
    with database.transaction() as session:
        session.execute(text("UPDATE \"case\" SET decline_class = 'B'"))
    upgrade(database)
    assert wrong(database) == []
    assert rows(database) > 0
