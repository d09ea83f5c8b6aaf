"""A sign-in with Whop at the lowest level of logging: no code, token, verifier or name stands in a line or a table."""

import time
from pathlib import Path

import httpx
import pytest
from flask import Response

from tests.support import canaries
from tests.support.marked_install import Install, environment, mail_server
from tests.support.processes import answers, running, wait_until
from tests.support.whop_server import FakeWhop, whop_server

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

APP = "app_embedded"


@pytest.mark.parametrize("app_env", ["development", "production"])
def test_a_sign_in_leaves_no_secret_and_no_person_in_a_line(app_env: str, tmp_path: Path) -> None:
    dsn = f"sqlite:///{tmp_path}/marked.db"
    with mail_server() as mail, whop_server() as whop:
        whop.make_token = lambda: canaries.secret("token", hard="")
        whop.people = {"user_dana": {"name": canaries.NAME, "email": canaries.EMAIL}}
        env = environment(app_env, dsn=dsn, mail=mail, folder=tmp_path)
        env |= {"MOCK_LOGIN": "false", "WHOP_API_URL": whop.address, "WHOP_APP_ID": APP}
        whop.client_id, whop.client_secret = env["WHOP_CLIENT_ID"], env["WHOP_CLIENT_SECRET"]
        whop.api_key = env["WHOP_API_KEY"]
        with running("up", env, cwd=tmp_path) as child:
            wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
            install = Install(env, child, mail)
            pages = sign_in(install, whop) + look_from_inside(install, whop)
            install.stop()
    log = (tmp_path / "up.log").read_text(encoding="utf-8")
    assert canaries.traces(log) == []
    assert [canaries.traces(page, people=False) for page in pages] == [[]] * len(pages)
    for told in ("auth.signed_in", "auth.sign_in_failed", "auth.not_revoked", "embedded.token_refused"):
        assert told in log
    tables = canaries.stored(dsn)
    assert {name for name, rows in tables.items() if canaries.traces(rows, people=False)} == set()
    assert canaries.traces(tables["audit"]) == []
    assert len(whop.access) >= 3 and len(whop.paths("/oauth/token")) >= 3


def sign_in(install: Install, whop: FakeWhop) -> list[str]:
    """Everything that a sign-in may come to; the pages that were shown."""
    pages = []
    with httpx.Client(base_url=install.address, timeout=30, follow_redirects=True) as client:
        page = client.get("/dashboard")
        assert page.status_code == 200 and canaries.NAME in page.text
        used = next(str(past.url) for past in page.history if "/auth/whop/callback" in str(past.url))
        pages += [page.text, client.get(used).text]
        install.run_sql(
            "UPDATE merchant_user SET checked_at = '2000-01-01'",
            "UPDATE whop_grant SET expires_at = '2000-01-01'",
        )
        assert client.get("/dashboard").status_code == 200
        whop.answers["/oauth/revoke"] = lambda: Response(client.cookies["sid"], 500)
        token = client.get("/logout").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        assert client.post("/auth/logout", data={"csrf_token": token}).status_code == 200
        echo = Response(f"{canaries.secret('echo')} {canaries.NAME}", 500)
        for path in ("/oauth/token", "/oauth/userinfo", "/api/v1/accounts", "/.well-known/jwks.json"):
            whop.answers = {path: lambda: echo}
            pages.append(client.get("/auth/whop").text)
        whop.answers = {}
    return pages


def look_from_inside(install: Install, whop: FakeWhop) -> list[str]:
    """With good tokens of Whop's frame, and with marked ones that do not hold."""
    url = f"{install.address}/dashboard/biz_A/dashboard"
    good = {"x-whop-user-token": whop.embedded_token("user_dana", app=APP, jti=canaries.secret("jti"))}
    bad = {"x-whop-user-token": canaries.secret("inside", hard="")}
    late = {"x-whop-user-token": whop.embedded_token("user_dana", app=APP, exp=int(time.time()) - 999)}
    found = [httpx.get(url, headers=headers, timeout=30) for headers in (good, bad, late)]
    assert [answer.status_code for answer in found] == [200, 302, 302]
    return [answer.text for answer in found]
