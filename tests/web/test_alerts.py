"""Alerts: what was told is listed, what shall be told is checked at save, tests and checks tell the truth."""

import socket
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.alerts.faults import open_fault
from app.cases.alerting import write_alert
from app.db import Database
from app.models import AlertDelivery, Audit, Merchant
from app.recovery.alerts import AlertKind, Wanted
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.smtp_server import SmtpServer
from tests.web.conftest import MakeApp, csrf_token, signed_in

GOOD = {
    "alert_email": "alerts@example.com",
    "digest_on": "1",
    "digest_hour": "7",
    "amount_usd": "49,00",
    "other_currency": "jpy",
    "other_amount": "5000",
}


def stored(database: Database, biz_id: str = "biz_A") -> tuple[Any, ...]:
    with database.reading() as read:
        row = read.scalars(select(Merchant).where(Merchant.biz_id == biz_id)).one()
        return row.alert_email, row.digest_on, row.digest_hour, row.alert_amounts


def save(client: FlaskClient, **changes: str) -> Any:
    data = {**GOOD, **changes, "csrf_token": csrf_token(client)}
    return client.post("/dashboard/settings/alerts", data={k: v for k, v in data.items() if v != "absent"})


def test_what_is_saved_counts_and_is_shown_again(signed_in_client: FlaskClient, database: Database) -> None:
    assert save(signed_in_client).status_code == 303
    assert stored(database) == ("alerts@example.com", True, 7, {"usd": 4900, "jpy": 5000})
    page = signed_in_client.get("/dashboard/settings").get_data(as_text=True)
    assert 'name="amount_usd" value="49.00"' in page and 'name="amount_jpy" value="5000"' in page
    assert '<option value="7" selected>07:00</option>' in page
    with database.reading() as read:
        (note,) = read.scalars(select(Audit.detail).where(Audit.action == "profile_changed"))
    assert set(note["fields"]) == {"alert_email", "alert_amounts", "digest_hour"}


