"""Real processes at the lowest level of logging: a whole life of an install leaves no secret and no person in a line."""

import json
from pathlib import Path

import pytest

from app import create_app
from tests.conftest import MakeSettings
from tests.support import canaries, surface
from tests.support.marked_install import (
    Install,
    environment,
    fall_ill,
    insist,
    knock,
    mail_server,
    mumble,
    remind,
    walk,
)
from tests.support.processes import answers, running, wait_until
from tests.support.whop_api import WhopApi

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

LINES = 300
EVENTS = (
    "request.done", "request.failed", "door.refused", "access.not_here", "inbox.processed", "inbox.row_failed",
    "delivery.recorded", "limits.store_away", "worker.started", "worker.stopped",
)  # fmt: skip
STATUSES = {200, 302, 400, 404, 405, 415, 429, 500}


@pytest.mark.parametrize(
    ("app_env", "dsn"),
    [("development", "sqlite"), ("production", "postgresql")],
    indirect=["dsn"],
)
def test_a_whole_life_leaves_no_secret_and_no_person_in_a_line(
    app_env: str, dsn: str, make_settings: MakeSettings, tmp_path: Path
) -> None:
    with mail_server() as mail, WhopApi() as whop_api:
        env = environment(app_env, dsn=dsn, mail=mail, folder=tmp_path) | {"WHOP_API_URL": whop_api.url}
        whop_api.key = env["WHOP_API_KEY"]
        with running("up", env, cwd=tmp_path) as child:
            wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
            install = Install(env, child, mail, whop_api)
            tokens = remind(install)
            knock(install)
            paths = surface.addresses(create_app(make_settings()), tokens=tokens)
            with install.signed_in() as client:
                client.cookies.set("other", canaries.secret("cookie", hard=""))
                statuses = set(walk(client, paths))
                mumble(install)
                statuses |= set(fall_ill(install, client)) | insist(client)
                cookie = client.cookies["sid"]
            install.stop()
    log = (tmp_path / "up.log").read_text(encoding="utf-8")
    assert canaries.traces(log) == []
    assert not [piece for piece in (cookie, *tokens) if piece in log]
    assert statuses >= STATUSES and len(tokens) == 2
    assert_it_was_loud(log, json_lines=app_env == "production")
    assert_stored_without_secrets(install.dsn, cookie)


def assert_it_was_loud(log: str, *, json_lines: bool) -> None:
    """Silence would prove nothing."""
    lines = log.splitlines()
    found = {name for line in lines for name in EVENTS if name in line}
    # In development every page exists.
    assert found == set(EVENTS) - (set() if json_lines else {"access.not_here"}) and len(lines) > LINES
    if json_lines:
        assert all("event" in json.loads(line) for line in lines)
    else:
        assert "path=/dashboard/cases/1 " in log and "status=404" in log


def assert_stored_without_secrets(dsn: str, cookie: str) -> None:
    """People belong into their tables; secrets, and people in the audit, do not."""
    tables = canaries.stored(dsn)
    assert len(tables) > 10 and canaries.traces(tables["customer"])
    assert {name: canaries.traces(rows, people=False) for name, rows in tables.items()} == {
        name: [] for name in tables
    }
    assert canaries.traces(tables["audit"]) == []
    assert not [name for name, rows in tables.items() if cookie in rows]
