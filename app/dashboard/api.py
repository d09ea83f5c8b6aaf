"""The JSON API behind the pages: same queries, same commands, same words; the shapes are in `answers`."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.queries import analytics, case_view, channels, list_cases
from app.dashboard import answers, inputs
from app.dashboard.bulk import carry_out_all, deed_of, ids_of
from app.dashboard.case_inputs import cursor_of, filters_of, sort_of, written
from app.dashboard.deeds import Deed, carry_out, write_note
from app.dashboard.desk import acting, reading
from app.errors import Conflict, InvalidInput
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.tenancy import signed_in

API_DEEDS = ", ".join(repr(str(deed)) for deed in Deed if deed is not Deed.SEND)
"""Sending has an address of its own."""
LARGEST_ID = 2**63 - 1

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.get("/me")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def me() -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(answers.me(signed_in(), desk.merchant))


@blueprint.get("/analytics")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show_analytics() -> ResponseReturnValue:
    with reading() as desk:
        period = inputs.period_of(request.args, now=desk.now, zone=desk.zone)
        found = analytics(
            desk.session, desk.merchant, period, now=desk.now, rules=desk.rules, narrow=inputs.narrow_of(request.args)
        )  # fmt: skip
        return jsonify(answers.analytics(found))


@blueprint.get("/analytics/by-channel")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show_channels() -> ResponseReturnValue:
    with reading() as desk:
        period = inputs.period_of(request.args, now=desk.now, zone=desk.zone)
        return jsonify(answers.channels(period, channels(desk.session, desk.merchant, period)))


@blueprint.get("/cases")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show_cases() -> ResponseReturnValue:
    with reading() as desk:
        filters = filters_of(request.args, zone=desk.zone, now=desk.now)
        sort = sort_of(request.args)
        cursor = cursor_of(request.args, sort)
        page = list_cases(desk.session, desk.merchant, filters, sort=sort, cursor=cursor)
        return jsonify(
            cases=[answers.row(row) for row in page.rows],
            next=written(page.next),
            previous=written(page.previous),
        )


@blueprint.post("/cases/bulk")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_CASES)
def change_cases() -> ResponseReturnValue:
    """One deed for many cases; each that it cannot be done to is named with its reason."""
    body = json_body()
    deed, ids = deed_of(body.get("deed")), ids_of(body.get("case_ids"))
    refused = carry_out_all(deed, ids)
    left = {one.case_id for one in refused}
    return jsonify(
        done=[case_id for case_id in ids if case_id not in left],
        refused=[{"case_id": one.case_id, "message": one.why} for one in refused],
    )


@blueprint.get("/cases/<int(max=9223372036854775807):case_id>")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show_case(case_id: int) -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(answers.case(case_view(desk.session, desk.merchant, case_id), desk.show))


@blueprint.post(f"/cases/<int(max=9223372036854775807):case_id>/<any({API_DEEDS}):deed>")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_CASES)
def change_case(case_id: int, deed: str) -> ResponseReturnValue:
    return _changed(Deed(deed), case_id)


@blueprint.post("/cases/<int(max=9223372036854775807):case_id>/note")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_CASES)
def note_on_case(case_id: int) -> ResponseReturnValue:
    text = inputs.note_of(json_body().get("text"))
    with acting() as desk:
        write_note(desk, case_id, text)
        return jsonify(answers.case(case_view(desk.session, desk.merchant, case_id), desk.show))


@blueprint.post("/notify-failed")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_CASES)
def notify_failed() -> ResponseReturnValue:
    """The next message of a case goes out now."""
    case_id = json_body().get("case_id")
    if not isinstance(case_id, int) or isinstance(case_id, bool) or not 0 < case_id <= LARGEST_ID:
        raise InvalidInput({"case_id": _("the number of a case")})
    return _changed(Deed.SEND, case_id)


def _changed(deed: Deed, case_id: int) -> ResponseReturnValue:
    with acting() as desk:
        refused = carry_out(desk, deed, case_id)
        if refused is not None:
            raise Conflict(refused)
        return jsonify(answers.case(case_view(desk.session, desk.merchant, case_id), desk.show))


def json_body() -> dict[str, Any]:
    """The JSON object that was sent. Raises `InvalidInput` for anything else."""
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise InvalidInput({"body": _("a JSON object")})
    return found
