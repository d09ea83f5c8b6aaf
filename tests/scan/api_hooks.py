"""What schemathesis must know of us: how to sign in, and how Whop signs. Runs in the scanner's own Python.

The limits stay on. A real crowd has many users and addresses, so the scan has too: a new user before the
hundred requests of one are used up, an address of its own for each request, as the trusted proxy names it.
"""

import base64
import hashlib
import hmac
import ipaddress
import itertools
import os
import re
import time
from typing import Any
from uuid import uuid4

import requests
import schemathesis

ADDRESS = os.environ["SCAN_ADDRESS"]
SECRET = os.environ["SCAN_WEBHOOK_SECRET"].encode()
METRICS_TOKEN = os.environ["SCAN_METRICS_TOKEN"]
TELEGRAM_SECRET = os.environ["SCAN_TELEGRAM_SECRET"]
DOOR = "/webhooks/whop"
USES_OF_A_USER = 80
CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')

_addresses = (str(ipaddress.ip_address("198.18.0.0") + number) for number in itertools.cycle(range(2**17)))


class SignedInUsers:
    def __init__(self) -> None:
        self._uses = USES_OF_A_USER
        self._user: dict[str, str] = {}

    def get(self, _case: schemathesis.Case, _context: schemathesis.AuthContext) -> dict[str, str]:
        if self._uses >= USES_OF_A_USER:
            self._user, self._uses = _sign_in(), 0
        self._uses += 1
        return self._user

    def set(self, case: schemathesis.Case, data: dict[str, str], _context: schemathesis.AuthContext) -> None:
        case.cookies["sid"] = data["sid"]
        if case.method.upper() != "GET":
            case.headers["X-CSRFToken"] = data["csrf"]


class Scraper:
    def get(self, _case: schemathesis.Case, _context: schemathesis.AuthContext) -> str:
        return f"Bearer {METRICS_TOKEN}"

    def set(self, case: schemathesis.Case, data: str, _context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = data


class Telegram:
    def get(self, _case: schemathesis.Case, _context: schemathesis.AuthContext) -> str:
        return TELEGRAM_SECRET

    def set(self, case: schemathesis.Case, data: str, _context: schemathesis.AuthContext) -> None:
        case.headers["X-Telegram-Bot-Api-Secret-Token"] = data


schemathesis.auth(refresh_interval=None).apply_to(path_regex="^/api/")(SignedInUsers)
schemathesis.auth(refresh_interval=None).apply_to(path="/metrics")(Scraper)
schemathesis.auth(refresh_interval=None).apply_to(path="/webhooks/telegram")(Telegram)


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    case.headers["X-Forwarded-For"] = next(_addresses)
    meant_to_pass = case.meta is None or case.meta.generation.mode.is_positive
    if case.path == DOOR and case.method.upper() == "POST" and meant_to_pass:
        kwargs["auth"] = _sign


def _sign(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Over the bytes that go out, as Whop does."""
    body = prepared.body or b""
    body = body if isinstance(body, bytes) else body.encode()
    name, seconds = f"msg_{uuid4().hex}", str(int(time.time()))
    digest = hmac.digest(SECRET, f"{name}.{seconds}.".encode() + body, hashlib.sha256)
    prepared.headers["webhook-id"] = name
    prepared.headers["webhook-timestamp"] = seconds
    prepared.headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return prepared


def _sign_in() -> dict[str, str]:
    with requests.Session() as browser:
        browser.headers["X-Forwarded-For"] = next(_addresses)
        email = f"{uuid4().hex}@example.com"
        page = browser.get(f"{ADDRESS}/auth/dev", params={"email": email}, timeout=10)
        page.raise_for_status()
        found = CSRF.search(page.text)
        assert found is not None
        return {"sid": browser.cookies["sid"], "csrf": found[1]}
