"""A Whop on loopback: sign-in by OpenID Connect with real ES256 signatures, and the questions about accounts.

It is as strict as Whop is said to be: exact redirect addresses, PKCE, the client's secret, codes that work
once, refresh tokens that end when they are used.
"""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as AnyResponse

CLIENT_ID = "app_test"
CLIENT_SECRET = "a-client-secret-of-the-tests"
API_KEY = "an-api-key-of-the-tests"


@dataclass
class Call:
    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Code:
    user: str
    redirect_uri: str
    challenge: str
    nonce: str


@dataclass
class FakeWhop:
    """What it knows and how it behaves; tests change both."""

    address: str = ""
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    api_key: str = API_KEY
    user: str = "user_dana"
    people: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {"user_dana": {"name": "Dana Fox", "email": "dana@example.com"}}
    )
    titles: dict[str, str] = field(default_factory=lambda: {"biz_A": "Fox Trading", "biz_B": "Fox Cooking"})
    team: dict[tuple[str, str], str] = field(default_factory=lambda: {("user_dana", "biz_A"): "owner"})
    """Roles, by person and account."""
    granted: set[tuple[str, str, str]] = field(default_factory=set)
    """Permissions, by person, account and action."""
    denies: bool = False
    claims: dict[str, Any] = field(default_factory=dict)
    """Laid over those of the next id_token; None takes one out."""
    token_life: int = 3600
    page_size: int = 1
    """Of lists: so small that whoever reads only the first page is found out."""
    make_token: Callable[[], str] = lambda: secrets.token_urlsafe(24)
    """Of codes and of both kinds of token."""
    answers: dict[str, Callable[[], AnyResponse]] = field(default_factory=dict)
    """By path, what to answer instead."""
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    """Access tokens and whose they are."""
    refresh: dict[str, str] = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "first"}))
    signer: ECKey | None = None
    """Signs instead of the published key."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def signed(self, claims: dict[str, Any]) -> str:
        signer = self.signer or self.key
        return jwt.encode({"alg": "ES256", "kid": signer.kid}, claims, signer)

    def embedded_token(self, user: str, *, app: str = CLIENT_ID, **claims: Any) -> str:
        """As Whop adds it to each request inside its frame."""
        now = int(time.time())
        body = {"iss": "urn:whopcom:exp-proxy", "aud": app, "sub": user, "iat": now, "exp": now + 60}
        return self.signed({name: value for name, value in (body | claims).items() if value is not None})

    def paths(self, *wanted: str) -> list[str]:
        """The calls so far, or those to these paths."""
        return [call.path for call in self.calls if not wanted or call.path in wanted]


@contextmanager
def whop_server() -> Iterator[FakeWhop]:
    fake = FakeWhop()
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


def _application(fake: FakeWhop) -> Flask:
    app = Flask(__name__)

    @app.before_request
    def notice() -> AnyResponse | None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        with fake.lock:
            fake.calls.append(
                Call(request.method, request.path, request.args.to_dict(), request.form.to_dict(), headers)
            )
        instead = fake.answers.get(request.path)
        return instead() if instead else None

    app.add_url_rule(
        "/.well-known/openid-configuration", view_func=lambda: _discovery(fake), endpoint="discovery"
    )
    app.add_url_rule("/.well-known/jwks.json", view_func=lambda: _keys(fake), endpoint="keys")
    app.add_url_rule("/oauth/authorize", view_func=lambda: _authorize(fake), endpoint="authorize")
    app.add_url_rule("/oauth/token", view_func=lambda: _token(fake), endpoint="token", methods=["POST"])
    app.add_url_rule("/oauth/userinfo", view_func=lambda: _userinfo(fake), endpoint="userinfo")
    app.add_url_rule("/oauth/revoke", view_func=lambda: _revoke(fake), endpoint="revoke", methods=["POST"])
    app.add_url_rule("/api/v1/accounts", view_func=lambda: _accounts(fake), endpoint="accounts")
    app.add_url_rule("/api/v1/team_members", view_func=lambda: _team(fake), endpoint="team")
    app.add_url_rule("/api/v1/permissions", view_func=lambda: _permissions(fake), endpoint="permissions")
    return app


def _discovery(fake: FakeWhop) -> Response:
    at = fake.address
    return jsonify(
        issuer=at,
        authorization_endpoint=f"{at}/oauth/authorize",
        token_endpoint=f"{at}/oauth/token",
        userinfo_endpoint=f"{at}/oauth/userinfo",
        revocation_endpoint=f"{at}/oauth/revoke",
        jwks_uri=f"{at}/.well-known/jwks.json",
        id_token_signing_alg_values_supported=["ES256"],
        token_endpoint_auth_methods_supported=["client_secret_post", "none"],
        code_challenge_methods_supported=["S256"],
    )


def _keys(fake: FakeWhop) -> Response:
    return jsonify(keys=[fake.key.as_dict(private=False)])


def _authorize(fake: FakeWhop) -> AnyResponse:
    asked = request.args
    wrong = (
        asked["client_id"] != fake.client_id
        or asked["response_type"] != "code"
        or asked["code_challenge_method"] != "S256"
        or not asked["nonce"]
    )
    if wrong:
        return Response("invalid_request", 400)
    back = {"state": asked["state"]}
    if fake.denies:
        back |= {"error": "access_denied", "error_description": "The user said no."}
    else:
        code = fake.make_token()
        fake.codes[code] = Code(fake.user, asked["redirect_uri"], asked["code_challenge"], asked["nonce"])
        back["code"] = code
    return redirect(f"{asked['redirect_uri']}?{urlencode(back)}")


def _token(fake: FakeWhop) -> AnyResponse:
    form = request.form
    if form.get("client_id") != fake.client_id or form.get("client_secret") != fake.client_secret:
        return _refused("invalid_client", 401)
    with fake.lock:
        if form["grant_type"] == "refresh_token":
            user = fake.refresh.pop(form["refresh_token"], None)
            return jsonify(_issue(fake, user)) if user else _refused("invalid_grant", 400)
        code = fake.codes.pop(form["code"], None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if code is None or code.redirect_uri != form["redirect_uri"] or code.challenge != challenge:
            return _refused("invalid_grant", 400)
        now = int(time.time())
        claims = {"iss": fake.address, "aud": fake.client_id, "sub": code.user, "nonce": code.nonce}
        claims |= {"iat": now, "exp": now + 600} | fake.claims
        id_token = fake.signed({name: value for name, value in claims.items() if value is not None})
        return jsonify({**_issue(fake, code.user), "id_token": id_token})


def _issue(fake: FakeWhop, user: str) -> dict[str, Any]:
    access, refresh = fake.make_token(), fake.make_token()
    fake.access[access], fake.refresh[refresh] = user, user
    return {
        "access_token": access,
        "refresh_token": refresh,
        "token_type": "Bearer",
        "expires_in": fake.token_life,
    }


def _refused(code: str, status: int) -> AnyResponse:
    answer = jsonify(error=code, error_description="refused by the provider of the tests")
    answer.status_code = status
    return answer


def _bearer(fake: FakeWhop) -> str | None:
    """The person whose token it is; "" for the account's key; None for neither."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return "" if token == fake.api_key else fake.access.get(token)