def test_the_digest_can_be_switched_off_and_another_hour_is_worked_out_anew(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        session.query(Merchant).update({"digest_due_at": clock.now()})
    save(signed_in_client, digest_on="absent")
    with database.reading() as read:
        row = read.query(Merchant).filter_by(biz_id="biz_A").one()
    assert (row.digest_on, row.digest_due_at) == (False, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("alert_email", "a@example.com, b@example.com"),
        ("alert_email", "a@example.com\r\nBcc: evil@example.net"),
        ("alert_email", "nobody"),
        ("digest_hour", "24"),
        ("digest_hour", "-1"),
        ("digest_hour", ""),
        ("amount_usd", "0"),
        ("amount_usd", "-5"),
        ("amount_usd", "1e3"),
        ("amount_usd", "NaN"),
        ("amount_usd", "1.2.3"),
        ("amount_usd", "9" * 17),
        ("other_amount", "many"),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field(
    signed_in_client: FlaskClient, database: Database, field: str, value: str
) -> None:
    before = stored(database)
    answer = save(signed_in_client, **{field: value})
    assert answer.status_code == 400
    assert f'id="{field}-wrong"' in answer.get_data(as_text=True)
    assert stored(database) == before


def test_a_currency_that_does_not_exist_is_refused(signed_in_client: FlaskClient, database: Database) -> None:
    for changes in ({"other_currency": "zzz"}, {"other_currency": ""}, {"amount_zzz": "5"}):
        assert save(signed_in_client, **changes).status_code == 400
    assert stored(database)[3] is None


def test_without_a_token_nothing_happens(signed_in_client: FlaskClient, database: Database) -> None:
    before = stored(database)
    for path in ("alerts", "test/email", "channels/email"):
        data = {**GOOD, "to": "me"}
        assert signed_in_client.post(f"/dashboard/settings/{path}", data=data).status_code == 400
    assert stored(database) == before


def test_nobody_who_is_not_signed_in_sees_or_does_anything(client: FlaskClient) -> None:
    assert client.get("/dashboard/alerts").status_code == 302
    assert client.post("/dashboard/settings/alerts").status_code in (302, 400)


def test_it_is_ones_own_merchant_that_changes(
    signed_in_client: FlaskClient, app: Flask, database: Database
) -> None:
    before = stored(database)
    save(signed_in(app, "biz_B"))
    assert stored(database) == before


def tell(database: Database, clock: FixedClock, biz_id: str, day: str, state: str = "sent") -> None:
    with database.transaction() as session:
        merchant = session.query(Merchant).filter_by(biz_id=biz_id).one()
        wanted = Wanted(AlertKind.EVENTS_AMISS, day)
        alert_id = write_alert(session, merchant, wanted, now=clock.now())
        session.add(
            AlertDelivery(
                alert_id=alert_id, place="email", state=state, due_at=clock.now(),
                reason="smtp_554" if state == "gave_up" else None, ended_at=clock.now(),
            )
        )  # fmt: skip


def test_an_empty_list_says_what_will_stand_there(signed_in_client: FlaskClient) -> None:
    page = signed_in_client.get("/dashboard/alerts").get_data(as_text=True)
    assert "Nothing was worth an alert yet" in page
    assert "No e-mail address for alerts is set." in page
    assert 'href="/dashboard/alerts" aria-current="page"' in page


def test_what_was_told_is_listed_with_its_outcome_and_nobody_elses(
    signed_in_client: FlaskClient, app: Flask, database: Database, clock: FixedClock, merchant: Merchant
) -> None:
    signed_in(app, "biz_B")
    tell(database, clock, "biz_A", "2026-11-19")
    tell(database, clock, "biz_A", "2026-11-20", state="gave_up")
    tell(database, clock, "biz_B", "2026-11-20", state="unknown")
    with database.transaction() as session:
        case = seeded.case(session, merchant, at=clock.now(), product="<b>Gold</b>")
        wanted = Wanted(AlertKind.LARGE_FAILURE, str(case.id))
        write_alert(session, merchant, wanted, now=clock.now(), case_id=case.id)
    page = signed_in_client.get("/dashboard/alerts").get_data(as_text=True)
    assert page.count("An event from Whop could not be used") == 2
    assert "Refused" in page and "smtp_554" in page and "Unclear" not in page
    assert "$49.00 did not go through: &lt;b&gt;Gold&lt;/b&gt;" in page
    assert f'href="/dashboard/cases/{case.id}"' in page
    assert "Goes out in a moment" in page


def test_a_long_list_has_pages(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock, merchant: Merchant
) -> None:
    for day in range(30):
        tell(database, clock, "biz_A", f"day{day}")
    first = signed_in_client.get("/dashboard/alerts").get_data(as_text=True)
    assert first.count("told-title") == 25 and "?before=6" in first
    rest = signed_in_client.get("/dashboard/alerts?before=6").get_data(as_text=True)
    assert rest.count("told-title") == 5
    assert signed_in_client.get("/dashboard/alerts?before=x").status_code == 400


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


class MakeOwner(Protocol):
    def __call__(self, **env: str) -> FlaskClient: ...


@pytest.fixture
def owner_with(make_app: MakeApp) -> MakeOwner:
    """The owner of biz_A on an install with these settings."""
    return lambda **env: signed_in(make_app(**env), "biz_A")


def mail_at(host: str, port: int) -> dict[str, str]:
    return {
        "SMTP_HOST": host,
        "SMTP_PORT": str(port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "billing@example.com",
    }


@pytest.fixture
def mailing(server: SmtpServer, owner_with: MakeOwner) -> FlaskClient:
    """The owner of biz_A on an install with a real mail server."""
    return owner_with(**mail_at(server.host, server.port))


def trial(client: FlaskClient, to: str = "me", place: str = "email") -> str:
    data = {"to": to, "csrf_token": csrf_token(client)}
    answer = client.post(f"/dashboard/settings/test/{place}", data=data, follow_redirects=True)
    return answer.get_data(as_text=True)


def test_a_test_message_goes_to_me_and_to_nobody_else(mailing: FlaskClient, server: SmtpServer) -> None:
    assert "The test message was taken." in trial(mailing)
    (mail,) = server.messages
    assert mail.recipients == ("owner@example.com",)
    assert mail.mail["Subject"] == "Test message from AutoChargeSaver"
    assert "http://localhost:3000/dashboard/biz_A/dashboard/settings" in mail.raw.decode()
    assert "Alerts to you" in mailing.get("/dashboard/biz_A/dashboard/settings").get_data(as_text=True)


def test_a_test_message_goes_to_the_address_of_alerts(mailing: FlaskClient, server: SmtpServer) -> None:
    save(mailing)
    trial(mailing, to="alerts")
    assert [mail.recipients for mail in server.messages] == [("alerts@example.com",)]


def test_an_address_of_ones_choice_cannot_be_tested(mailing: FlaskClient, server: SmtpServer) -> None:
    for to, place in (
        ("x@example.net", "email"),
        ("alerts", "email"),
        ("alerts", "telegram"),
        ("me", "none"),
    ):
        data = {"to": to, "csrf_token": csrf_token(mailing)}
        assert mailing.post(f"/dashboard/settings/test/{place}", data=data).status_code == 404
    assert server.messages == []


def test_a_refused_test_message_says_so(mailing: FlaskClient, server: SmtpServer) -> None:
    server.replies = {"owner@example.com": "550 5.1.1 no such user"}
    page = trial(mailing)
    assert "The test message was not sent: smtp_550" in page and "no such user" not in page


def test_a_server_that_is_away_is_told_with_advice(owner_with: MakeOwner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    page = trial(owner_with(**mail_at("127.0.0.1", port)))
    assert "No mail server answers at" in page and "check SMTP_HOST" in page


def test_tests_have_a_rate(mailing: FlaskClient, server: SmtpServer) -> None:
    token = csrf_token(mailing)
    answers = [
        mailing.post("/dashboard/settings/test/email", data={"to": "me", "csrf_token": token})
        for _ in range(11)
    ]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len(server.messages) == 10


def test_another_language_may_be_chosen_after_a_refusal(signed_in_client: FlaskClient) -> None:
    refused = save(signed_in_client, digest_hour="25")
    assert refused.status_code == 400 and 'href="?lang=ru"' in refused.text
    answer = signed_in_client.get("/dashboard/settings/alerts?lang=ru")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/dashboard/settings#alerts",
    )


def test_few_tests_go_to_an_address_that_is_only_written_down(
    mailing: FlaskClient, server: SmtpServer
) -> None:
    token = csrf_token(mailing)

    def status(to: str) -> int:
        data = {"to": to, "csrf_token": token}
        return mailing.post("/dashboard/settings/test/email", data=data).status_code

    save(mailing, alert_email="owner@example.com")
    assert status("alerts") == 303, "one's own address does not count"
    for number in range(5):
        save(mailing, alert_email=f"victim{number}@example.net")
        assert status("alerts") == 303
    assert status("alerts") == 429 and status("me") == 303
    assert len(server.messages) == 7


def test_a_development_install_says_that_the_test_went_nowhere(signed_in_client: FlaskClient) -> None:
    assert "no mail server: the test message went nowhere" in trial(signed_in_client)


def test_a_check_tells_the_state_as_a_part_of_the_page_or_as_a_line(
    mailing: FlaskClient, server: SmtpServer
) -> None:
    data = {"csrf_token": csrf_token(mailing)}
    path = "/dashboard/settings/channels/email"
    part = mailing.post(path, data=data, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert part.startswith('<li class="list-group-item channel" id="channel-email">')
    assert "is ready to send" in part and "<html" not in part
    page = mailing.post(path, data=data, follow_redirects=True).get_data(as_text=True)
    assert "is ready to send" in page and "<html" in page
    for name in ("telegram", "discord", "whop_chat", "none"):
        assert mailing.post(f"/dashboard/settings/channels/{name}", data=data).status_code == 404


def test_a_channel_that_does_not_work_is_shown(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        open_fault(session, "email", "smtp_auth_refused", wall=clock.wall())
    page = signed_in_client.get("/dashboard/settings").get_data(as_text=True)
    assert "Does not work" in page and "the mail server refuses the sign-in" in page
