"""How the set-up stands, and what Whop does with memberships that stay unpaid, by the API. Whop is asked for the latter."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.cases.ended import ended_unpaid
from app.cases.queries import ReadBack
from app.dashboard import window_words
from app.dashboard.answers import Answer, moment
from app.dashboard.api import json_body
from app.dashboard.desk import reading
from app.dashboard.sent import laid_over
from app.dashboard.setup import ask_to_read
from app.dashboard.setup_line import Line
from app.dashboard.setup_lines import checklist
from app.dashboard.whop_window import SPAN, change_at_whop, keep_rate, look
from app.errors import Conflict
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.services import services

blueprint = Blueprint("setup_api", __name__, url_prefix="/api")


@blueprint.get("/setup")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show() -> ResponseReturnValue:
    return _stands()


@blueprint.post("/setup/months")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def read_months() -> ResponseReturnValue:
    """The worker reads them; how far it is stands in the same answer, asked for again."""
    ask_to_read(laid_over({"months": ""}, json_body())["months"])
    return _stands()


@blueprint.get("/whop")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show_window() -> ResponseReturnValue:
    keep_rate()
    with reading() as desk:
        biz_id = desk.merchant.biz_id
        ended = ended_unpaid(desk.session, desk.merchant, since=desk.now - SPAN)
    window = look(services().whop, biz_id)
    return jsonify(
        behavior=window.behavior.value if window.behavior else None,
        text=str(window_words.NOW[window.behavior]) if window.behavior else None,
        trouble=None if window.trouble is None else str(window.trouble),
        days=SPAN.days,
        ended_unpaid={
            "payments": ended.payments,
            "money": [{"amount": one.plain(), "currency": one.currency} for one in ended.money],
        },
    )


@blueprint.post("/whop")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def change_window() -> ResponseReturnValue:
    """By an owner or admin; Whop is asked once."""
    behavior = json_body().get("behavior")
    keep_rate()
    found = change_at_whop(behavior)
    if found.done is False:
        raise Conflict(str(found.trouble))
    return jsonify(
        behavior=found.wanted.value,
        changed=found.done,
        trouble=None if found.trouble is None else str(found.trouble),
    )


def _stands() -> ResponseReturnValue:
    with reading() as desk:
        found = checklist(desk)
        return jsonify(
            left=found.left,
            lines=list(map(line_answer, found.lines)),
            months_before=None if found.back is None else _read_back(found.back),
        )


def line_answer(found: Line) -> Answer:
    return {
        "name": found.name,
        "title": found.title,
        "standing": found.standing.value,
        "needed": found.needed,
        "told": found.told,
        "proof": found.proof or None,
        "steps": list(found.steps),
        "to_copy": [{"label": one.label, "text": one.text} for one in found.copied],
        "variables": list(found.variables),
        "lacking": [{"permission": name, "costs": cost} for name, cost in found.lacking],
        "can_be_tested": found.test is not None,
    }


def _read_back(found: ReadBack) -> Answer:
    return {
        "done": found.done,
        "from": moment(found.begins_at),
        "to": moment(found.ends_at),
        "now_at": moment(found.month_at),
        "listed": found.listed,
        "kept": found.kept,
        "trouble": found.trouble,
    }
