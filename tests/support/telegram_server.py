"""A Bot API on loopback: takes messages as strictly as Telegram does, and can be told to fail in any way.

It speaks plain sockets below HTTP, so that an answer can be torn, late, or not come at all.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

from tests.support.telegram_html import Bad, Seen, check_button, read

TOKEN = "4242424242:" + "AAHfakeTOKENofTHEtests_" + "x" * 12
"""In two parts, so that nobody takes it for a real one."""
PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What is written back, byte for byte; `cut` hangs up after it without the rest that was promised."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    cut: bool = False
    silent: bool = False
    """Nothing at all comes back until the server ends."""


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    fields: dict[str, Any]
    at: float
    """`time.monotonic`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the chat has."""

    chat: str
    seen: Seen
    button: tuple[str, str] | None
    fields: dict[str, Any]
    at: float


@dataclass
class FakeTelegram:
    """What it knows and how it behaves; tests change both."""

    address: str = ""
    token: str = TOKEN
    username: str = "reminders_of_the_tests_bot"
    answers: dict[str, Answer | Callable[[], Answer | None]] = field(default_factory=dict)
    """By method, what to answer instead."""
    slow_seconds: float = 0.0
    """How long each message takes."""
    calls: list[Call] = field(default_factory=list)
    messages: list[Taken] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=lambda: _no_webhook(0))
    secret: str | None = None
    updates: list[dict[str, Any]] = field(default_factory=list)
    """Those that nobody has confirmed."""
    changed: threading.Condition = field(default_factory=threading.Condition)
    over: threading.Event = field(default_factory=threading.Event)
    lines: set[socket.socket] = field(default_factory=set)
    """Connections that are open."""

    def asked(self, method: str) -> list[Call]:
        with self.changed:
            return [call for call in self.calls if call.method == method]

    def texts(self, chat: str | None = None) -> list[str]:
        with self.changed:
            return [one.seen.text for one in self.messages if chat in (None, one.chat)]

    def happens(self, *updates: dict[str, Any]) -> None:
        """Somebody writes to the bot."""
        with self.changed:
            self.updates += updates
            self.changed.notify_all()


def refusal(code: int, said: str, *, status: int | None = None, **parameters: object) -> Answer:
    told: dict[str, Any] = {"ok": False, "error_code": code, "description": said}
    if parameters:
        told["parameters"] = parameters
    return Answer(code if status is None else status, json.dumps(told).encode())


@contextmanager
def telegram_server() -> Iterator[FakeTelegram]:
    fake = FakeTelegram()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    server.daemon_threads = True
    fake.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.over.set()
        with fake.changed:
            fake.changed.notify_all()
        server.shutdown()
        thread.join()
        server.server_close()
        for line in list(fake.lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _handler(fake: FakeTelegram) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            fake.lines.add(self.connection)

        def finish(self) -> None:
            fake.lines.discard(self.connection)
            with suppress(OSError):
                super().finish()

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            given = parse_qs(self.rfile.read(size).decode(), keep_blank_values=True)
            bot, _, method = self.path.removeprefix("/bot").rpartition("/")
            fields = {name: _value(values[0]) for name, values in given.items()}
            with fake.changed:
                fake.calls.append(Call(method, fields, monotonic()))
            if bot != fake.token:
                answer = refusal(401, "Unauthorized")
            else:
                answer = _instead(fake, method) or _answer(fake, method, fields)
            self._write(answer)

        def _write(self, answer: Answer) -> None:
            self.close_connection = self.close_connection or answer.cut
            if answer.silent:
                fake.over.wait(PATIENCE_S)
                self.close_connection = True
                return
            if not (answer.cut and not answer.body):
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body) + answer.cut))
                self.end_headers()
                self.wfile.write(answer.body)
            if answer.cut:
                self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: it would print past the logger under test."""

    return Handler


def _value(text: str) -> Any:
    """Telegram takes whatever is no plain text as JSON."""
    if text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _instead(fake: FakeTelegram, method: str) -> Answer | None:
    told = fake.answers.get(method)
    return told() if callable(told) else told


def _answer(fake: FakeTelegram, method: str, fields: dict[str, Any]) -> Answer:
    known = {
        "getMe": _me,
        "sendMessage": _send,
        "setWebhook": _set_webhook,
        "deleteWebhook": _delete_webhook,
        "getWebhookInfo": lambda fake, _: fake.webhook,
        "getUpdates": _updates,
    }
    if method not in known:
        return refusal(404, "Not Found")
    try:
        result = known[method](fake, fields)
    except Bad as bad:
        return refusal(400, f"Bad Request: {bad}")
    if isinstance(result, Answer):
        return result
    return Answer(body=json.dumps({"ok": True, "result": result}).encode())


def _me(fake: FakeTelegram, _fields: dict[str, Any]) -> dict[str, Any]:
    return {"id": 4242424242, "is_bot": True, "first_name": "Reminders", "username": fake.username}


def _send(fake: FakeTelegram, fields: dict[str, Any]) -> dict[str, Any]:
    seen = read(str(fields["text"]), html=fields.get("parse_mode") == "HTML")
    button = None
    for row in fields.get("reply_markup", {}).get("inline_keyboard", []):
        for one in row:
            check_button(one["url"])
            button = (one["text"], one["url"])
    chat = str(fields["chat_id"])
    fake.over.wait(fake.slow_seconds)
    with fake.changed:
        fake.messages.append(Taken(chat, seen, button, fields, monotonic()))
        number = len(fake.messages)
        fake.changed.notify_all()
    about = {"id": int(chat) if chat.lstrip("-").isdigit() else 1, "type": "private", "first_name": "M"}
    return {"message_id": number, "date": 1795165210, "chat": about, "text": seen.text}


def _no_webhook(pending: int) -> dict[str, Any]:
    return {"url": "", "pending_update_count": pending, "has_custom_certificate": False}


def _set_webhook(fake: FakeTelegram, fields: dict[str, Any]) -> bool:
    if not str(fields["url"]).startswith("https://"):
        raise Bad("bad webhook: An HTTPS URL must be provided for webhook")
    wanted = fields.get("allowed_updates")
    fake.webhook = _no_webhook(len(fake.updates)) | {"url": fields["url"], "allowed_updates": wanted}
    fake.secret = fields.get("secret_token")
    if fields.get("drop_pending_updates") in ("True", "true"):
        fake.updates = []
    return True


def _delete_webhook(fake: FakeTelegram, fields: dict[str, Any]) -> bool:
    fake.webhook = _no_webhook(len(fake.updates))
    if fields.get("drop_pending_updates") in ("True", "true"):
        fake.updates = []
    return True


def _updates(fake: FakeTelegram, fields: dict[str, Any]) -> list[dict[str, Any]] | Answer:
    if fake.webhook["url"]:
        return refusal(409, "Conflict: can't use getUpdates method while webhook is active")
    offset, ends_at = int(fields.get("offset", 0)), monotonic() + int(fields.get("timeout", 0))
    with fake.changed:
        fake.updates = [one for one in fake.updates if one["update_id"] >= offset]
        while not fake.updates and not fake.over.is_set() and monotonic() < ends_at:
            fake.changed.wait(max(0.0, ends_at - monotonic()))
        return fake.updates[: int(fields.get("limit", 100))]
