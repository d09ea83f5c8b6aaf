"""A case's page tells its whole story and lets its merchant, and nobody else, pause, resume and close it."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Audit, Case, Merchant, Step
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token, signed_in

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def case(merchant: Merchant, database: Database, clock: FixedClock) -> Case:
    """Open, with one message sent, one left out and one planned."""
    now = clock.now()
    with database.transaction() as session:
        made = seeded.case(session, merchant, at=now - 2 * DAY, payment={"next_attempt_at": now + DAY})
        first = seeded.step(session, made, position=1, due_at=now - DAY)
        seeded.delivery(session, first, at=now - DAY)
        seeded.visit(session, made, at=now - 20 * HOUR)
        seeded.step(
            session, made, position=2, due_at=now - HOUR, state="skipped", ended_at=now - HOUR,
            wording_key="funds.second", outcome_why={"code": "no_address"},
        )  # fmt: skip
        seeded.step(session, made, position=3, due_at=now + 2 * DAY, wording_key="funds.last")
        return made


def do(client: FlaskClient, case: Case, deed: str) -> str:
    """The page after it, with what the merchant is told."""
    answer = client.post(f"/dashboard/cases/{case.id}/{deed}", data={"csrf_token": csrf_token(client)})
    assert (answer.status_code, answer.location) == (303, f"/dashboard/cases/{case.id}")
    return client.get(answer.location).get_data(as_text=True)


def state_of(database: Database, case: Case) -> tuple[str, bool]:
    with database.reading() as session:
        found = session.get_one(Case, case.id)
        return found.state, found.held


def test_the_page_says_why_it_stands_so_what_was_and_what_comes(
    signed_in_client: FlaskClient, case: Case
) -> None:
    text = signed_in_client.get(f"/dashboard/cases/{case.id}").get_data(as_text=True)
    for sentence in (
        "The payment is still unpaid, and the campaign is running.",
        "Funds or limits",
        "a later day often works",
        "First reminder sent by e-mail",
        "Your payment for Options Lab did not go through",
        "Second reminder was not sent",
        "No address of this customer is known for this channel.",
        "The customer went on from the fix page to Whop",
        "Last reminder",
        "Whop tries the charge again by itself",
        "If nothing comes in, the case closes as lost",
        "insufficient_funds",
    ):
        assert sentence in text


def test_a_message_says_why_it_went_by_its_channel_and_a_missing_one_what_the_campaign_leaves_out(
    signed_in_client: FlaskClient, case: Case, database: Database
) -> None:
    by = {
        "telegram": {"code": "channel_preferred", "channel": "telegram"},
        "email": {"code": "channel_of_campaign", "channel": "email", "left_out": ["discord"]},
    }
    left_out = {"code": "channels_left_out", "left_out": ["email", "whop_chat"]}
    with database.transaction() as session:
        first, second, _last = session.scalars(select(Step).order_by(Step.position))
        first.why, second.outcome_why = {**first.why, "by": by}, left_out
    text = signed_in_client.get(f"/dashboard/cases/{case.id}").get_data(as_text=True)
    assert "By e-mail: the first that can be used, in your campaign&#39;s order." in text
    assert "Your campaign leaves out Discord." in text
    assert "By Telegram" not in text
    assert "No channel that your campaign uses reaches this customer." in text
    assert "Your campaign leaves out e-mail, Whop chat." in text


def test_names_and_messages_are_shown_as_text(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    hostile = "<script>alert(1)</script>"
    with database.transaction() as session:
        made = seeded.case(session, merchant, at=clock.now(), name=hostile, product=hostile)
        step = seeded.step(session, made, due_at=clock.now())
        content = {**seeded.MESSAGE, "greeting": hostile, "subject": hostile}
        seeded.delivery(session, step, at=clock.now(), content=content)
    text = signed_in_client.get(f"/dashboard/cases/{made.id}").get_data(as_text=True)
    assert "alert(1)" in text and hostile not in text


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("pending", "clearing"),
        ("paused", "complaint_open"),
        ("recovered", "paid"),
        ("lost", "customer_canceled"),
        ("reversed", "disputed"),
        ("void", "voided"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_case_in_every_state_has_its_page(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock,
    state: str, reason: str, language: str,
) -> None:  # fmt: skip
    with database.transaction() as session:
        made = seeded.case(
            session, merchant, at=clock.now() - DAY, state=state, reason=reason, amount_minor=None,
            currency=None, name=None, email=None, product=None, decline_class="U",
            payment={"decline_code": None},
        )  # fmt: skip
    answer = signed_in_client.get(f"/dashboard/cases/{made.id}?lang={language}")
    assert answer.status_code == 200


def test_a_merchant_pauses_resumes_and_closes_a_case(
    signed_in_client: FlaskClient, case: Case, database: Database
) -> None:
    assert "The case is paused." in do(signed_in_client, case, "pause")
    assert state_of(database, case) == ("paused", True)
    assert "The case goes on." in do(signed_in_client, case, "resume")
    assert state_of(database, case) == ("open", False)
    assert "The case is closed." in do(signed_in_client, case, "close")
    assert state_of(database, case) == ("lost", False)
    with database.reading() as session:
        left = session.scalars(select(Step).where(Step.case_id == case.id, Step.state == "planned")).all()
        actors = session.scalars(
            select(Audit.actor).where(Audit.case_id == case.id, Audit.action.startswith("case_"))
        ).all()
    assert left == []
    assert sum(actor.startswith("user:") for actor in actors) == 3


def test_what_cannot_be_done_is_said_and_changes_nothing(
    signed_in_client: FlaskClient, case: Case, database: Database
) -> None:
    assert "cannot be resumed" in do(signed_in_client, case, "resume")
    do(signed_in_client, case, "close")
    for deed in ("pause", "resume", "close"):
        assert "cannot be" in do(signed_in_client, case, deed)
    assert state_of(database, case) == ("lost", False)


def test_a_closed_case_offers_nothing_to_do(signed_in_client: FlaskClient, case: Case) -> None:
    assert f"/dashboard/cases/{case.id}/close" not in do(signed_in_client, case, "close")


@pytest.mark.parametrize("deed", ["pause", "resume", "close"])
def test_without_its_token_nothing_is_done(
    signed_in_client: FlaskClient, case: Case, database: Database, deed: str
) -> None:
    assert signed_in_client.post(f"/dashboard/cases/{case.id}/{deed}").status_code == 400
    assert state_of(database, case) == ("open", False)


@pytest.mark.parametrize("deed", ["pause", "resume", "close"])
def test_looking_at_a_deeds_address_does_nothing(
    signed_in_client: FlaskClient, case: Case, database: Database, deed: str
) -> None:
    assert signed_in_client.get(f"/dashboard/cases/{case.id}/{deed}").status_code == 405
    assert state_of(database, case) == ("open", False)


def test_another_merchants_case_does_not_exist(app: Flask, case: Case, database: Database) -> None:
    stranger = signed_in(app, "biz_B")
    token = csrf_token(stranger)
    for number in (case.id, case.id + 1000, 10**30):
        assert stranger.get(f"/dashboard/cases/{number}").status_code == 404
        for deed in ("pause", "resume", "close"):
            answer = stranger.post(f"/dashboard/cases/{number}/{deed}", data={"csrf_token": token})
            assert answer.status_code == 404
    assert state_of(database, case) == ("open", False)