def _userinfo(fake: FakeWhop) -> AnyResponse:
    user = _bearer(fake)
    return jsonify(sub=user, **fake.people.get(user, {})) if user else _refused("invalid_token", 401)


def _revoke(fake: FakeWhop) -> AnyResponse:
    if request.form.get("client_secret") != fake.client_secret:
        return _refused("invalid_client", 401)
    fake.refresh.pop(request.form["token"], None)
    fake.revoked.append(request.form["token"])
    return Response(status=200)


def _page(fake: FakeWhop, rows: list[dict[str, Any]]) -> AnyResponse:
    at = int(request.args.get("after", 0))
    end = at + fake.page_size
    return jsonify(data=rows[at:end], page_info={"end_cursor": str(end), "has_next_page": end < len(rows)})


def _accounts(fake: FakeWhop) -> AnyResponse:
    user = _bearer(fake)
    if not user:
        return _refused("unauthorized", 401)
    theirs = {biz for who, biz in fake.team if who == user} | {
        biz for who, biz, _ in fake.granted if who == user
    }
    return _page(fake, [{"id": biz, "title": fake.titles.get(biz)} for biz in sorted(theirs)])


def _team(fake: FakeWhop) -> AnyResponse:
    user, asked = _bearer(fake), request.args
    if user is None:
        return _refused("unauthorized", 401)
    if user not in ("", asked["user_id"]):
        return _refused("forbidden", 403)
    role = fake.team.get((asked["user_id"], asked["account_id"]))
    return _page(fake, [{"id": "tm_1", "user": {"id": asked["user_id"]}, "role": role}] if role else [])


def _permissions(fake: FakeWhop) -> AnyResponse:
    user = _bearer(fake)
    if not user:
        return _refused("unauthorized", 401)
    actions, biz = request.args["actions"].split(","), request.args["resource_id"]
    return jsonify(data=[{"action": one, "granted": (user, biz, one) in fake.granted} for one in actions])
