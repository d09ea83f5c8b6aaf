"""No other site's page can do anything in a merchant's name: every route that changes something, from the URL map."""

from collections.abc import Callable, Iterator

import pytest
from werkzeug.routing import IntegerConverter, Rule

from app import create_app
from app.security.access import Who, declared
from app.settings import Settings
from tests.support.production import Install
from tests.support.visitor import OUTSIDE, Visitor

pytestmark = pytest.mark.processes

Another = Callable[..., Visitor]
SAFE = {"GET", "HEAD", "OPTIONS"}
VALUES = {"case_id": "1", "deed": "pause", "row_id": "1", "name": "email", "key": "funds.first"}


@pytest.fixture
def changing(install: Install) -> list[str]:
    """Addresses of every route that is protected by a token and exists in production."""
    app = create_app(Settings.load(install.env, env_file=None))
    with app.test_request_context():
        return sorted(_addresses(app.url_map.bind("recover.example")))


def _addresses(bound: object) -> Iterator[str]:
    for rule in bound.map.iter_rules():  # type: ignore[attr-defined]
        rights = declared(rule.endpoint)
        if rights and rights.csrf and rights.who is not Who.DEVELOPMENT and set(rule.methods) - SAFE:
            values = {name: _value(rule, name) for name in rule.arguments}
            yield bound.build(rule.endpoint, values, method="POST")  # type: ignore[attr-defined]


def _value(rule: Rule, name: str) -> str:
    """One that the address takes."""
    converter = rule._converters[name]
    if isinstance(converter, IntegerConverter):
        return "1"
    taken = sorted(getattr(converter, "items", ()))
    return VALUES[name] if not taken or VALUES.get(name) in taken else taken[0]


def test_the_search_finds_the_routes(changing: list[str]) -> None:
    assert {"/auth/logout", "/api/cases/1/pause", "/dashboard/cases/1/pause", "/dashboard/settings"} <= set(
        changing
    )


def test_nothing_is_changed_without_the_sessions_own_token(
    merchant: Visitor, another: Another, changing: list[str]
) -> None:
    foreign = another().sign_in().token()
    old = _token_of_a_session_that_ended(another())
    before = _case(merchant)
    for path in changing:
        somebody = another().sign_in()  # the API has a rate, so each address is tried by another person
        for token in (None, "", "rubbish", foreign, old):
            for extra in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
                form = {} if token is None else {"csrf_token": token}
                sent = {**extra, **({} if token is None else {"X-CSRFToken": token})}
                assert (path, somebody.post(path, data=form, headers=sent).status_code) == (path, 400)
                assert (path, somebody.post(path, json=form, headers=sent).status_code) == (path, 400)
    assert _case(merchant) == before


def _token_of_a_session_that_ended(somebody: Visitor) -> str:
    token = somebody.sign_in().token()
    assert somebody.post("/auth/logout", data={"csrf_token": token}).status_code == 302
    return token


@pytest.mark.parametrize(
    "sent",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://recover.example.evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/dashboard"},
    ],
    ids=str,
)
def test_another_sites_page_is_refused_even_with_the_right_token(
    merchant: Visitor, changing: list[str], sent: dict[str, str | None]
) -> None:
    token, before = merchant.token(), _case(merchant)
    for path in changing:
        answer = merchant.post(path, data={"csrf_token": token}, headers={**sent, "X-CSRFToken": token})
        assert (path, answer.status_code) == (path, 400)
    assert _case(merchant) == before


def test_our_own_page_is_let_through(merchant: Visitor) -> None:
    sent = {"Origin": OUTSIDE, "Sec-Fetch-Site": "same-origin", "X-CSRFToken": merchant.token()}
    for deed, state in (("pause", "paused"), ("resume", "open")):
        path = f"/api/cases/{_running(merchant)}/{deed}"
        answer = merchant.post(path, headers=sent)
        assert (answer.status_code, answer.json()["state"]) == (200, state)


def test_a_session_that_ended_opens_nothing(visitor: Visitor) -> None:
    visitor.sign_in()
    token, old = visitor.token(), dict(visitor.cookies)
    visitor.post("/auth/logout", data={"csrf_token": token})
    visitor.cookies = old
    assert visitor.get("/api/me").status_code == 401
    assert visitor.get("/dashboard").headers["Location"].startswith("/auth/dev")
    assert visitor.post("/api/cases/1/pause", headers={"X-CSRFToken": token}).status_code == 401


def _running(merchant: Visitor) -> int:
    return int(merchant.get("/api/cases?state=in_progress").json()["cases"][-1]["id"])


def _case(merchant: Visitor) -> object:
    """What a forged request could have changed, as the owner sees it."""
    profile = [line for line in merchant.get("/dashboard/settings").text.splitlines() if "csrf" not in line]
    return profile, merchant.get("/api/cases/1").json()
