"""A campaign's picture beside Whop's own work, what it would have done for real cases, and its versions."""

import html
import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Attempt, Audit, Case, Merchant
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token, signed_in
from tests.web.test_campaign import GOOD, HOURS, INDEX, NEW, page, post, rows, save, ticked
from tests.web.test_dashboard_events import MOST_QUERIES, counted

HOUR = timedelta(hours=1)


def plain(text: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", text)).split())


def rehearsed(text: str) -> str:
    return plain(text[text.index('id="rehearsed"') :].partition("</section>")[0])


def test_the_picture_shows_whops_own_charges_as_they_were(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    assert 'class="days-whop"' not in page(signed_in_client)
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=clock.now())
        for hours, trigger in ((0, "whop"), (24, "whop"), (48, "ours"), (200, "whop")):
            session.add(
                Attempt(
                    payment_id=case.payment_id,
                    at=clock.now() + hours * HOUR,
                    outcome="failed",
                    trigger=trigger,
                )
            )
    text = page(signed_in_client)
    assert re.findall(r'class="days-whop" x="([\d.]+)%"', text) == ["20.0"]
    assert "It publishes neither how often nor when" in text
    assert "Charges again and mails the customer over these five days" in text  # the same in the table


def test_the_newest_cases_are_lived_through_again(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        paid = seeded.case(
            session, merchant, at=clock.now() - 96 * HOUR, name="Paid Early", state="recovered", reason="paid",
            recovered_after=30 * HOUR,
        )  # fmt: skip
        step = seeded.step(session, paid, due_at=paid.opened_at + 24 * HOUR)
        seeded.delivery(session, step, at=paid.opened_at + 24 * HOUR)
        seeded.case(session, merchant, at=clock.now() - 95 * HOUR, name="Alone", arm="control")
        seeded.case(session, merchant, at=clock.now() - 94 * HOUR, name="Past", origin="backfill")
    hours = {**HOURS, "offsets.A.first": "12"}
    answer = save(signed_in_client, deed="preview", **hours)
    told = rehearsed(answer.get_data(as_text=True))
    assert "Paid Early" in told and "24 h First reminder, 12 h 2 more were not needed" in told
    assert "In the control group" in told
    assert "Past" not in told
    assert "By e-mail: the first that can be used, in the usual order." in told
    answer = save(signed_in_client, deed="preview", **ticked("telegram"), **hours)
    assert (
        "No channel that your campaign uses reaches this customer. Your campaign leaves out e-mail."
        in rehearsed(answer.get_data(as_text=True))
    )
    answer = save(signed_in_client, deed="preview", countries="DE", **hours)
    assert rehearsed(answer.get_data(as_text=True)).count("Not a case of this policy") == 2


def test_at_most_twenty_cases_are_looked_at_and_few_questions_asked(
    app: Flask, signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        for number in range(25):
            seeded.case(session, merchant, at=clock.now() - number * HOUR, name=f"Person {number:02}")
    save(signed_in_client)
    save(signed_in_client, f"{INDEX}/1", name="Other")
    for path in (INDEX, NEW, f"{INDEX}/1"):
        with counted(app) as seen:
            text = page(signed_in_client, path)
        assert 0 < len(seen) <= MOST_QUERIES
    told = rehearsed(text)
    assert "Person 19" in told and "Person 20" not in told


def test_a_version_says_what_it_changed_and_comes_back_as_a_new_one(
    signed_in_client: FlaskClient, database: Database
) -> None:
    save(signed_in_client)
    save(signed_in_client, f"{INDEX}/1", **{"offsets.A.first": "30", "gap_hours": "20", "countries": "DE"})
    text = plain(page(signed_in_client, f"{INDEX}/1"))
    for line in (
        "Funds or limits, First reminder: 24 h → 30 h",
        "Hours between two messages: 18 → 20",
        "Cases: Every case that no policy before it takes → Country: DE",
        "owner@example.com",
    ):
        assert line in text
    assert post(signed_in_client, f"{INDEX}/1/restore/1").status_code == 303
    first, second, third = rows(database)
    assert (third.campaign, third.matches, third.name) == (first.campaign, first.matches, GOOD["name"])
    assert third.number == 3 and second.campaign != first.campaign
    post(signed_in_client, f"{INDEX}/1/restore/1")
    post(signed_in_client, f"{INDEX}/1/restore/99")
    assert len(rows(database)) == 3
    with database.reading() as session:
        changes = session.scalars(
            select(Audit).where(Audit.action == "policy_changed").order_by(Audit.id)
        ).all()
        assert [change.detail["number"] for change in changes] == [1, 2, 3]


def test_nobody_restores_another_merchants_version(app: Flask, signed_in_client: FlaskClient) -> None:
    save(signed_in_client)
    stranger = signed_in(app, "biz_B")
    token = {"csrf_token": csrf_token(stranger)}
    assert stranger.post(f"{INDEX}/1/restore/1", data=token).status_code == 404


def test_a_case_keeps_its_campaign_whatever_is_restored(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    save(signed_in_client)
    save(signed_in_client, f"{INDEX}/1", name="Second")
    with database.transaction() as session:
        second = rows(database)[1]
        case = seeded.case(session, merchant, at=clock.now(), policy_id=second.id)
    post(signed_in_client, f"{INDEX}/1/restore/1")
    with database.reading() as session:
        assert session.get_one(Case, case.id).policy_id == second.id
