"""A message of a case as it looked: in a frame with a policy of its own, its links disarmed, nobody else's."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.models import Merchant
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.web.conftest import signed_in


@pytest.fixture
def letter(merchant: Merchant, database: Database, clock: FixedClock) -> str:
    """The address of a case's sent e-mail."""
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=clock.now() - timedelta(days=1))
        sent = seeded.delivery(session, seeded.step(session, case, due_at=clock.now()), at=clock.now())
        return f"/dashboard/cases/{case.id}/letters/{sent.id}"


def test_the_letter_is_shown_in_a_frame_and_cannot_act(signed_in_client: FlaskClient, letter: str) -> None:
    page = signed_in_client.get(letter.partition("/letters")[0]).get_data(as_text=True)
    assert f'src="{letter}"' in page and "sandbox></iframe>" in page
    answer = signed_in_client.get(letter)
    text = answer.get_data(as_text=True)
    assert "The charge of $49.00 did not go through." in text
    assert "/r/example" in text and "/r/token" not in text and "/unsubscribe/token" not in text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_only_the_own_letter_of_that_very_case_is_shown(
    app: Flask, signed_in_client: FlaskClient, letter: str, merchant: Merchant, database: Database, clock: FixedClock
) -> None:  # fmt: skip
    with database.transaction() as session:
        another = seeded.case(session, merchant, at=clock.now()).id
    row = letter.rpartition("/")[2]
    assert signed_in_client.get(f"/dashboard/cases/{another}/letters/{row}").status_code == 404
    assert signed_in_client.get(f"{letter}9").status_code == 404
    assert signed_in(app, "biz_B").get(letter).status_code == 404
