"""What every answer says to the browser, whatever kind of answer it is (ASVS 3.4)."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from app.webhooks.routes import MAX_BODY
from tests.support.production import Install
from tests.support.visitor import Visitor

pytestmark = pytest.mark.processes

Another = Callable[..., Visitor]
DOOR = "/webhooks/whop"
NONCE = re.compile(r"'nonce-([^']{16,})'")
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
PAGES = (
    "/dashboard",
    "/dashboard/cases",
    "/dashboard/cases/1",
    "/dashboard/events",
    "/dashboard/settings",
    "/logout",
)
OPEN_PAGES = ("/auth/bye", "/r/none", "/unsubscribe/none", "/preferences/none", "/connect/none", "/nowhere")


@pytest.fixture
def stray_merchant(install: Install) -> Iterator[str]:
    """One whose row nobody foresaw: its pages fail."""
    with Visitor(install.address) as owner:
        owner.sign_in(whop="biz_stray")
        _zone(install, "Nowhere/Never")
        yield owner.cookies["sid"]
        _zone(install, "UTC")


def _zone(install: Install, zone: str) -> None:
    with closing(sqlite3.connect(Path(install.folder) / "autochargesaver.db")) as connection, connection:
        changed = connection.execute("UPDATE merchant SET zone = ? WHERE biz_id = 'biz_stray'", (zone,))
        assert changed.rowcount == 1


@pytest.fixture
def answers(merchant: Visitor, another: Another, stray_merchant: str) -> dict[str, httpx.Response]:
    """One of every kind, by what it is; each has the status that its name begins with."""
    crowd = another()
    for _ in range(21):
        refused = crowd.get("/auth/dev")
    stray = {"Cookie": f"sid={stray_merchant}"}
    json = {"Content-Type": "application/json"}
    return {
        "200 page": merchant.get("/dashboard"),
        "200 open page": merchant.get("/auth/bye"),
        "200 file": merchant.get("/static/app.css"),
        "200 json": merchant.get("/api/me"),
        "200 csv": merchant.get("/dashboard/cases.csv"),
        "200 description": merchant.get("/api/openapi.json"),
        "200 health": merchant.get("/healthz"),
        "302 to sign in": another().get("/dashboard"),
        "400 field": merchant.get("/dashboard/cases?state=x"),
        "400 token": merchant.post("/auth/logout"),
        "400 host": merchant.get("/auth/bye", headers={"Host": "evil.example"}),
        "401 json": another().get("/api/me"),
        "401 door": merchant.post(DOOR, content=b"{}", headers={**json, "webhook-id": "x"}),
        "404 page": merchant.get("/nowhere"),
        "404 file": merchant.get("/static/nowhere.css"),
        "404 json": merchant.get("/api/nowhere"),
        "405 page": merchant.ask("DELETE", "/logout"),
        "405 door": merchant.get(DOOR),
        "413 door": merchant.post(DOOR, content=b"x" * (MAX_BODY + 1), headers=json),
        "415 door": merchant.post(DOOR, content=b"{}", headers={"Content-Type": "text/plain"}),
        "429 page": refused,
        "500 page": merchant.get("/dashboard", headers=stray),
        "500 json": merchant.get("/api/cases", headers=stray),
        "503 health": merchant.get("/readyz"),
    }


def test_every_kind_of_answer_is_strict_with_the_browser(answers: dict[str, httpx.Response]) -> None:
    assert {kind: answer.status_code for kind, answer in answers.items()} == {
        kind: int(kind[:3]) for kind in answers
    }
    for kind, answer in answers.items():
        told = {name: answer.headers.get(name) for name in STRICT}
        assert (kind, told) == (kind, STRICT)
        policy = answer.headers["Content-Security-Policy"]
        parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert {name: parts.get(name) for name in NOTHING} == dict.fromkeys(NOTHING, "'none'")
        assert "unsafe" not in policy and "*" not in parts["script-src"] + parts["style-src"]


STRICT = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NOTHING = ("default-src", "object-src", "base-uri", "frame-ancestors")


def test_no_answer_tells_what_runs_here(answers: dict[str, httpx.Response]) -> None:
    for kind, answer in answers.items():
        assert (kind, answer.headers.get("Server", "gunicorn")) == (kind, "gunicorn")
        assert "X-Powered-By" not in answer.headers
        if answer.status_code >= 400:
            assert "Traceback" not in answer.text and "site-packages" not in answer.text


def test_nothing_but_files_is_kept_by_caches_or_read_by_other_sites(
    answers: dict[str, httpx.Response],
) -> None:
    for kind, answer in answers.items():
        kept, read = answer.headers["Cache-Control"], answer.headers["Cross-Origin-Resource-Policy"]
        expected = ("no-cache", "cross-origin") if "file" in kind else ("no-store", "same-origin")
        assert (kind, kept, read) == (kind, *expected)


def test_every_page_has_a_nonce_of_its_own_and_no_inline_script(merchant: Visitor) -> None:
    nonces: list[str] = []
    for page in (*PAGES, *PAGES, *OPEN_PAGES):
        answer = merchant.get(page)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        (nonce,) = NONCE.findall(answer.headers["Content-Security-Policy"])
        nonces.append(nonce)
        for attributes, inside in SCRIPT.findall(answer.text):
            assert inside.strip() == "" or f'nonce="{nonce}"' in attributes
        assert re.search(r"<[^>]+\s(on\w+|style)\s*=", answer.text) is None
    assert len(set(nonces)) == len(nonces)


def test_every_cookie_has_its_flags(visitor: Visitor) -> None:
    given = [
        visitor.get("/auth/dev"),
        visitor.get("/dashboard?lang=ru"),
        visitor.post("/auth/logout", data={"csrf_token": visitor.token()}),
    ]
    cookies = [
        morsel
        for answer in given
        for line in answer.headers.get_list("set-cookie")
        for morsel in SimpleCookie(line).values()
    ]
    assert {cookie.key for cookie in cookies} == {"sid", "lang"}
    for cookie in cookies:
        flags = (
            cookie["path"],
            cookie["samesite"],
            bool(cookie["httponly"]),
            bool(cookie["secure"]),
            cookie["domain"],
        )
        assert (cookie.key, *flags) == (cookie.key, "/", "Lax", True, True, "")
    assert given[-1].headers["Location"] == "/auth/bye"


def test_programs_and_probes_get_no_cookie(merchant: Visitor) -> None:
    own = ("/r/none", "/unsubscribe/none", "/preferences/none", "/connect/none?lang=ru")
    for path in ("/healthz", "/readyz", "/api/health", "/static/app.css", *own):
        assert "Set-Cookie" not in merchant.get(path).headers
    assert "Set-Cookie" not in merchant.post(DOOR, json={}).headers
