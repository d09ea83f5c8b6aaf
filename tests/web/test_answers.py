"""What every answer carries, and how errors are told: to programs as JSON, to people as a page."""

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from app import create_app
from app.log import bound_request_id
from app.security.access import Who, access
from tests.conftest import MakeSettings
from tests.web.test_sign_in import PRODUCTION

BASE = "https://recover.example.com"


@pytest.fixture
def production(make_settings: MakeSettings) -> Flask:
    return create_app(make_settings(**PRODUCTION, MOCK_LOGIN="true"))


def test_every_answer_is_strict_with_the_browser(client: FlaskClient) -> None:
    for path in ("/healthz", "/auth/bye", "/nowhere", "/r/none"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_https_is_asked_for_in_production_only(client: FlaskClient, production: Flask) -> None:
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    answer = production.test_client().get("/healthz", base_url=BASE)
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_a_files_address_changes_with_its_content_and_may_be_kept(client: FlaskClient) -> None:
    page = client.get("/auth/bye").get_data(as_text=True)
    address = page.split('href="/static/')[1].split('"')[0]
    assert "?v=" in address
    with (
        client.get(f"/static/{address}") as kept,
        client.get(f"/static/{address.partition('?')[0]}") as asked,
    ):
        assert "immutable" in kept.headers["Cache-Control"]
        assert asked.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("given", "kept"), [("abcdefgh-1234", True), ("short", False), ("a b\tc" * 9, False), ("x" * 300, False)]
)
def test_a_plausible_request_id_is_kept_and_every_answer_has_one(
    client: FlaskClient, given: str, kept: bool
) -> None:
    answered = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert (answered == given) is kept
    assert len(answered) >= 8


def test_a_program_gets_json_and_a_person_a_page(client: FlaskClient) -> None:
    told = client.get("/api/nothing")
    assert told.json["error"]["type"] == "not_found"
    assert told.json["error"]["request_id"] == told.headers["X-Request-ID"]
    page = client.get("/nothing")
    assert page.status_code == 404
    assert page.headers["X-Request-ID"] in page.get_data(as_text=True)
    assert client.get("/nothing", headers={"Accept": "application/json"}).is_json


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.delete("/logout")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/crash", "/api/crash"])
def test_an_unexpected_error_shows_its_trace_in_development_only(
    own_app: Flask, production: Flask, path: str
) -> None:
    def crash() -> str:
        raise RuntimeError("the wheels came off")

    for made, base, shown in ((own_app, None, True), (production, BASE, False)):
        made.add_url_rule(path, view_func=_open_to_all(crash), endpoint="crash")
        answer = made.test_client().get(path, base_url=base)
        assert answer.status_code == 500
        assert ("the wheels came off" in answer.get_data(as_text=True)) is shown
        assert answer.headers["X-Request-ID"] in answer.get_data(as_text=True)


def test_an_unknown_host_is_refused_in_production(production: Flask) -> None:
    client = production.test_client()
    assert client.get("/auth/whop", base_url="https://evil.example").status_code == 400
    assert client.get("/auth/whop", base_url=BASE).status_code == 302


def test_a_probe_by_the_machines_address_is_answered(production: Flask) -> None:
    client = production.test_client()
    for path in ("/healthz", "/api/health", "/readyz"):
        assert client.get(path, base_url="http://10.1.2.3:3000").status_code != 400


def test_forwarded_addresses_count_behind_a_proxy_only(own_app: Flask, production: Flask) -> None:
    for made, base, believed in ((own_app, None, False), (production, BASE, True)):
        made.add_url_rule("/who", view_func=_open_to_all(_address), endpoint="who")
        answer = made.test_client().get("/who", base_url=base, headers={"X-Forwarded-For": "203.0.113.7"})
        assert (answer.get_data(as_text=True) == "203.0.113.7") is believed


def test_the_development_tools_do_not_exist_in_production(production: Flask) -> None:
    client = production.test_client()
    for path in ("/dev", "/dev/outbox", "/dev/clock", "/dev/outbox/1", "/dev/outbox/1/html"):
        assert client.get(path, base_url=BASE).status_code == 404
    for path in ("/dev/simulate", "/dev/clock", "/dev/happen/1"):
        assert client.post(path, base_url=BASE).status_code == 404


def test_sign_in_is_limited_by_address(client: FlaskClient) -> None:
    statuses = [client.get("/auth/dev").status_code for _ in range(21)]
    assert statuses == [302] * 20 + [429]


def test_an_offered_language_is_remembered(client: FlaskClient) -> None:
    assert 'lang="ru"' in client.get("/auth/bye?lang=ru").get_data(as_text=True)
    assert 'lang="ru"' in client.get("/auth/bye").get_data(as_text=True)
    assert 'lang="ru"' in client.get("/auth/bye?lang=xx").get_data(as_text=True)


def _address() -> str:
    return str(request.remote_addr)


def _open_to_all(view: object) -> object:
    return access(who=Who.ANYONE, csrf=False, rate=None)(view)  # type: ignore[type-var]


def test_the_name_of_a_request_is_forgotten_with_it(client: FlaskClient) -> None:
    for path in ("/healthz", "/nowhere", "/dashboard"):
        client.get(path, headers={"X-Request-ID": "one-of-a-kind"})
        assert bound_request_id() is None
