"""A running install whose every secret is marked, and its life from the first failed payment to the stop."""

import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from sqlalchemy import text

from app.db import Database
from app.settings import Settings
from app.whop.signature import signature_headers, signing_key
from tests.support import canaries, surface
from tests.support import whop_events as whop
from tests.support.processes import free_port, wait_until
from tests.support.smtp_server import SmtpServer
from tests.support.whop_api import WhopApi, a_membership

GOOD, GONE, BUSY, ODD = (canaries.address(name) for name in ("good", "gone", "busy", "odd"))
REPLIES = {
    GONE: f"550 5.1.1 <{GONE}>: {canaries.NAME} is unknown here",
    BUSY: f"450 4.2.1 <{BUSY}> try later",
    ODD: f"garbage about {ODD}",
}
POISON = f"{canaries.NAME} Poison"


def mail_server() -> SmtpServer:
    """Asks for the marked password and names people in its refusals."""
    password = canaries.secret("smtp", hard="\"'/+% &#")  # smtplib signs in with ASCII alone
    return SmtpServer(user=canaries.address("postmaster"), password=password, replies=REPLIES)


def environment(app_env: str, *, dsn: str, mail: SmtpServer, folder: Path) -> dict[str, str]:
    """Each secret setting, marked; Redis, Whop and Sentry are away at their marked addresses."""
    port, away = free_port(), free_port()
    secret = canaries.secret
    return {
        "APP_ENV": app_env,
        "LOG_LEVEL": "DEBUG",
        "MOCK_LOGIN": "true",
        "APP_HOST": f"http://127.0.0.1:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "CONTROL_SHARE": "0",
        "INSTANCE_DIR": str(folder / "instance"),
        "DATABASE_URL": dsn,
        "REDIS_URL": f"redis://:{quote(secret('redis'), safe='')}@127.0.0.1:{away}/0",
        "SESSION_SECRET": f"{secret('session')},{secret('session')}",
        "WHOP_CLIENT_ID": "app_marked",
        "WHOP_CLIENT_SECRET": secret("client"),
        "WHOP_WEBHOOK_SECRET": f"{secret('webhook')},{secret('webhook')}",
        "WHOP_API_KEY": secret("api", hard=""),  # a header is ASCII
        "WHOP_API_URL": f"http://127.0.0.1:{away}",
        "SMTP_HOST": mail.host,
        "SMTP_PORT": str(mail.port),
        "SMTP_SECURITY": "none",
        "SMTP_USER": mail.user or "",
        "SMTP_PASS": mail.password,
        "SMTP_FROM": canaries.address("billing"),
        "TELEGRAM_BOT_TOKEN": f"123456789:{secret('bot', hard='')}",
        "TELEGRAM_WEBHOOK_SECRET": secret("telegram", hard=""),
        "DISCORD_BOT_TOKEN": secret("discord"),
        "DISCORD_CLIENT_SECRET": secret("discord"),
        "DISCORD_WEBHOOK_URL": f"https://discord.com/api/webhooks/123456789012345678/{secret('hook', hard='')}",
        "SENTRY_DSN": f"http://{secret('sentry', hard='')}@127.0.0.1:{away}/1",
        "METRICS_TOKEN": secret("metrics"),
    }


@dataclass
class Install:
    """The processes that run with that environment, seen from outside."""

    env: Mapping[str, str]
    child: subprocess.Popen[bytes]
    mail: SmtpServer
    whop_api: WhopApi | None = None
    """Knows each payment that fails, as Whop would be asked about it; None: Whop is away."""

    def __post_init__(self) -> None:
        self.address = self.env["APP_HOST"]
        self.webhook_secret = self.env["WHOP_WEBHOOK_SECRET"].split(",")[1]
        # As the application does it: the password may hold whatever an address may not.
        self.dsn = Settings.load(self.env, env_file=None).database_dsn

    @contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        whose = {"email": canaries.address("owner"), "whop": "biz_7Hc1sPq9LmXzRd"}
        with httpx.Client(base_url=self.address, timeout=30, follow_redirects=True) as client:
            assert client.get("/auth/dev", params=whose).status_code == 200
            yield client

    def post(self, body: bytes, message_id: str, **headers: str) -> int:
        signed = signature_headers(
            message_id=message_id,
            body=body,
            secret=signing_key(self.webhook_secret),
            now=datetime.now(UTC),
        )
        given = {**signed, "content-type": "application/json", **headers}
        url = f"{self.address}/webhooks/whop"
        return httpx.post(url, content=body, headers=given, timeout=30).status_code

    def fail_payment(self, number: int, *, email: str, name: str = canaries.NAME) -> None:
        """Of another customer each, in an event that carries all that Whop may tell of a person."""
        people = {
            "customer_phone": canaries.PHONE,
            "ip_address": canaries.IP_ADDRESS,
            "billing_address": {"name": canaries.NAME, "line1": canaries.NAME, "country": "US"},
            "payment_instrument": {"card": {"brand": "visa", "last4": canaries.LAST4}},
        }
        event = whop.payment_failed(
            payment_id=f"pay_{number}",
            user_id=f"user_{number}",
            member_id=f"mber_{number}",
            membership_id=f"mem_{number}",
            name=name,
            email=email,
            at=datetime.now(UTC),
            next_attempt_at=None,
            data=people,
        )
        if self.whop_api is not None:
            past_due = a_membership(f"mem_{number}", user={"id": f"user_{number}", "name": canaries.NAME})
            self.whop_api.add(event["data"], past_due)
        assert self.post(whop.encoded(event), event["id"]) == 200

    def stop(self) -> None:
        """Wait for the last line, however long a busy machine takes for it."""
        self.child.send_signal(signal.SIGTERM)
        wait_until(lambda: self.child.poll() is not None, "the end of the processes")

    def run_sql(self, *statements: str) -> None:
        database = Database(self.dsn)
        try:
            with database.transaction() as session:
                for statement in statements:
                    session.execute(text(statement))
        finally:
            database.close()

    def count(self, query: str) -> int:
        database = Database(self.dsn)
        try:
            with database.reading() as session:
                return int(session.scalar(text(query)) or 0)
        finally:
            database.close()

    def wait_for(self, query: str, number: int) -> None:
        wait_until(lambda: self.count(query) >= number, f"{number} of: {query}", child=self.child)


