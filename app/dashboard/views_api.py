"""Saved views of the list of cases by the API: which there are, one more, another name, and gone."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.saved_views import NotKept, delete_view, rename_view, save_view, saved_views
from app.dashboard.answers import Answer, moment
from app.dashboard.api import json_body
from app.dashboard.case_inputs import ASKED, asked_of, filters_of, sort_of
from app.dashboard.desk import acting, reading
from app.dashboard.sent import laid_over
from app.dashboard.views import name_of, refused, wrong_name
from app.errors import Conflict, InvalidInput
from app.models import SavedView
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.tenancy import signed_in

ONE = "<int(max=9223372036854775807):view_id>"

blueprint = Blueprint("views_api", __name__, url_prefix="/api/views")


@blueprint.get("")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def index() -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(views=list(map(_answer, saved_views(desk.session, desk.merchant))))


@blueprint.post("")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def save() -> ResponseReturnValue:
    body = json_body()
    sent = body.get("query", {})
    if not isinstance(sent, dict):
        raise InvalidInput({"query": _("a JSON object")})
    name, asked = _name(body), asked_of(laid_over({}, sent, fields=ASKED))
    with acting() as desk:
        filters_of(asked, zone=desk.zone, now=desk.now)
        sort_of(asked)
        kept = save_view(desk.session, desk.merchant, name, asked, actor=signed_in().actor, now=desk.now)
        return jsonify(_kept(kept)), 201


@blueprint.post(f"/{ONE}/rename")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def rename(view_id: int) -> ResponseReturnValue:
    name = _name(json_body())
    with acting() as desk:
        kept = rename_view(desk.session, desk.merchant, view_id, name, actor=signed_in().actor, now=desk.now)
        return jsonify(_kept(kept))


@blueprint.post(f"/{ONE}/delete")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def delete(view_id: int) -> ResponseReturnValue:
    """Answers with those that are left."""
    with acting() as desk:
        delete_view(desk.session, desk.merchant, view_id, actor=signed_in().actor, now=desk.now)
        desk.session.flush()
        return jsonify(views=list(map(_answer, saved_views(desk.session, desk.merchant))))


def _name(body: dict[str, object]) -> str:
    given = body.get("name")
    name = name_of(given) if isinstance(given, str) else None
    if name is None:
        raise InvalidInput({"name": wrong_name()})
    return name


def _kept(kept: SavedView | NotKept) -> Answer:
    if isinstance(kept, NotKept):
        raise Conflict(refused(kept))
    return _answer(kept)


def _answer(view: SavedView) -> Answer:
    return {"id": view.id, "name": view.name, "query": view.query, "saved_at": moment(view.saved_at)}
