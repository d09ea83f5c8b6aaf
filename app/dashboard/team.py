"""Who may see the account, where they are signed in, and what they did; the same by the API."""

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from app.cases.journal import journal
from app.dashboard import answers, inputs, journal_words
from app.dashboard.desk import reading
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.signed_in_browsers import browsers_of
from app.security.team import members
from app.security.tenancy import signed_in
from app.services import services

blueprint = Blueprint("team", __name__)


@blueprint.get("/dashboard/settings/team")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def index() -> ResponseReturnValue:
    wall, me = services().clock.wall(), signed_in().user_id
    with reading() as desk:
        return render_template(
            "dashboard/settings_team.html",
            members=members(desk.session, desk.merchant.id, wall=wall),
            browsers=browsers_of(desk.session, me, wall=wall),
            me=me,
            show=desk.show,
        )


@blueprint.get("/dashboard/settings/log")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def log() -> ResponseReturnValue:
    with reading() as desk:
        return render_template(
            "dashboard/settings_log.html",
            page=journal(desk.session, desk.merchant, before=_before()),
            me=signed_in().user_id,
            show=desk.show,
            words=journal_words,
        )


@blueprint.get("/api/team")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def api_team() -> ResponseReturnValue:
    with reading() as desk:
        found = members(desk.session, desk.merchant.id, wall=services().clock.wall())
        return jsonify(members=[answers.member(one) for one in found])


@blueprint.get("/api/log")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def api_log() -> ResponseReturnValue:
    with reading() as desk:
        page = journal(desk.session, desk.merchant, before=_before())
        return jsonify(lines=[answers.journal_line(line) for line in page.lines], next=page.next)


def _before() -> int | None:
    given = request.args.get("before", "")
    return inputs.row_id(given, field="before") if given else None