def remind(install: Install) -> list[str]:
    """Four payments fail and their first reminders are due; the tokens in the mail that was taken."""
    for number, email in enumerate((GOOD, GONE, BUSY, ODD)):
        install.fail_payment(number, email=email)
        install.wait_for('SELECT count(*) FROM "case"', number + 1)
        # One after the other: the odd answer comes last, because the channel rests after it.
        opened = 'SELECT opened_at FROM "case" WHERE id = case_id'
        first = f"position = 1 AND case_id = {number + 1}"
        install.run_sql(f"UPDATE step SET due_at = ({opened}) WHERE {first}")
        install.wait_for("SELECT count(*) FROM delivery WHERE outcome <> 'in_flight'", number + 1)
    mail = install.mail.messages[0].mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    return re.findall(r"http://\S+/(?:r|unsubscribe)/(\S+)", mail)


def knock(install: Install) -> None:
    """Events that are refused, broken or hostile; the bodies are full of people."""
    people = f'{{"type":"{canaries.NAME}","data":{{"email":"{canaries.EMAIL}"'.encode()
    for number, body in enumerate((people, people + b"}}", b"\xff" + people, b"[" * 5_000)):
        assert install.post(body, f"msg_{number}") == 200
    marked = f"v1,{canaries.secret('signature', hard='')}"
    assert install.post(people, "msg_bad", **{"webhook-signature": marked}) == 401
    assert install.post(people, canaries.EMAIL, **{"webhook-timestamp": canaries.NAME}) in (400, 401)
    assert install.post(people * 20_000, "msg_big") == 413
    url = f"{install.address}/auth/dev"
    for asked in (surface.query(), {"email": f"{canaries.EMAIL},{canaries.EMAIL}", "whop": canaries.NAME}):
        assert httpx.get(url, params=asked, headers=surface.headers(), timeout=30).status_code in (302, 400)


def walk(client: httpx.Client, paths: list[str]) -> list[int]:
    """Every address, with marked headers, queries and bodies; the answers' statuses."""
    statuses = []
    bodies = list(surface.bodies())
    for number, path in enumerate(paths):
        if path in ("/auth/logout", "/auth/dev"):
            continue  # the session is still needed
        for method in surface.methods(number):
            body: dict[str, Any] = dict(bodies[number % len(bodies)]) if method in ("POST", "PUT") else {}
            given = {**surface.headers(), **body.pop("headers", {})}
            try:
                answer = client.request(
                    method, path, params=surface.query(), headers=given, follow_redirects=False, **body
                )
            except httpx.TransportError:
                continue  # the server hung up on a body that it does not want
            statuses.append(answer.status_code)
    return statuses


def insist(client: httpx.Client) -> set[int]:
    """One more than the programming interface allows."""
    return {client.get("/api/me", headers=surface.headers()).status_code for _ in range(102)}


def mumble(install: Install) -> None:
    """Bytes that are no request: broken first lines, headers, lengths that lie."""
    host = urlsplit(install.address)
    secret = canaries.secret("raw", hard="")
    for said in (
        f"GET /r/{secret}?code={secret} HTTP/9.9\r\n\r\n",
        f"{canaries.NAME} {canaries.EMAIL}\r\n\r\n",
        f"GET / HTTP/1.1\r\nCookie {secret}: {canaries.NAME}\r\n\r\n",
        f"GET / HTTP/1.1\r\nX-Api-Key : {secret}\r\n {secret}\r\n\r\n",
        f"POST /webhooks/whop HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}{canaries.NAME} {canaries.EMAIL}\r\n\r\n",
        f"GET / HTTP/1.1\r\nTransfer-Encoding: {secret}\r\n\r\n",
        f"GET / HTTP/1.1\r\nCookie: sid={'x' * 20_000}{secret}\r\n\r\n",
    ):
        with socket.create_connection((host.hostname or "", host.port or 0), timeout=20) as wire:
            wire.sendall(said.encode())
            while wire.recv(4096):
                pass


def fall_ill(install: Install, client: httpx.Client) -> Iterator[int]:
    """Rows that the code cannot use and rows that the database refuses; the statuses of the pages."""
    refuse = "SELECT RAISE(ABORT, 'no'); END" if install.dsn.startswith("sqlite") else ""
    install.run_sql(
        f"CREATE TRIGGER no_poison BEFORE INSERT ON customer WHEN NEW.name LIKE '%Poison' BEGIN {refuse}"
        if refuse
        else "ALTER TABLE customer ADD CONSTRAINT no_poison CHECK (name NOT LIKE '%Poison') NOT VALID"
    )
    install.fail_payment(9, email=GOOD, name=POISON)
    install.wait_for("SELECT count(*) FROM inbox WHERE reason = 'IntegrityError'", 1)
    install.run_sql("UPDATE merchant SET zone = 'Nowhere'", "UPDATE customer SET zone = 'Nowhere'")
    for path in ("/dashboard/cases/1", "/api/cases/1"):
        yield client.get(path, params=surface.query(), headers=surface.headers()).status_code
