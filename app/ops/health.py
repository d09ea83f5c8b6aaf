"""Says that this process answers. It touches nothing else, so it is true even when the database is away."""

from flask import Blueprint, Response, jsonify

from app.security.access import Who, access
from app.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access(who=Who.ANYONE, csrf=False, rate=None)
def healthz() -> Response:
    return jsonify(status="ok", timestamp=services().clock.wall().isoformat())


@blueprint.get("/api/health")
@access(who=Who.ANYONE, csrf=False, rate=None)
def api_health() -> Response:
    return healthz()
