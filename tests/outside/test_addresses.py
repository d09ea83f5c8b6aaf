"""Which host, which proxy and which way back is believed, and which methods are answered."""

from collections.abc import Callable

import pytest
from flask import request

from app import create_app
from app.security.access import Who, access
from tests.conftest import MakeSettings
from tests.support.visitor import HOST, OUTSIDE, Visitor
from tests.web.test_sign_in import PRODUCTION

pytestmark = pytest.mark.processes

HOSTILE = (
    "https://evil.example", "http://evil.example/dashboard", "//evil.example", "///evil.example", "/\\evil.example",
    "\\\\evil.example", "/\t/evil.example", "\t//evil.example", "javascript:alert(1)", "data:text/html,x",
    "https:evil.example", "/dashboard\r\nLocation: https://evil.example", "@evil.example", "/%0d%0a//evil.example",
)  # fmt: skip
PATHS = ("/", "/dashboard", "/auth/whop", "/auth/dev", "/auth/logout", "/api/me", "/api/cases/1/pause", "/webhooks/whop",
         "/healthz", "/static/app.css", "/r/none", "/unsubscribe/none", "/preferences/none",
         "/connect/none", "/nowhere")  # fmt: skip


@pytest.mark.parametrize("wanted", HOSTILE)
def test_the_way_back_after_signing_in_is_a_page_of_ours(
    another: Callable[..., Visitor], wanted: str
) -> None:
    visitor = another()
    location = visitor.get("/auth/dev", params={"next": wanted}).headers["Location"]
    assert location == "/dashboard" or (location.startswith("/%0d") and "evil" in wanted)
    assert not location.startswith(("//", "/\\"))
    first = visitor.get("/auth/whop", params={"next": wanted}).headers["Location"]
    assert first.startswith("/auth/dev?next=")


def test_a_page_of_ours_is_gone_back_to(visitor: Visitor) -> None:
    told = visitor.get("/auth/dev", params={"next": "/dashboard/cases?state=open"})
    assert told.headers["Location"] == "/dashboard/cases?state=open"


@pytest.mark.parametrize(
    "host", ["evil.example", f"{HOST}.evil.example", f"evil.example:{443}", "127.0.0.2", f"x.{HOST}", ""]
)
def test_an_unknown_host_is_refused(visitor: Visitor, host: str) -> None:
    answer = visitor.get("/auth/bye", headers={"Host": host})
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "Forwarded", "X-Original-URL"]
)
def test_no_other_header_names_the_host(visitor: Visitor, name: str) -> None:
    for path in ("/auth/bye", "/dashboard", "/nowhere"):
        answer = visitor.get(
            path, headers={name: "host=evil.example" if name == "Forwarded" else "evil.example"}
        )
        assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("env", "believed"),
    [
        ({**PRODUCTION}, "203.0.113.3"),
        ({**PRODUCTION, "TRUSTED_PROXY_HOPS": "0"}, "127.0.0.1"),
        ({**PRODUCTION, "TRUSTED_PROXY_HOPS": "2"}, "203.0.113.2"),
        ({}, "127.0.0.1"),
    ],
)
def test_only_so_many_proxies_are_believed(
    make_settings: MakeSettings, env: dict[str, str], believed: str
) -> None:
    app = create_app(make_settings(**env))

    @access(who=Who.ANYONE, csrf=False, rate=None)
    def who() -> str:
        return str(request.remote_addr)

    app.add_url_rule("/who", view_func=who)
    chain = "203.0.113.1, 203.0.113.2, 203.0.113.3"
    answer = app.test_client().get(
        "/who", base_url=OUTSIDE.replace(HOST, "localhost"), headers={"X-Forwarded-For": chain}
    )
    assert answer.get_data(as_text=True) == believed


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "QUERY"])
def test_unusual_methods_are_refused_everywhere(merchant: Visitor, method: str) -> None:
    for path in PATHS:
        answer = merchant.ask(method, path)
        assert answer.status_code in ((404, 405) if path == "/nowhere" else (405,)), path
        assert merchant.cookies["sid"] not in answer.text


def test_asking_for_options_tells_methods_and_nothing_else(merchant: Visitor, visitor: Visitor) -> None:
    for path in PATHS:
        for somebody in (merchant, visitor):
            answer = somebody.ask("OPTIONS", path)
            assert answer.status_code in (200, 302, 401, 404, 405), path
            assert not [name for name in answer.headers if name.startswith("access-control")]
            assert answer.text == "" or answer.status_code != 200
    assert merchant.ask("OPTIONS", "/webhooks/whop").status_code == 405
