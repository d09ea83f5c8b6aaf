"""Serves the description of the JSON API, the webhooks and the probes, as OpenAPI 3.1.

`openapi.json` beside this file is the description; a test holds it against the routes and their answers.
"""

from functools import cache
from pathlib import Path

from flask import Blueprint, Response

from app.security.access import API_RATE, Who, access

FILE = Path(__file__).with_name("openapi.json")

blueprint = Blueprint("openapi", __name__)


@blueprint.get("/api/openapi.json")
@access(who=Who.ANYONE, csrf=False, rate=API_RATE)
def show() -> Response:
    return Response(_description(), content_type="application/json")


@cache
def _description() -> bytes:
    return FILE.read_bytes()
