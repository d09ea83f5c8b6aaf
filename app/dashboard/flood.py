"""Lets the reminders go that wait after very many failures at once: the overview's button, and its twin in the API."""

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.cases.flood import MOST_AN_HOUR, flood_of, let_go
from app.dashboard.answers import moment
from app.dashboard.api import json_body
from app.dashboard.desk import acting, reading
from app.errors import Conflict, InvalidInput
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.tenancy import signed_in

blueprint = Blueprint("flood", __name__)


@blueprint.post("/dashboard/flood")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def release() -> ResponseReturnValue:
    an_hour = _an_hour(request.form.get("an_hour") or None)
    with acting() as desk:
        cases = let_go(desk.session, desk.merchant, actor=signed_in().actor, now=desk.now, an_hour=an_hour)
    if cases is None:
        flash(_("No reminder was held back."), "warning")
    else:
        done = ngettext(
            "Reminders go out again, to %(number)s case.",
            "Reminders go out again, to %(number)s cases.",
            cases,
            number=desk.show.number(cases),
        )
        flash(done, "success")
    return redirect(url_for("dashboard.overview"), 303)


@blueprint.get("/api/flood")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show() -> ResponseReturnValue:
    with reading() as desk:
        found = flood_of(desk.session, desk.merchant)
    return jsonify(held_since=moment(found.since) if found else None, waiting=found.waiting if found else 0)


@blueprint.post("/api/flood")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_CASES)
def release_by_api() -> ResponseReturnValue:
    an_hour = _an_hour(json_body().get("an_hour"))
    with acting() as desk:
        cases = let_go(desk.session, desk.merchant, actor=signed_in().actor, now=desk.now, an_hour=an_hour)
    if cases is None:
        raise Conflict(_("No reminder is held back."))
    return jsonify(ok=True, cases=cases)


def _an_hour(given: object) -> int | None:
    """A whole number of reminders; None: all at once."""
    if given is None:
        return None
    digits = str(given) if not isinstance(given, bool) else ""
    if digits.isascii() and digits.isdigit() and 1 <= int(digits[:7]) <= MOST_AN_HOUR:
        return int(digits[:7])
    told = _("a whole number from 1 to %(most)s, or nothing for all at once", most=MOST_AN_HOUR)
    raise InvalidInput({"an_hour": told})
