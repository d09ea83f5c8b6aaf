"""What goes wrong in web and worker arrives at Sentry once, named, and holds nothing that the log may not hold."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from app.db import Database
from app.models import Merchant
from app.version import VERSION
from tests.support import whop_events as whop
from tests.support.install import post, states
from tests.support.processes import answers, environment, run, running, terminated, wait_until
from tests.support.sentry_peer import SentryPeer

pytestmark = pytest.mark.processes

PASSWORD = "canary-smtp-pass-5712"
EMAIL = "dana.canary@example.com"
LINK = "/r/canarytoken5712.signature"
HELD = (PASSWORD, EMAIL, "canarytoken5712", whop.SECRET, "s" * 40, "canary-body")
ODD = f"{PASSWORD} {EMAIL} {LINK}"
LEFT_OUT = {"cookies", "headers", "user", "vars", "env", "request"}


@pytest.fixture
def sentry() -> Iterator[SentryPeer]:
    with SentryPeer() as peer:
        yield peer


@pytest.fixture
def reporting(env: dict[str, str], sentry: SentryPeer) -> dict[str, str]:
    return {**env, "SENTRY_DSN": sentry.dsn, "SMTP_PASS": PASSWORD, "MOCK_LOGIN": "true"}


def names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from names(inner)


def spoil(database: Database) -> None:
    """Whatever reads the state of a case fails with a text full of secrets."""
    with database.transaction() as write:
        write.execute(text('UPDATE "case" SET state = :odd'), {"odd": ODD})


def sign_in(browser: httpx.Client, database: Database) -> None:
    """As the owner of the only merchant."""
    with database.reading() as read:
        biz_id = read.scalars(select(Merchant.biz_id)).one()
    assert browser.get("/auth/dev", params={"email": EMAIL, "whop": biz_id}).status_code == 302


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_exception_in_a_view_and_one_in_the_worker_arrive_and_hold_no_secret(
    reporting: dict[str, str], database: Database, sentry: SentryPeer, tmp_path: Path
) -> None:
    address = reporting["APP_HOST"]
    with running("web", reporting, cwd=tmp_path) as web, running("worker", reporting, cwd=tmp_path) as worker:
        wait_until(lambda: answers(address), "the web server", child=web)
        post(address, whop.payment_failed(at=datetime.now(UTC)))
        wait_until(lambda: states(database) == ["done"], "the case", child=worker)
        with httpx.Client(base_url=address) as browser:
            sign_in(browser, database)
            cookie = browser.cookies["sid"]
            spoil(database)
            asked = {"email": EMAIL, "token": "canarytoken5712"}
            answer = browser.get("/dashboard/cases/1", params=asked, headers={"X-Request-ID": "view-name-1"})
        assert answer.status_code == 500
        paid = whop.payment_succeeded(at=datetime.now(UTC), email="canary-body@example.com")
        assert post(address, paid, **{"X-Request-ID": "post-name-1"}).status_code == 200
        wait_until(lambda: len(sentry.reports) >= 2, "both reports")
        assert (terminated(worker), terminated(web)) == (0, 0)
    (view,), (event,) = sentry.about("request.failed"), sentry.about("inbox.row_failed")
    for report, name, level in ((view, "view-name-1", "error"), (event, "post-name-1", "warning")):
        assert report["tags"]["request_id"] == name
        assert (report["release"], report["environment"], report["level"]) == (VERSION, "production", level)
        (error,) = report["exception"]["values"]
        assert error["type"] == "ValueError" and error["value"].startswith("'*** *** /r/***")
        assert error["stacktrace"]["frames"]
        assert LEFT_OUT.isdisjoint(names(report))
    everything = "\n".join(sentry.raw)
    assert [held for held in (*HELD, cookie) if held in everything] == []
    assert len(sentry.reports) == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_report_made_at_the_end_of_a_process_is_sent_before_it_ends(
    reporting: dict[str, str], sentry: SentryPeer, tmp_path: Path
) -> None:
    program = (
        "import os; from app import error_reports, log; from app.settings import Settings\n"
        "settings = Settings.load(); log.configure(settings); error_reports.start(settings)\n"
        "log.get_logger('end').error('end.failed', about={'dana.canary@example.com': 1})\n"
        "error_reports.flush(); os._exit(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(reporting), cwd=tmp_path, timeout=60
    )
    assert done.returncode == 0
    (report,) = sentry.about("end.failed")
    assert report["contexts"]["log"]["about"] == {"***": 1}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_sentry_that_never_answers_does_not_hold_up_the_end(
    reporting: dict[str, str], database: Database, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"http://publickey4711@127.0.0.1:{silent.getsockname()[1]}/42"
        with running("up", {**reporting, "SENTRY_DSN": dsn}, cwd=tmp_path) as tree:
            wait_until(lambda: answers(reporting["APP_HOST"]), "the web server", child=tree)
            post(reporting["APP_HOST"], whop.payment_failed(at=datetime.now(UTC)))
            wait_until(lambda: states(database) == ["done"], "the case", child=tree)
            spoil(database)
            post(reporting["APP_HOST"], {**whop.payment_failed(), "id": "msg_again"})
            wait_until(lambda: silent_was_asked(silent), "a report on its way", child=tree)
            tree.send_signal(signal.SIGTERM)
            assert tree.wait(timeout=20) == 0, "1 would mean that it was cut after ten seconds"


def silent_was_asked(silent: socket.socket) -> bool:
    """Somebody connects; they get no answer."""
    silent.settimeout(0.1)
    try:
        KEPT_OPEN.append(silent.accept()[0])
    except TimeoutError:
        return False
    return True


KEPT_OPEN: list[socket.socket] = []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_dsn_without_the_extra_is_refused_at_start(reporting: dict[str, str], tmp_path: Path) -> None:
    # As Python sees it where the package is not installed.
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['sentry_sdk'] = None")
    path = f"{tmp_path}:{environment({})['PYTHONPATH']}"
    for command in ("up", "web", "worker"):
        done = run(command, env={**reporting, "PYTHONPATH": path}, cwd=tmp_path)
        assert done.returncode == 2
        assert [line for line in done.stderr.splitlines() if "SENTRY" in line] == [
            "  SENTRY_DSN: it needs the extra `sentry`: pip install 'autochargesaver[sentry]'"
        ]
    without = {name: value for name, value in reporting.items() if name != "SENTRY_DSN"}
    assert run("migrate", env={**without, "PYTHONPATH": path}, cwd=tmp_path).returncode == 0
