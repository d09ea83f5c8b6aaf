"""What every answer says to the browser, which hosts and proxies are believed, and where the files lie.

Strict by default: only our own scripts and styles, no frames, no inline code, nothing kept by caches.
"""

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask_talisman import Talisman
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from app.security.account_path import AccountPath
from app.settings import Settings

STATIC = Path(__file__).parents[1] / "static"
YEAR_S = 31_536_000
PROBED = ("/healthz", "/readyz", "/api/health", "/metrics")
LOCAL = ("localhost", "127.0.0.1", "[::1]")


# A letter's own style sheet, in a frame of ours that runs nothing.
LETTER_POLICY = {
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "frame-ancestors": ["'self'", "https://whop.com", "https://*.whop.com"],
    "sandbox": "allow-popups",
}

talisman = Talisman()
"""A view may loosen a rule for itself: `@talisman(frame_options="SAMEORIGIN")`."""


def install(app: Flask, settings: Settings) -> None:
    secure = settings.app_host.startswith("https://")
    talisman.init_app(
        app,
        force_https=False,  # its redirect would lose a posted event; the proxy in front does it
        strict_transport_security=secure,
        strict_transport_security_max_age=YEAR_S,
        session_cookie_secure=secure,
        session_cookie_samesite="Lax",
        # The old header knows no list of hosts; where Whop shows our pages the policy alone says who may.
        frame_options=None if settings.whop_app_id else "DENY",
        content_security_policy=_policy(settings),
        content_security_policy_nonce_in=["script-src"],
        referrer_policy="same-origin",
        permissions_policy={"camera": "()", "geolocation": "()", "microphone": "()", "payment": "()"},
    )
    app.after_request(_add)
    app.wsgi_app = AccountPath(app.wsgi_app)  # type: ignore[method-assign]
    if settings.trusted_proxy_hops:
        hops = settings.trusted_proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    if settings.production:
        trusted = [urlsplit(settings.app_host).hostname or "", *LOCAL]
        app.before_request(lambda: _refuse_unknown_host(trusted))
    base = f"{settings.cdn_url.rstrip('/')}" if settings.cdn_url else ""
    app.jinja_env.globals["asset"] = lambda name: f"{base}/static/{name}?v={_version(name)}"


def _refuse_unknown_host(trusted: list[str]) -> None:
    # Probes of load balancers come by the machine's address; these answers make no links.
    if request.path not in PROBED and not host_is_trusted(request.host, trusted):
        abort(400, "This host is not known here. Use the address of APP_HOST.")


def _policy(settings: Settings) -> dict[str, object]:
    own = ["'self'", *([_origin(settings.cdn_url)] if settings.cdn_url else [])]
    return {
        "default-src": "'none'",
        "script-src": own,
        "style-src": own,
        "img-src": [*own, "data:"],
        "font-src": own,
        "connect-src": "'self'",
        # A form of ours may end elsewhere: its button answers with a redirect to Whop, say.
        "form-action": ["'self'", "https://whop.com", "https://*.whop.com", *_linking(settings)],
        "base-uri": "'none'",
        "object-src": "'none'",
        "frame-src": "'self'",
        "frame-ancestors": ["https://whop.com", "https://*.whop.com"] if settings.whop_app_id else "'none'",
    }


def _linking(settings: Settings) -> list[str]:
    """Where a customer's press leads by a redirect beside Whop: to link an account."""
    telegram = ["https://t.me"] if settings.enable_telegram else []
    return telegram + ([_origin(settings.discord_api_url)] if settings.enable_discord else [])


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _add(response: Response) -> Response:
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint != "static":
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # a CDN may pass it on
    asked = request.args.get("v")
    found = response.status_code in (200, 304) and request.method != "OPTIONS"  # which looks for no file
    kept = found and asked == _version((request.view_args or {})["filename"])
    response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable" if kept else "no-cache"
    return response


@cache
def _version(name: str) -> str:
    """Changes with the file's content, so that browsers may keep it for a year."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
