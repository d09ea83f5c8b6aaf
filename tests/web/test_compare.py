"""Comparing two versions from the editor: what it takes is told first, and no winner before the planned number."""

from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.db import Database
from app.models import Case, Experiment, Exposure, Merchant
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import csrf_token

PAGE = "/dashboard/messages/funds.first"
TEXT = {
    "language": "en", "channel": "", "subject": "Subject", "preview": "From {merchant}",
    "body": "Your payment to {merchant} did not go through.\n\nIt was {amount}.", "button": "Put it right",
}  # fmt: skip


def post(client: FlaskClient, path: str, **data: str) -> str:
    sent = {"language": "en", "channel": "", **data, "csrf_token": csrf_token(client)}
    answer = client.post(PAGE + path, data=sent, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_it_tells_that_a_test_is_not_worth_it_before_it_begins(signed_in_client: FlaskClient) -> None:
    page = signed_in_client.get(PAGE).get_data(as_text=True)
    assert "takes 3,067 cases" in page and "this test is not worth it" in page
    assert "Save a text of your own first" in page


def test_it_begins_shows_no_winner_and_ends(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    post(signed_in_client, "", **TEXT)
    page = post(signed_in_client, "/compare", a="0", b="1")
    assert "Begun." in page and "A: The default text. B: Version 1." in page
    assert "0 of 3,067 cases are resolved." in page
    assert "is not shown before all planned cases are resolved" in page
    assert "Not begun." in post(signed_in_client, "/compare", a="0", b="1")
    with database.transaction() as session:
        owner = session.scalars(select(Merchant).where(Merchant.biz_id == "biz_A")).one()
        row: Case = seeded.case(session, owner, at=clock.now(), state="recovered", reason="paid")
        experiment = session.scalars(select(Experiment)).one()
        session.add(Exposure(experiment_id=experiment.id, case_id=row.id, side="b", at=clock.now()))
        session.execute(update(Experiment).values(planned=0))
    assert "B is the better one with a probability of" in signed_in_client.get(PAGE).get_data(as_text=True)
    page = post(signed_in_client, "/compare/end")
    assert "Ended. Everybody gets the text in force again." in page and "Begin the comparison" in page


def test_what_is_no_version_is_refused_and_so_is_a_forged_request(signed_in_client: FlaskClient) -> None:
    data = {"language": "en", "a": "x", "b": "1", "csrf_token": csrf_token(signed_in_client)}
    assert signed_in_client.post(PAGE + "/compare", data=data).status_code == 400
    assert signed_in_client.post(PAGE + "/compare", data={"a": "0", "b": "1"}).status_code == 400
    assert signed_in_client.post(PAGE + "/compare/end").status_code == 400
