"""Real errors of the libraries we use, each made with marked secrets and marked people in reach.

Every function raises what the library raises; nothing is made up where the library can be brought to it.
"""

import asyncio
import contextlib
import io
import json
import smtplib
import subprocess
import sys
import warnings
from base64 import b64encode
from collections.abc import Callable
from unittest import mock
from urllib.parse import quote

import httpx
import psycopg2
import redis
import requests
import telegram
import urllib3
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask
from pydantic import BaseModel
from sqlalchemy import create_engine, text

from tests.support import canaries
from tests.support.canaries import EMAIL, NAME, PHONE
from tests.support.echo_peer import EchoPeer
from tests.support.processes import free_port
from tests.support.smtp_peer import PeerLine, SmtpPeer

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports audioop, for calls
    import discord
    from discord.http import Route

SECRETS = {
    name: canaries.secret(name.replace("_", ""), hard=hard)
    for name, hard in {
        "SMTP_PASS": "\"'/+% &#", "WHOP_API_KEY": "-_", "WHOP_CLIENT_SECRET": canaries.HARD,
        "DISCORD_BOT_TOKEN": ".-", "METRICS_TOKEN": "/+=",
    }.items()
}  # fmt: skip
BOT = f"123456789:{canaries.secret('bot', hard='-_')}"
HOOK = canaries.secret("hook", hard="-_")
PASSWORD = canaries.secret("redis")
SETTINGS = {
    **SECRETS,
    "LOG_LEVEL": "DEBUG",
    "SMTP_USER": EMAIL,
    "WHOP_CLIENT_ID": "app_1",
    "TELEGRAM_BOT_TOKEN": BOT,
    "DISCORD_WEBHOOK_URL": f"https://discord.com/api/webhooks/123456789012345678/{HOOK}",
    "REDIS_URL": f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:1/0",
}
KEY, CLIENT = SECRETS["WHOP_API_KEY"], SECRETS["WHOP_CLIENT_SECRET"]
FOREIGN = canaries.secret("foreign", hard="-")
"""A secret that is no setting: only its key or its form can give it away."""


def httpx_status() -> None:
    with EchoPeer() as peer, httpx.Client(headers={"Authorization": f"Bearer {FOREIGN}"}) as client:
        url = f"{peer.url.replace('://', f'://user:{FOREIGN}@')}/r/{FOREIGN}?access_token={FOREIGN}&email={EMAIL}"
        answer = client.post(url, json={"name": NAME, "key": KEY})
        try:
            answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            raise RuntimeError(f"{answer.text} {answer.request.headers!r} {error.request!r}") from error


def httpx_away() -> None:
    httpx.get(f"http://user:{quote(KEY)}@127.0.0.1:{free_port()}/cb?code={FOREIGN}&state={FOREIGN}")


def httpx_invalid_url() -> None:
    httpx.get(f"http://user:{KEY}@127.0.0.1:port{FOREIGN[:0]}/?token={FOREIGN}")


def requests_away() -> None:
    requests.get(f"http://127.0.0.1:{free_port()}/bot{BOT}/x", params={"client_secret": CLIENT}, timeout=5)


def urllib3_away() -> None:
    with urllib3.PoolManager(retries=0) as pool:
        pool.request("GET", f"http://127.0.0.1:{free_port()}/unsubscribe/{FOREIGN}?refresh_token={FOREIGN}")


def smtp_refuses_sign_in() -> None:
    def script(line: PeerLine) -> None:
        line.say(b"220 peer\r\n")
        line.hear()
        line.say(b"250-peer\r\n250 AUTH LOGIN PLAIN\r\n")
        while heard := line.hear():
            line.say(b"535 5.7.8 no: " + heard.strip() + b" for " + EMAIL.encode() + b"\r\n")

    with SmtpPeer(script) as peer, smtplib.SMTP("127.0.0.1", peer.port, timeout=5) as smtp:
        smtp.login(EMAIL, SECRETS["SMTP_PASS"])


def smtp_refuses_people() -> None:
    told = {EMAIL: (550, f"5.1.1 <{EMAIL}> unknown".encode()), f"x.{EMAIL}": (450, b"later")}
    raise smtplib.SMTPRecipientsRefused(told)


def smtp_debug_output() -> None:
    shown = io.StringIO()
    talkative = mock.patch.object(smtplib.SMTP, "debuglevel", 2)
    with contextlib.redirect_stderr(shown), contextlib.suppress(smtplib.SMTPException), talkative:
        smtp_refuses_sign_in()
    assert "AUTH" in shown.getvalue()
    raise RuntimeError(shown.getvalue())


def telegram_invalid_token() -> None:
    with EchoPeer() as peer:
        asyncio.run(_telegram(f"{peer.url}/bot"))


