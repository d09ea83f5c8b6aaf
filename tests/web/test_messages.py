"""The pages of message texts: list, editor, preview, history, test to oneself; and nothing of anybody else."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import event, func, select

from app import create_app
from app.dashboard import message_words
from app.dashboard.messages import TEST_RATE
from app.db import Database
from app.models import Audit, Delivery, Merchant, SavedWording
from app.recovery.placeholders import PLACEHOLDERS
from app.recovery.wording import KEYS, LANGUAGES
from app.recovery.wording.check import Fault, Field
from app.services import EXTENSION, services
from notifiers import available
from tests.conftest import MakeSettings
from tests.support import seeded
from tests.support.clock import FixedClock
from tests.support.messages import HOSTILE_TEXTS
from tests.support.smtp_server import SmtpServer
from tests.web.conftest import csrf_token, signed_in

PAGE = "/dashboard/messages/funds.first"
GOOD = {
    "language": "en",
    "channel": "",
    "subject": "A word about {product}",
    "preview": "From {merchant}",
    "body": "Your payment to {merchant} did not go through.\n\nIt was {amount}.",
    "button": "Put it right",
}


def post(client: FlaskClient, path: str = PAGE, **changes: str) -> tuple[int, str]:
    data = {**GOOD, **changes, "csrf_token": csrf_token(client)}
    answer = client.post(path, data=data)
    return answer.status_code, answer.get_data(as_text=True)


def page(client: FlaskClient, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def saved(database: Database) -> list[tuple[str, str, str, int, str | None]]:
    with database.reading() as read:
        rows = read.scalars(select(SavedWording).order_by(SavedWording.id))
        return [
            (row.key, row.channel, row.language, row.number, row.text["subject"] if row.text else None)
            for row in rows
        ]


def preview_of(client: FlaskClient, **changes: str) -> str:
    status, text = post(client, f"{PAGE}/preview", **changes)
    assert status == 200
    return text


# The list


def test_the_list_has_every_message_and_says_which_are_ones_own(signed_in_client: FlaskClient) -> None:
    text = page(signed_in_client, "/dashboard/messages")
    assert [key for key in KEYS if f'href="/dashboard/messages/{key}"' not in text] == []
    assert "Everything is ready as it is" in text and "Yours" not in text
    post(signed_in_client)
    post(signed_in_client, language="de", channel="email")
    text = page(signed_in_client, "/dashboard/messages")
    assert "A word about {product}" in text and "English, Deutsch (E-mail)" in text


def test_it_asks_the_database_a_few_times_however_many_texts_there_are(
    signed_in_client: FlaskClient, app: Flask
) -> None:
    for key in KEYS[:6]:
        post(signed_in_client, f"/dashboard/messages/{key}", preview="Soon")
    seen: list[str] = []
    with app.app_context():
        engine = services().database.engine
    event.listen(engine, "before_cursor_execute", lambda *asked: seen.append(asked[2]))
    for path in ("/dashboard/messages", PAGE):
        seen.clear()
        page(signed_in_client, path)
        assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 12


# The editor


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_opens_in_every_language(signed_in_client: FlaskClient, language: str) -> None:
    for key in KEYS[LANGUAGES.index(language) :: len(LANGUAGES)]:
        text = page(signed_in_client, f"/dashboard/messages/{key}?language={language}")
        assert "keep this from being saved" not in text and "keeps this from being saved" not in text
        assert ("Draft translation" in text) is (language not in ("en", "ru"))


@pytest.mark.parametrize(
    "path", ["none.first", "funds.note", "funds.first?language=xx", "funds.first?channel=pigeon", "x/y"]
)
def test_what_is_no_message_is_not_there(signed_in_client: FlaskClient, path: str) -> None:
    assert signed_in_client.get(f"/dashboard/messages/{path}").status_code == 404


def test_what_is_saved_stands_there_and_in_the_history(
    signed_in_client: FlaskClient, database: Database
) -> None:
    assert post(signed_in_client)[0] == 303
    assert saved(database) == [("funds.first", "", "en", 1, "A word about {product}")]
    text = page(signed_in_client)
    for said in ("Saved. Cases from now on", 'value="A word about {product}"', "It was {amount}.</textarea>",
                 "Version 1", "owner@example.com", "In force", "New cases begin with this text"):  # fmt: skip
        assert said in text
    assert post(signed_in_client)[0] == 303
    assert "Nothing was different." in page(signed_in_client)
    with database.reading() as read:
        assert read.scalars(select(Audit.action).where(Audit.action.like("wording%"))).all() == [
            "wording_changed"
        ]


def test_the_default_saved_as_it_is_is_no_text_of_ones_own(
    signed_in_client: FlaskClient, database: Database
) -> None:
    text = page(signed_in_client)
    fields = {
        name: re.search(rf'name="{name}" value="([^"]*)"', text)[1]  # type: ignore[index]
        for name in ("subject", "preview", "button")
    }
    body = re.search(r'name="body"[^>]*>\n(.*?)</textarea>', text, re.DOTALL)
    assert body is not None
    assert post(signed_in_client, body=body[1], **fields)[0] == 303
    assert saved(database) == []


def test_an_old_version_comes_back_and_a_reset_stays_in_the_history(
    signed_in_client: FlaskClient, database: Database
) -> None:
    post(signed_in_client)
    post(signed_in_client, subject="Second")
    assert post(signed_in_client, f"{PAGE}/restore", number="1")[0] == 303
    assert post(signed_in_client, f"{PAGE}/reset")[0] == 303
    assert [(number, subject) for *_slot, number, subject in saved(database)] == [
        (1, "A word about {product}"), (2, "Second"), (3, "A word about {product}"), (4, None),
    ]  # fmt: skip
    text = page(signed_in_client)
    assert "Put back to the default" in text and "This is the default text" in text
    for number in ("4", "9", "0"):
        assert post(signed_in_client, f"{PAGE}/restore", number=number)[0] == 404
    assert post(signed_in_client, f"{PAGE}/restore", number="x")[0] == 400


GOOD_FIELDS = ("subject", "preview", "button")
HOSTILE = {
    "{{''.__class__}}": "has no partner",
    "{% for x in y %}": "is no placeholder",
    "{amount.__class__}": "is no placeholder",
    "{unknown}": "There is no placeholder",
    "{": "has no partner",
    "javascript:alert(1)": "is no address that may stand here",
    "http://options.example": "is no address that may stand here",
}


@pytest.mark.parametrize(
    ("field", "text"), [*(("body", text) for text in HOSTILE), *((name, "{") for name in GOOD_FIELDS)]
)
def test_what_cannot_be_used_is_refused_at_its_place_and_nothing_is_lost(
    signed_in_client: FlaskClient, database: Database, field: str, text: str
) -> None:
    given = f"{GOOD['body']}\n\nNow {text}" if field == "body" else f"Now {text}"
    status, answer = post(signed_in_client, **{field: given})
    assert status == 400 and saved(database) == []
    wrong = re.search(rf'id="{field}-wrong"[^>]*>(.*?)</ul>', answer, re.DOTALL)
    assert wrong and HOSTILE[text] in wrong[1]
    assert ("Paragraph 3, character 5" if field == "body" else "Character 5") in wrong[1]
    assert 'aria-invalid="true"' in answer and "nothing that you wrote is lost" in answer
    assert all(escape(kept) in answer for name, kept in GOOD.items() if name != field)
    assert escape(given) in answer


def test_markup_is_plain_text_everywhere(signed_in_client: FlaskClient) -> None:
    body = "<script>alert(1)</script> for {merchant}"
    assert post(signed_in_client, body=body)[0] == 303
    assert "<script>alert" not in page(signed_in_client)
    letter = signed_in_client.post(
        f"{PAGE}/letter", data={**GOOD, "body": body, "csrf_token": csrf_token(signed_in_client)}
    )
    assert "&lt;script&gt;alert(1)" in letter.get_data(as_text=True)


def test_a_megabyte_is_refused(signed_in_client: FlaskClient, database: Database) -> None:
    status, answer = post(signed_in_client, body="x" * 100_000)
    assert status == 400 and "at most 5000 characters" in answer and "x" * 100_000 in answer
    assert post(signed_in_client, body="x" * 1_000_000)[0] == 413
    assert saved(database) == []


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_no_text_makes_a_page_fail(signed_in_client: FlaskClient, text: str) -> None:
    text = text.encode("utf-8", "replace").decode()[:6_000]
    for path in (PAGE, f"{PAGE}/preview", f"{PAGE}/letter"):
        answer = signed_in_client.post(
            path,
            data={
                **GOOD, "subject": text, "preview": text, "body": f"{text}\n\nok", "button": text,
                "rendering": text, "case": text, "csrf_token": csrf_token(signed_in_client),
            },
        )  # fmt: skip
        assert answer.status_code in (200, 303, 400)


# The preview


def test_every_channel_shows_the_text_in_its_own_form(signed_in_client: FlaskClient) -> None:
    for name in (*message_words.kinds(), "email_text"):
        text = preview_of(signed_in_client, rendering=name)
        assert 'id="preview"' in text and "<html" not in text
        if name != "email":
            assert "Your payment to Options Lab did not go through." in re.sub(r"\s+", " ", text)


def test_a_channel_that_leads_to_merchants_alone_has_no_text_for_customers(
    signed_in_client: FlaskClient,
) -> None:
    theirs = [name for name, kind in available().items() if kind.capabilities.audience == "merchant"]
    assert {"discord_webhook", "apprise"} <= set(theirs)
    shown = page(signed_in_client)
    for name in theirs:
        assert f'"rendering-{name}"' not in shown and f"channel={name}" not in shown
        assert signed_in_client.get(f"{PAGE}?channel={name}").status_code == 404
        assert post(signed_in_client, channel=name)[0] == 404
        assert preview_of(signed_in_client, rendering=name) == preview_of(signed_in_client)


def test_the_letter_is_shown_under_a_policy_of_its_own(signed_in_client: FlaskClient) -> None:
    data = {**GOOD, "csrf_token": csrf_token(signed_in_client)}
    letter = signed_in_client.post(f"{PAGE}/letter", data=data)
    policy = letter.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy
    assert "Put it right" in letter.get_data(as_text=True)


def test_a_real_case_speaks_with_its_own_data_but_leads_nowhere(
    signed_in_client: FlaskClient, database: Database, merchant: Merchant, clock: FixedClock
) -> None:
    with database.transaction() as session:
        ours = seeded.case(session, merchant, at=clock.now(), name="Ada", product="Ada’s room")
        theirs = seeded.case(
            session, seeded.merchant(session, "biz_B", now=clock.now()), at=clock.now(), name="Bob"
        )
        ours_id, theirs_id, token = ours.id, theirs.id, ours.token
    text = page(signed_in_client)
    assert f'<option value="{ours_id}">Ada' in text and "Bob" not in text
    shown = preview_of(signed_in_client, case=str(ours_id), rendering="email_text")
    assert "A word about Ada’s room" in shown and "/r/example" in shown and token not in shown
    assert "Bob" not in preview_of(signed_in_client, case=str(theirs_id), rendering="email_text")


def test_a_paragraph_that_the_case_leaves_out_is_named(
    signed_in_client: FlaskClient, database: Database, merchant: Merchant, clock: FixedClock
) -> None:
    with database.transaction() as session:
        case = str(seeded.case(session, merchant, at=clock.now()).id)
    body = "For {merchant}.\n\nAgain on {next_attempt}."
    assert "a paragraph with {next_attempt}" in preview_of(signed_in_client, case=case, body=body)
    assert "Left out here" not in preview_of(signed_in_client, body=body)


def test_the_preview_works_without_a_script_and_keeps_what_was_written(
    signed_in_client: FlaskClient, database: Database
) -> None:
    status, text = post(signed_in_client, deed="preview", rendering="email_text", subject="Not saved")
    assert status == 200 and saved(database) == []
    assert 'value="Not saved"' in text and "<h1" in text and "data-unsaved" in text


# A test to oneself


@pytest.fixture
def mailing(
    database: Database, clock: FixedClock, make_settings: MakeSettings
) -> Iterator[tuple[FlaskClient, SmtpServer]]:
    with SmtpServer() as server:
        settings = make_settings(
            DATABASE_URL=database.engine.url.render_as_string(hide_password=False),
            SMTP_HOST=server.host, SMTP_PORT=str(server.port), SMTP_SECURITY="none",
            SMTP_FROM="reminders@example.com",
        )  # fmt: skip
        made = create_app(settings, clock)
        yield signed_in(made, "biz_A"), server
        made.extensions[EXTENSION].database.close()


def test_a_test_goes_to_oneself_alone(
    mailing: tuple[FlaskClient, SmtpServer], database: Database, clock: FixedClock
) -> None:
    client, server = mailing
    with database.transaction() as session:
        merchant = session.scalars(select(Merchant).where(Merchant.biz_id == "biz_A")).one()
        case = seeded.case(session, merchant, at=clock.now(), name="Ada", email="ada@example.com")
        case_id, token = str(case.id), case.token
    status, text = post(client, deed="test", case=case_id)
    assert status == 200 and "The test is on its way to owner@example.com." in text
    (sent,) = server.messages
    assert sent.recipients == ("owner@example.com",)
    assert str(sent.mail["Subject"]) == "[Test] A word about Options Lab"
    assert token.encode() not in sent.raw and b"/r/example" in sent.raw
    with database.reading() as read:
        assert read.scalar(select(func.count(Delivery.id))) == 0
        line = read.scalars(select(Audit.detail).where(Audit.action == "test_message_sent")).one()
    assert line == {"key": "funds.first", "channel": "", "language": "en", "outcome": "sent"}
    assert saved(database) == []


def test_how_a_test_ended_is_told_plainly(mailing: tuple[FlaskClient, SmtpServer]) -> None:
    client, server = mailing
    server.replies = {"owner@example.com": "550 No such person"}
    assert "refused the test for owner@example.com" in post(client, deed="test")[1]
    server.replies = {"owner@example.com": "451 Later"}
    assert "did not take the test now" in post(client, deed="test")[1]
    assert server.messages == []


def test_a_text_that_may_not_be_saved_is_not_tried_either(mailing: tuple[FlaskClient, SmtpServer]) -> None:
    client, server = mailing
    status, text = post(client, deed="test", subject="{unknown}")
    assert status == 400 and "No test was sent" in text and server.messages == []


def test_only_a_few_tests_go_out_within_an_hour(mailing: tuple[FlaskClient, SmtpServer]) -> None:
    client, server = mailing
    most = int(TEST_RATE.split()[0])
    assert [post(client, deed="test")[0] for _ in range(most + 1)] == [200] * most + [429]
    assert len(server.messages) == most
    assert "The next one can go out in" in post(client, deed="test")[1]


def test_without_a_mail_server_it_is_said_what_to_set(signed_in_client: FlaskClient) -> None:
    status, text = post(signed_in_client, deed="test")
    assert status == 200 and "Nothing was sent: this install has no mail server" in text


# Whose texts they are


def test_another_merchants_texts_can_be_neither_seen_nor_changed(
    signed_in_client: FlaskClient, app: Flask, database: Database
) -> None:
    post(signed_in_client)
    other = signed_in(app, "biz_B")
    text = page(other)
    assert "A word about" not in text and "Version 1" not in text
    assert post(other, f"{PAGE}/restore", number="1")[0] == 404
    assert post(other, f"{PAGE}/reset")[0] == 303
    assert post(other, subject="Theirs")[0] == 303
    assert saved(database) == [
        ("funds.first", "", "en", 1, "A word about {product}"), ("funds.first", "", "en", 1, "Theirs"),
    ]  # fmt: skip
    assert "Theirs" not in page(signed_in_client)


@pytest.mark.parametrize("path", ["", "/preview", "/letter", "/reset", "/restore"])
def test_nothing_is_done_without_a_token_or_without_signing_in(
    signed_in_client: FlaskClient, client: FlaskClient, database: Database, path: str
) -> None:
    post(signed_in_client)
    data = {**GOOD, "subject": "Forged", "number": "1"}
    assert signed_in_client.post(PAGE + path, data=data).status_code == 400
    assert client.post(PAGE + path, data=data).status_code in (302, 303, 400, 401)
    assert len(saved(database)) == 1


# Words


def test_every_code_has_its_words() -> None:
    assert set(message_words.FAULTS) == set(Fault)
    assert set(message_words.FIELDS) == set(Field)
    assert set(message_words.NAMES_OF_LANGUAGES) == set(LANGUAGES)
    assert {name: str(text) for name, text in message_words.DESCRIPTIONS.items()} == {
        place.name: place.description for place in PLACEHOLDERS
    }
