"""Tests for real, by the API: a thing of the set-up, a place of alerts, a channel, a message text to oneself.

Each calls somebody else's server and counts with the tests from the pages; what went wrong is in the answer.
"""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.cases.wordings import own_texts
from app.dashboard import message_words
from app.dashboard.alerts import checked_now, told, tried
from app.dashboard.api import json_body
from app.dashboard.desk import reading
from app.dashboard.message_form import fields_of, text_of
from app.dashboard.message_page import current
from app.dashboard.messages import KEY, no_address, to_oneself
from app.dashboard.messages_api import LOOK, SLOT, TEXT, checked, given_of, slot_for
from app.dashboard.sent import laid_over
from app.dashboard.setup import tested_now
from app.dashboard.setup_api import line_answer
from app.dashboard.setup_lines import checklist
from app.errors import Conflict
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.tenancy import signed_in
from notifiers.base import GiveUp, Outcome, Retry, Sent

blueprint = Blueprint("trials_api", __name__, url_prefix="/api")


@blueprint.post("/setup/test/<name>")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def test_setup(name: str) -> ResponseReturnValue:
    tested = tested_now(name)
    with reading() as desk:
        line = next(one for one in checklist(desk).lines if one.name == name)
        return jsonify(ok=tested.ok, code=tested.code, text=tested.text, line=line_answer(line))


@blueprint.post("/settings/alerts/test/<name>")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def test_alerts(name: str) -> ResponseReturnValue:
    """`to` is `alerts` where it is left out: the place that alerts go to."""
    given = laid_over({"to": "alerts"}, json_body())
    result = tried(name, given["to"])
    return jsonify(result=result.trial.value, reason=result.reason, text=told(result))


@blueprint.post("/settings/channels/<name>/check")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def check_channel(name: str) -> ResponseReturnValue:
    ok, text = checked_now(name)
    return jsonify(ok=ok, text=text)


@blueprint.post(f"/messages/{KEY}/test")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def test_message(key: str) -> ResponseReturnValue:
    """To the e-mail address of the token's owner and nobody else; of the text what is left out is as in force."""
    given = given_of(*SLOT, *TEXT, *LOOK)
    address = signed_in().email
    with reading() as desk:
        slot = slot_for(desk, key, given)
        shown = fields_of(current(own_texts(desk.session, desk.merchant), slot))
    text = checked(slot, text_of({**shown, **given}))
    if not address:
        raise Conflict(no_address())
    outcome = to_oneself(slot, {**given, **fields_of(text)}, address)
    return jsonify(outcome=_name(outcome), text=message_words.told_outcome(outcome, address)[1])


def _name(outcome: Outcome | None) -> str:
    match outcome:
        case None:
            return "no_mail_server"
        case Sent():
            return "sent"
        case Retry():
            return "retry"
        case GiveUp():
            return "gave_up"
    return "unknown"
