"""A personal token opens the API, and no more of it than its owner may see and its scopes allow."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text

from app.db import Database
from app.models import ApiToken, Audit, Case, Merchant, MerchantUser
from app.security.access import Who, declared
from app.security.api_tokens import MOST, fresh, plausible
from app.security.scopes import Scope
from tests.support import seeded
from tests.support.canaries import stored
from tests.support.clock import FixedClock
from tests.support.description import faults
from tests.web.conftest import csrf_token, signed_in
from tests.web.tokens import PAGE, ask_for_token, bearer, error, program, statuses, token_for

DAY = timedelta(days=1)


@pytest.fixture
def case(merchant: Merchant, database: Database, clock: FixedClock) -> Case:
    with database.transaction() as session:
        return seeded.case(session, merchant, at=clock.now() - DAY)


def rows(database: Database) -> list[ApiToken]:
    with database.reading() as read:
        return list(read.scalars(select(ApiToken).order_by(ApiToken.id)))


def test_a_token_opens_the_api_without_a_cookie_and_none_is_set(
    app: Flask, signed_in_client: FlaskClient, database: Database
) -> None:
    caller = program(app, token_for(signed_in_client))
    answer = caller.get("/api/me")
    assert (answer.status_code, answer.get_json()["merchant"]["biz_id"]) == (200, "biz_A")
    assert "Set-Cookie" not in answer.headers
    assert caller.get("/dashboard").status_code == 302
    (row,) = rows(database)
    assert row.used_at is not None


def test_it_is_shown_once_and_kept_as_a_hash_alone(signed_in_client: FlaskClient, database: Database) -> None:
    token = token_for(signed_in_client)
    page = signed_in_client.get(PAGE).text
    assert token not in page and token[-4:] in page
    dsn = database.engine.url.set(drivername=database.engine.dialect.name).render_as_string(
        hide_password=False
    )
    assert {name for name, text in stored(dsn).items() if token[8:] in text} == set()


def test_only_what_its_scopes_name_is_done(app: Flask, signed_in_client: FlaskClient, case: Case) -> None:
    reader = program(app, token_for(signed_in_client, "read"))
    writer = program(app, token_for(signed_in_client, "write-cases"))
    pause = f"/api/cases/{case.id}/pause"
    assert statuses([reader.get("/api/cases"), writer.post(pause)]) == [200, 200]
    refused = [reader.post(pause), writer.get("/api/cases")]
    assert [error(answer) for answer in refused] == [(403, "missing_scope")] * 2
    assert "write-cases" in refused[0].get_json()["error"]["message"]
    assert faults(refused[1], "/api/cases") == []


def test_what_a_program_did_is_noted_with_its_token(
    app: Flask, signed_in_client: FlaskClient, case: Case, database: Database
) -> None:
    caller = program(app, token_for(signed_in_client, "write-cases"))
    caller.post(f"/api/cases/{case.id}/pause")
    with database.reading() as read:
        lines = read.scalars(select(Audit).where(Audit.actor.startswith("user:")).order_by(Audit.id)).all()
    (row,) = rows(database)
    told = {line.action: line.detail for line in lines}
    assert told["api_access_given"] == {"made": row.id, "scopes": ["write-cases"]}
    assert told["case_held"] == {"token": row.id}


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (lambda token: token[:-1], "invalid_token"),
        (
            lambda token: token[:20] + "x" + token[21:] if token[20] != "x" else token[:20] + "y",
            "invalid_token",
        ),
        (lambda _: fresh(), "invalid_token"),
        (lambda _: "ghp_somebody_elses", "invalid_token"),
        (lambda _: "", "not_signed_in"),
    ],
    ids=("cut", "mistyped", "unknown", "foreign", "none"),
)
def test_what_is_no_token_is_refused_with_words(
    client: FlaskClient, signed_in_client: FlaskClient, sent: object, kind: str
) -> None:
    given = sent(token_for(signed_in_client))  # type: ignore[operator]
    answer = client.get("/api/cases", headers=bearer(given) if given else {})
    assert error(answer) == (401, kind)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert faults(answer, "/api/cases") == []


def test_it_ends_by_its_time_and_when_somebody_revokes_it(
    app: Flask, signed_in_client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    short, long, endless = (
        program(app, token_for(signed_in_client, life=life)) for life in ("30", "365", "never")
    )
    clock.advance(31 * DAY)
    answers = [short.get("/api/me"), long.get("/api/me"), endless.get("/api/me")]
    assert statuses(answers) == [401, 200, 200]
    assert "expired" in answers[0].get_json()["error"]["message"]
    other = signed_in(app, "biz_A")
    end = f"{PAGE}/{rows(database)[2].id}/revoke"
    assert other.post(end, data={"csrf_token": csrf_token(other)}).status_code == 303
    assert "revoked" in endless.get("/api/me").get_json()["error"]["message"]
    assert other.post(end, data={"csrf_token": csrf_token(other)}).status_code == 404


def test_another_account_neither_sees_nor_ends_it(
    app: Flask, signed_in_client: FlaskClient, database: Database
) -> None:
    token = token_for(signed_in_client)
    stranger = signed_in(app, "biz_B")
    end = f"{PAGE}/{rows(database)[0].id}/revoke"
    assert stranger.post(end, data={"csrf_token": csrf_token(stranger)}).status_code == 404
    assert token[-4:] not in stranger.get(PAGE).text
    caller = program(app, token)
    assert statuses([caller.get("/dashboard/biz_B/api/me"), caller.get("/dashboard/biz_A/api/me")]) == [
        404,
        200,
    ]


def test_a_person_without_the_right_has_no_token_either(
    app: Flask, signed_in_client: FlaskClient, database: Database
) -> None:
    caller = program(app, token_for(signed_in_client))
    with database.transaction() as write:
        write.execute(delete(MerchantUser))
    assert error(caller.get("/api/me")) == (403, "no_right")


def test_a_token_is_no_way_to_more_tokens(app: Flask, signed_in_client: FlaskClient) -> None:
    caller = program(app, token_for(signed_in_client, *Scope))
    assert statuses([caller.get(PAGE), caller.post(PAGE, data={"name": "x"})]) == [302, 302]


def test_a_proxys_own_bearer_is_not_in_the_way_of_a_session(signed_in_client: FlaskClient) -> None:
    assert signed_in_client.get("/api/me", headers=bearer("a-proxys-own")).status_code == 200


def test_tries_with_wrong_tokens_are_counted(client: FlaskClient) -> None:
    answers = [client.get("/api/me", headers=bearer(fresh())) for _ in range(101)]
    assert statuses(answers[-2:]) == [401, 429]


def test_its_uses_count_with_its_owners(app: Flask, signed_in_client: FlaskClient) -> None:
    caller = program(app, token_for(signed_in_client))
    answers = [one.get("/api/me") for _ in range(50) for one in (caller, signed_in_client)]
    assert statuses([*answers[-1:], caller.get("/api/me")]) == [200, 429]


def test_a_form_that_cannot_be_used_says_why(signed_in_client: FlaskClient, database: Database) -> None:
    answers = [
        ask_for_token(signed_in_client, "read", name=""),
        ask_for_token(signed_in_client),
        ask_for_token(signed_in_client, "read", "everything"),
        ask_for_token(signed_in_client, "read", life="1"),
    ]
    assert statuses(answers) == [400] * 4
    told = ("Write from 1 to 60", "Choose at least one", "Choose at least one", "Choose a time")
    assert all(words in answer.text for words, answer in zip(told, answers, strict=True))
    assert rows(database) == []


def test_there_is_an_end_to_how_many(signed_in_client: FlaskClient, database: Database) -> None:
    token_for(signed_in_client)
    copies = "INSERT INTO api_token (merchant_id, user_id, name, token_hash, hint, scopes, created_at) SELECT"
    copies += " merchant_id, user_id, name, token_hash || :n, hint, scopes, created_at FROM api_token WHERE id = :id"
    with database.transaction() as write:
        (row,) = write.scalars(select(ApiToken))
        write.execute(text(copies), [{"n": str(number), "id": row.id} for number in range(MOST - 1)])
    answer = ask_for_token(signed_in_client, "read")
    assert answer.status_code == 400 and "Revoke one first" in answer.text


def test_every_route_of_the_api_says_what_a_token_needs(app: Flask) -> None:
    with app.app_context():
        found = {
            rule.endpoint: (access.scope, (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"})
            for rule in app.url_map.iter_rules()
            if rule.rule.startswith("/api/")
            and (access := declared(rule.endpoint))
            and access.who is Who.SIGNED_IN
        }
    assert len(found) > 5
    assert [name for name, (scope, _) in found.items() if scope is None] == []
    assert {name for name, (scope, writes) in found.items() if (scope is Scope.READ) is bool(writes)} == set()


def test_a_fresh_token_is_whole_and_like_no_other() -> None:
    made = {fresh() for _ in range(50)}
    assert len(made) == 50 and all(plausible(one) and len(one) == 50 for one in made)
    assert not plausible("acs_pat_" + "0" * 42)
