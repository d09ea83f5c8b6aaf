"""The JSON API behind the pages: same queries, same commands, same words; the shapes are in `answers`."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.cases.queries import analytics, case_view, channels, list_cases
from app.dashboard import answers, inputs
from app.dashboard.deeds import DEEDS, Deed, carry_out
from app.dashboard.desk import acting, reading
from app.errors import Conflict
from app.security.access import API_RATE, Who, access
from app.security.tenancy import signed_in

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.get("/me")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE)
def me() -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(answers.me(signed_in(), desk.merchant))


@blueprint.get("/analytics")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE)
def show_analytics() -> ResponseReturnValue:
    with reading() as desk:
        period = inputs.period_of(request.args, now=desk.now, zone=desk.zone)
        return jsonify(answers.analytics(analytics(desk.session, desk.merchant, period)))


@blueprint.get("/analytics/by-channel")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE)
def show_channels() -> ResponseReturnValue:
    with reading() as desk:
        period = inputs.period_of(request.args, now=desk.now, zone=desk.zone)
        return jsonify(answers.channels(period, channels(desk.session, desk.merchant, period)))


@blueprint.get("/cases")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE)
def show_cases() -> ResponseReturnValue:
    with reading() as desk:
        filters = inputs.filters_of(request.args, zone=desk.zone)
        page = list_cases(desk.session, desk.merchant, filters, cursor=inputs.cursor_of(request.args))
        return jsonify(cases=[answers.row(row) for row in page.rows], next=inputs.written(page.next))


@blueprint.get("/cases/<int(max=9223372036854775807):case_id>")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE)
def show_case(case_id: int) -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(answers.case(case_view(desk.session, desk.merchant, case_id), desk.show))


@blueprint.post("/cases/<int(max=9223372036854775807):case_id>/<any(pause, resume, close):deed>")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE)
def change_case(case_id: int, deed: str) -> ResponseReturnValue:
    with acting() as desk:
        if not carry_out(desk, Deed(deed), case_id):
            raise Conflict(str(DEEDS[Deed(deed)].refused))
        return jsonify(answers.case(case_view(desk.session, desk.merchant, case_id), desk.show))
