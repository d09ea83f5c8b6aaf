"""Discord's sign-in on loopback: OAuth 2 with the scope `identify`, PKCE, codes that work once, and revocation.

As strict as Discord is said to be: exact redirect addresses, the client's secret by basic sign-in, forms only.
"""

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as AnyResponse

CLIENT_ID = "123456789012345678"
CLIENT_SECRET = "a-discord-secret-of-the-tests"
TOKEN, USER, REVOKE = "/api/v10/oauth2/token", "/api/v10/users/@me", "/api/v10/oauth2/token/revoke"


@dataclass
class FakeDiscord:
    """What it knows and how it behaves; tests change both."""

    address: str = ""
    redirect_uri: str = "http://localhost:3000/connect/discord/callback"
    person: dict[str, Any] = field(default_factory=lambda: {"id": "80351110224678912", "username": "maria"})
    answers: dict[str, Callable[[], AnyResponse]] = field(default_factory=dict)
    """By path, what to answer instead."""
    codes: dict[str, str] = field(default_factory=dict)
    """Codes and the challenge that each was given for."""
    tokens: set[str] = field(default_factory=set)
    issued: list[str] = field(default_factory=list)
    """All codes and tokens that were ever given out."""
    revoked: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    @property
    def api_url(self) -> str:
        return f"{self.address}/api/v10"

    def agree(self, address: str) -> str:
        """What the person's browser is sent back to, as a path of ours, after they said yes."""
        asked = _asked(address)
        wrong = (
            asked.get("client_id") != CLIENT_ID
            or asked.get("response_type") != "code"
            or asked.get("scope") != "identify"
            or asked.get("redirect_uri") != self.redirect_uri
            or asked.get("code_challenge_method") != "S256"
        )
        assert not wrong, "Discord would refuse this"
        code = secrets.token_urlsafe(20)
        self.codes[code] = asked["code_challenge"]
        self.issued.append(code)
        return self.back(code=code, state=asked["state"])

    def refuse(self, address: str) -> str:
        """The same after they said no."""
        denied = {"error": "access_denied", "error_description": "The user said no."}
        return self.back(**denied, state=_asked(address)["state"])

    def back(self, **query: str) -> str:
        return f"{urlsplit(self.redirect_uri).path}?{urlencode(query)}"


@contextmanager
def discord_oauth_server() -> Iterator[FakeDiscord]:
    fake = FakeDiscord()
    server = make_server("127.0.0.1", 0, _application(fake), threaded=True)
    fake.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _asked(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def _application(fake: FakeDiscord) -> Flask:
    app = Flask(__name__)

    @app.before_request
    def notice() -> AnyResponse | None:
        fake.calls.append(request.path)
        instead = fake.answers.get(request.path)
        return instead() if instead else None

    app.add_url_rule(TOKEN, view_func=lambda: _token(fake), endpoint="token", methods=["POST"])
    app.add_url_rule(USER, view_func=lambda: _user(fake), endpoint="user")
    app.add_url_rule(REVOKE, view_func=lambda: _revoke(fake), endpoint="revoke", methods=["POST"])
    return app


def _is_client() -> bool:
    given = request.authorization
    return given is not None and (given.username, given.password) == (CLIENT_ID, CLIENT_SECRET)


def _token(fake: FakeDiscord) -> AnyResponse:
    if not _is_client():
        return _refused("invalid_client", 401)
    form = request.form
    challenge = fake.codes.pop(form.get("code", ""), None)
    verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    made = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
    if form.get("grant_type") != "authorization_code" or form.get("redirect_uri") != fake.redirect_uri:
        return _refused("invalid_request", 400)
    if challenge is None or challenge != made:
        return _refused("invalid_grant", 400)
    token = secrets.token_urlsafe(20)
    fake.tokens.add(token)
    fake.issued.append(token)
    return jsonify(access_token=token, token_type="Bearer", expires_in=604800, scope="identify")


def _user(fake: FakeDiscord) -> AnyResponse:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token not in fake.tokens:
        answer = jsonify(message="401: Unauthorized", code=0)
        answer.status_code = 401
        return answer
    return jsonify(fake.person)


def _revoke(fake: FakeDiscord) -> AnyResponse:
    if not _is_client():
        return _refused("invalid_client", 401)
    fake.tokens.discard(request.form["token"])
    fake.revoked.append(request.form["token"])
    return jsonify({})


def _refused(code: str, status: int) -> AnyResponse:
    answer: Response = jsonify(error=code, error_description="refused by the provider of the tests")
    answer.status_code = status
    return answer
