"""AutoChargeSaver's web application. `create_app` wires and registers, nothing else."""

from flask import Flask, g
from flask_babel import get_locale

from app import error_pages, language
from app.auth.routes import blueprint as auth
from app.clock import Clock
from app.customer.routes import blueprint as customer
from app.dashboard.api import blueprint as api
from app.dashboard.routes import blueprint as dashboard
from app.ops.dev import blueprint as dev
from app.ops.health import blueprint as health
from app.security import access, headers, limits, sessions, tracing
from app.services import EXTENSION, Services, services
from app.settings import Settings
from app.webhooks.routes import MAX_BODY
from app.webhooks.routes import blueprint as webhooks

BLUEPRINTS = (webhooks, auth, dashboard, api, customer, health, dev)


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """The application for these settings; `clock` stands in for the machine's in tests."""
    app = Flask(__name__)
    wired = Services.make(settings, clock)
    app.extensions[EXTENSION] = wired
    app.config.update(
        SECRET_KEY=settings.session_secrets[0],
        SECRET_KEY_FALLBACKS=list(settings.session_secrets[1:]),
        SESSION_COOKIE_NAME=sessions.COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=sessions.ABSOLUTE,
        MAX_CONTENT_LENGTH=MAX_BODY,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
        BABEL_DEFAULT_LOCALE="en",
    )
    app.session_interface = sessions.DatabaseSessions(app, wired.database, wired.clock)
    tracing.install(app)
    headers.install(app, settings)
    limits.install(app, settings)
    access.install(app)
    language.install(app)
    error_pages.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.context_processor(_for_every_page)
    return app


def _for_every_page() -> dict[str, object]:
    return {
        "signed_in": g.get("signed_in"),
        "settings": services().settings,
        "language": str(get_locale()),
    }