def telegram_away() -> None:
    asyncio.run(_telegram(f"http://127.0.0.1:{free_port()}/bot"))


async def _telegram(base_url: str) -> None:
    bot = telegram.Bot(BOT, base_url=base_url)
    try:
        async with bot:
            await bot.send_message(1, NAME)
    except telegram.error.TelegramError as error:
        raise RuntimeError(f"{bot!r} {bot.base_url}") from error


def discord_refused() -> None:
    with EchoPeer() as peer, mock.patch.object(Route, "BASE", peer.url):
        asyncio.run(_discord())


async def _discord() -> None:
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(SECRETS["DISCORD_BOT_TOKEN"])


def discord_webhook_refused() -> None:
    with EchoPeer(400) as peer, mock.patch.object(Route, "BASE", peer.url), requests.Session() as session:
        webhook = discord.SyncWebhook.partial(123456789012345678, HOOK, session=session)
        try:
            webhook.send(f"for {EMAIL}")
        except discord.HTTPException as error:
            raise RuntimeError(f"{webhook!r} {webhook.url} {error.text}") from error


def authlib_refused() -> None:
    with EchoPeer(400) as peer, OAuth2Session("app_1", CLIENT, redirect_uri="http://x/cb") as client:
        client.fetch_token(f"{peer.url}/token?code={FOREIGN}", code=FOREIGN, code_verifier=FOREIGN)


def authlib_wrong_state() -> None:
    with OAuth2Session("app_1", CLIENT, state="expected") as client:
        back = f"https://x.example/auth/whop/callback?code={FOREIGN}&state={FOREIGN}"
        client.fetch_token("http://127.0.0.1:1/token", authorization_response=back)


def redis_away() -> None:
    redis.from_url(SETTINGS["REDIS_URL"]).ping()


def redis_unreadable() -> None:
    redis.from_url(f"redis://:{PASSWORD}@127.0.0.1:port/0").ping()


def psycopg2_away() -> None:
    psycopg2.connect(f"postgresql://user:{FOREIGN}@127.0.0.1:{free_port()}/db?connect_timeout=2")


def psycopg2_unreadable() -> None:
    psycopg2.connect(f"postgresql://user:{FOREIGN}@[::1/db")


def flask_view() -> None:
    app = Flask("marked")

    @app.get("/r/<token>")
    def view(token: str) -> str:
        raise LookupError(f"{len(token)} characters for {EMAIL} with {CLIENT!r}")

    answer = app.test_client().get(f"/r/{FOREIGN}?code={FOREIGN}", headers={"Cookie": f"sid={FOREIGN}"})
    assert answer.status_code == 500
    raise RuntimeError(f"{answer.request!r} {answer.request.headers!r} {answer.request.args!r}")


def pydantic_refuses() -> None:
    class Person(BaseModel):
        name: int
        token: int
        email: int

    Person.model_validate({"name": NAME, "token": FOREIGN, "email": EMAIL})


def command_fails() -> None:
    subprocess.run([sys.executable, "-c", "raise SystemExit(3)", CLIENT, EMAIL], check=True)


def bytes_are_no_text() -> None:
    raise ValueError(
        f"{CLIENT.encode()!r} {json.dumps(json.dumps({'token': FOREIGN, 'name': NAME}))} {PHONE}"
    )


def basic_sign_in() -> None:
    pair = b64encode(f"{EMAIL}:{CLIENT}".encode()).decode()
    raise PermissionError(f"Authorization: Basic {pair}")


def sqlite_refuses() -> None:
    _insert_twice("sqlite://")


def _insert_twice(dsn: str) -> None:
    """On an engine as others make them: it shows parameters."""
    engine = create_engine(dsn)
    person = {"email": EMAIL, "name": NAME, "phone": PHONE, "token": FOREIGN}
    try:
        with engine.begin() as connection:
            connection.execute(
                text("CREATE TEMPORARY TABLE people (email text UNIQUE, name text, phone text)")
            )
            for _ in range(2):
                insert = "INSERT INTO people VALUES (:email, :name, :phone || CAST(:token AS text))"
                connection.execute(text(insert), person)
    finally:
        engine.dispose()


ERRORS: tuple[Callable[[], None], ...] = (
    httpx_status, httpx_away, httpx_invalid_url, requests_away, urllib3_away, smtp_refuses_sign_in,
    smtp_refuses_people, smtp_debug_output, telegram_invalid_token, telegram_away, discord_refused,
    discord_webhook_refused, authlib_refused, authlib_wrong_state, redis_away, redis_unreadable, psycopg2_away,
    psycopg2_unreadable, flask_view, pydantic_refuses, command_fails, bytes_are_no_text, basic_sign_in,
    sqlite_refuses,
)  # fmt: skip
