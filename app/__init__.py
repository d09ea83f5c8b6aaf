"""AutoChargeSaver's web application. `create_app` wires and registers, nothing else."""

from flask import Flask, g
from flask_babel import get_locale

from app import error_pages, language, metrics
from app.auth.routes import blueprint as auth
from app.clock import Clock
from app.customer.routes import blueprint as customer
from app.dashboard import on_hold
from app.dashboard.alerts import blueprint as alerts
from app.dashboard.api_events import blueprint as api
from app.dashboard.campaign import blueprint as campaign
from app.dashboard.charges import blueprint as charges
from app.dashboard.compare import blueprint as compare
from app.dashboard.compared_api import blueprint as compared_api
from app.dashboard.control import blueprint as control
from app.dashboard.customers import blueprint as customers
from app.dashboard.customers_api import blueprint as customers_api
from app.dashboard.endpoints import blueprint as endpoints
from app.dashboard.events import blueprint as events
from app.dashboard.flood import blueprint as flood
from app.dashboard.learning import blueprint as learning
from app.dashboard.letter import blueprint as letter
from app.dashboard.messages import blueprint as messages
from app.dashboard.messages_api import blueprint as messages_api
from app.dashboard.overview_page import blueprint as figures
from app.dashboard.personal_data import blueprint as personal_data
from app.dashboard.policies_api import blueprint as policies_api
from app.dashboard.routes import blueprint as dashboard
from app.dashboard.selected import blueprint as selected
from app.dashboard.settings_api import blueprint as settings_api
from app.dashboard.setup import blueprint as setup
from app.dashboard.setup_api import blueprint as setup_api
from app.dashboard.team import blueprint as team
from app.dashboard.tokens import blueprint as tokens
from app.dashboard.trials_api import blueprint as trials_api
from app.dashboard.views import blueprint as views
from app.dashboard.views_api import blueprint as views_api
from app.dashboard.webhooks_api import blueprint as webhooks_api
from app.dashboard.whop_window import blueprint as whop_window
from app.dashboard.winback import blueprint as winback
from app.inbox.intake import INTAKE, Intake
from app.ops.api_docs import blueprint as api_docs
from app.ops.dev import blueprint as dev
from app.ops.health import blueprint as health
from app.ops.metrics import blueprint as metrics_page
from app.ops.openapi import blueprint as openapi
from app.security import access, headers, limits, sessions, tracing
from app.security.embedded import EmbeddedUsers
from app.security.grants import GRANTS, Grants
from app.security.rights import RIGHTS, Rights
from app.security.sealing import Seal
from app.services import EXTENSION, Services, services
from app.settings import Settings
from app.telegram import bot_name
from app.webhooks.routes import MAX_BODY
from app.webhooks.routes import blueprint as webhooks

BLUEPRINTS = (
    webhooks, auth, dashboard, figures, events, messages, compare, campaign, winback, alerts, learning, charges, control,
    whop_window, selected, views, customers, letter, setup, tokens, endpoints, team, api, webhooks_api, customers_api,
    flood, personal_data, views_api, settings_api, messages_api, policies_api, setup_api, trials_api, compared_api, customer,
    health, metrics_page, openapi, api_docs, dev,
)  # fmt: skip


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
        WTF_CSRF_SSL_STRICT=False,  # `access` asks the browser itself; inside Whop the referrer has another host
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
        BABEL_DEFAULT_LOCALE="en",
    )
    app.extensions[INTAKE] = Intake(wired.database)
    grants = Grants(wired.database, wired.clock, Seal(settings.session_secrets, purpose="whop-grant"))
    app.extensions[GRANTS] = grants
    app.extensions[RIGHTS] = Rights(wired, grants)
    app.session_interface = sessions.DatabaseSessions(
        app, wired.database, wired.clock, embedded=_embedded(settings, wired.clock)
    )
    metrics.watch_pool(wired.database.engine, process="web")
    tracing.install(app)
    headers.install(app, settings)
    limits.install(app, settings)
    access.install(app)
    language.install(app)
    bot_name.install(app, settings)
    error_pages.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    on_hold.install(app, wired)
    app.context_processor(_for_every_page)
    return app


def _embedded(settings: Settings, clock: Clock) -> EmbeddedUsers | None:
    if settings.whop_app_id is None:
        return None
    return EmbeddedUsers(api_url=settings.whop_api_url, app_id=settings.whop_app_id, clock=clock)


def _for_every_page() -> dict[str, object]:
    return {
        "signed_in": g.get("signed_in"),
        "settings": services().settings,
        "language": str(get_locale()),
    }
