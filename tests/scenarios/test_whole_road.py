"""The whole road with nothing pretended: posted events, the real processes, a real mail server, the pages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.db import Database
from tests.support import whop_events as whop
from tests.support.post_events import FIRST_FAILURE, moved
from tests.support.processes import answers, free_port, run, running, wait_until
from tests.support.smtp_server import SmtpServer

pytestmark = pytest.mark.processes


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def env(database: Database, mail: SmtpServer, tmp_path: Path) -> dict[str, str]:
    port = free_port()
    return {
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "INSTANCE_DIR": str(tmp_path / "instance"),
        "WHOP_WEBHOOK_SECRET": whop.SECRET,
        "SMTP_HOST": mail.host,
        "SMTP_PORT": str(mail.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "billing@example.com",
        "PORT": str(port),
        "APP_HOST": f"http://127.0.0.1:{port}",
    }


def post(address: str, event: whop.Event) -> None:
    body, headers = whop.signed(event, now=datetime.now(UTC))
    answer = httpx.post(f"{address}/webhooks/whop", content=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def sample(name: str, *, hours: float = 0) -> whop.Event:
    """An example event of the platform, as if the failure had been now, so many hours ago."""
    return moved(whop.load(name), by=datetime.now(UTC) - FIRST_FAILURE + timedelta(hours=hours))


def test_five_days_bring_exactly_the_planned_messages(
    env: dict[str, str], mail: SmtpServer, tmp_path: Path
) -> None:
    with running("up", env, cwd=tmp_path) as child:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
        post(env["APP_HOST"], sample("payment_failed.pinned"))
        for hours, messages in ((24, 1), (48, 2), (33, 3)):
            assert run("clock", "advance", f"{hours}h", env=env, cwd=tmp_path).returncode == 0
            wait_until(lambda n=messages: len(mail.messages) >= n, f"message {messages}", child=child)
        assert run("clock", "advance", "2d", env=env, cwd=tmp_path).returncode == 0
        page = overview(env["APP_HOST"])
    assert len(mail.messages) == 3
    assert {delivered.recipients for delivered in mail.messages} == {("dana.reyes@example.com",)}
    assert len({delivered.mail["Message-ID"] for delivered in mail.messages}) == 3
    assert "At risk" in page and "$49.00" in page


def test_the_reminder_leads_to_the_fix_page_and_the_success_stops_the_rest(
    env: dict[str, str], mail: SmtpServer, tmp_path: Path
) -> None:
    with running("up", env, cwd=tmp_path) as child:
        wait_until(lambda: answers(env["APP_HOST"]), "the web server", child=child)
        post(env["APP_HOST"], sample("payment_failed.pinned"))
        run("clock", "advance", "24h", env=env, cwd=tmp_path)
        wait_until(lambda: len(mail.messages) == 1, "the reminder", child=child)
        text = mail.messages[0].mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        link = re.search(r"http://\S+/r/\S+", text)
        assert link is not None
        assert "did not go through" in httpx.get(link[0]).text
        pressed = httpx.post(link[0])
        assert (pressed.status_code, pressed.headers["location"][:17]) == (303, "https://whop.com/")
        post(env["APP_HOST"], sample("payment_succeeded.pinned", hours=-6))
        wait_until(lambda: "All paid" in httpx.get(link[0]).text, "the case to close", child=child)
        run("clock", "advance", "48h", env=env, cwd=tmp_path)
        run("clock", "advance", "33h", env=env, cwd=tmp_path)
        page = overview(env["APP_HOST"])
    assert len(mail.messages) == 1
    assert re.search(r"Recovered.{0,400}\$49\.00", page, re.DOTALL)


def overview(address: str) -> str:
    """The page of the merchant whom the sample events are about."""
    with httpx.Client(base_url=address, follow_redirects=True) as client:
        return client.get("/auth/dev", params={"whop": "biz_7Hc1sPq9LmXzRd"}).text
