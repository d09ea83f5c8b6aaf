"""Webhooks by the API: the same as on their pages, for programs that set themselves up."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.dashboard import answers, endpoint_words, inputs
from app.dashboard.desk import acting, reading
from app.dashboard.endpoint_deeds import EndpointDeed, do, hand_of, keep_rate, seal
from app.dashboard.endpoint_inputs import wanted_endpoint
from app.endpoints.changes import add, change, endpoint_of, resend
from app.endpoints.listing import deliveries, endpoints
from app.errors import Conflict, InvalidInput
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope

DEEDS = ", ".join(map(repr, map(str, EndpointDeed)))
ONE = "<int(max=9223372036854775807):webhook_id>"

blueprint = Blueprint("webhooks_api", __name__, url_prefix="/api/webhooks")


@blueprint.get("")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def index() -> ResponseReturnValue:
    with reading() as desk:
        rows = endpoints(desk.session, desk.merchant)
        return jsonify(webhooks=[answers.webhook(row.endpoint) for row in rows])


@blueprint.post("")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def make() -> ResponseReturnValue:
    wanted = wanted_endpoint(*_given())
    with acting() as desk:
        try:
            row, secret = add(hand_of(desk), wanted, seal())
        except Conflict as error:
            raise Conflict(endpoint_words.refused(error)) from error
        return jsonify({**answers.webhook(row), "secret": secret}), 201


@blueprint.post(f"/{ONE}")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def edit(webhook_id: int) -> ResponseReturnValue:
    wanted = wanted_endpoint(*_given())
    with acting() as desk:
        row = endpoint_of(desk.session, desk.merchant, webhook_id)
        change(hand_of(desk), row, wanted)
        return jsonify(answers.webhook(row))


@blueprint.post(f"/{ONE}/<any({DEEDS}):deed>")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def act(webhook_id: int, deed: str) -> ResponseReturnValue:
    wanted = EndpointDeed(deed)
    keep_rate(wanted)
    with acting() as desk:
        row = endpoint_of(desk.session, desk.merchant, webhook_id)
        try:
            done = do(desk, wanted, webhook_id)
        except Conflict as error:
            raise Conflict(endpoint_words.refused(error)) from error
        secret = {"secret": done.secret} if done.secret is not None else {}
        return jsonify({**answers.webhook(row), **secret})


@blueprint.get(f"/{ONE}/deliveries")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def log(webhook_id: int) -> ResponseReturnValue:
    before = request.args.get("before", "")
    with reading() as desk:
        row = endpoint_of(desk.session, desk.merchant, webhook_id)
        page = deliveries(desk.session, row, before=inputs.row_id(before, field="before") if before else None)
        return jsonify(deliveries=[answers.webhook_delivery(one) for one in page.rows], next=page.next)


@blueprint.post("/deliveries/<int(max=9223372036854775807):delivery_id>/resend")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def send_again(delivery_id: int) -> ResponseReturnValue:
    keep_rate(EndpointDeed.TEST)
    with acting() as desk:
        try:
            row = resend(hand_of(desk), delivery_id)
        except Conflict as error:
            raise Conflict(endpoint_words.refused(error)) from error
        return jsonify(answers.webhook(row))


def _given() -> tuple[object, object, list[object]]:
    found: Any = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise InvalidInput({"body": _("a JSON object")})
    events = found.get("events")
    return found.get("name"), found.get("url"), events if isinstance(events, list) else []
