"""The merchant's settings by the API, in the parts of their pages, and the log of alerts.

Of a part only what is sent is changed; each answer is all the settings as they are then.
"""

from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.alerts.listing import AlertRow, alerts
from app.cases.profile import (
    AlertSettings,
    ControlGroup,
    Profile,
    WinbackSettings,
    change_alert_settings,
    change_control_group,
    change_profile,
    change_winback,
    switch_learning,
)
from app.dashboard import alert_words, control_inputs, inputs, winback
from app.dashboard.alert_inputs import AMOUNT, alert_settings_of
from app.dashboard.answers import Answer, moment
from app.dashboard.api import json_body
from app.dashboard.charges import SWITCHES
from app.dashboard.desk import acting, locked, reading
from app.dashboard.sent import laid_over
from app.dashboard.settings_page import alerts_form
from app.errors import InvalidInput
from app.models import Merchant
from app.recovery.money import Money
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.tenancy import signed_in
from app.services import services

blueprint = Blueprint("settings_api", __name__, url_prefix="/api")


@blueprint.get("/settings")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show() -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(_settings(desk.merchant))


@blueprint.post("/settings/profile")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def profile() -> ResponseReturnValue:
    with acting() as desk:
        locked(desk)
        stored = {name: value or "" for name, value in asdict(Profile.of(desk.merchant)).items()}
        wanted = inputs.profile_of(laid_over(stored, json_body()))
        change_profile(desk.session, desk.merchant, wanted, actor=signed_in().actor, now=desk.now)
        return jsonify(_settings(desk.merchant))


@blueprint.post("/settings/charges")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def charges() -> ResponseReturnValue:
    given = laid_over({}, json_body(), fields=SWITCHES, switches=SWITCHES)
    with acting() as desk:
        for name, on in given.items():
            SWITCHES[name](
                desk.session,
                desk.merchant,
                on=on == "1",
                actor=signed_in().actor,
                now=desk.now,
                rules=desk.rules,
            )
        return jsonify(_settings(desk.merchant))


@blueprint.post("/settings/control")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def control() -> ResponseReturnValue:
    with acting() as desk:
        locked(desk)
        stored = control_inputs.form_of(ControlGroup.of(desk.merchant))
        wanted = control_inputs.control_group_of(laid_over(stored, json_body()))
        change_control_group(desk.session, desk.merchant, wanted, actor=signed_in().actor, now=desk.now)
        return jsonify(_settings(desk.merchant))


@blueprint.post("/settings/alerts")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def alert_settings() -> ResponseReturnValue:
    with acting() as desk:
        locked(desk)
        wanted = alert_settings_of(_alerts_given(alerts_form(AlertSettings.of(desk.merchant)), json_body()))
        change_alert_settings(desk.session, desk.merchant, wanted, actor=signed_in().actor, now=desk.now)
        return jsonify(_settings(desk.merchant))


@blueprint.post("/settings/learning")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def learning() -> ResponseReturnValue:
    given = laid_over({}, json_body(), fields=("on",), switches=("on",))
    with acting() as desk:
        if given:
            switch_learning(
                desk.session, desk.merchant, on=given["on"] == "1", actor=signed_in().actor, now=desk.now
            )
        return jsonify(_settings(desk.merchant))


@blueprint.post("/settings/winback")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def offers() -> ResponseReturnValue:
    with acting() as desk:
        locked(desk)
        stored = winback.form_of(WinbackSettings.of(desk.merchant))
        wanted = winback.settings_of(laid_over(stored, json_body(), switches=("winback_on",)))
        change_winback(desk.session, desk.merchant, wanted, actor=signed_in().actor, now=desk.now)
        return jsonify(_settings(desk.merchant))


@blueprint.get("/alerts")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def alert_log() -> ResponseReturnValue:
    before = request.args.get("before", "")
    with reading() as desk:
        page = alerts(
            desk.session,
            desk.merchant,
            language=str(get_locale()),
            before=inputs.row_id(before, field="before") if before else None,
        )
        return jsonify(alerts=list(map(_alert, page.rows)), next=page.next)


def _alerts_given(stored: Mapping[str, str], sent: Mapping[str, object]) -> dict[str, str]:
    """`alert_amounts`, by currency, takes the place of all amounts that are stored."""
    sent = dict(sent)
    if "alert_amounts" in sent:
        amounts = sent.pop("alert_amounts") or {}
        if not isinstance(amounts, dict):
            raise InvalidInput({"alert_amounts": _("a JSON object")})
        stored = {name: text for name, text in stored.items() if not name.startswith(AMOUNT)}
        sent |= {f"{AMOUNT}{currency}": amount for currency, amount in amounts.items()}
    fields = {name for name in (*stored, *sent) if name in stored or name.startswith(AMOUNT)}
    return laid_over(stored, sent, fields=fields, switches=("digest_on",))


def _settings(merchant: Merchant) -> Answer:
    group, told = ControlGroup.of(merchant), AlertSettings.of(merchant)
    return {
        "profile": {**asdict(Profile.of(merchant)), "title_at_whop": merchant.title},
        "charges": {"retries_on": merchant.retries_on, "other_card_on": merchant.other_card_on},
        "control": {
            "control_percent": None if group.control_share is None else round(group.control_share * 100),
            "usual_percent": round(services().settings.control_share * 100),
            "launch_cases": group.launch_cases,
            "launch_drawn": min(merchant.launch_drawn, merchant.launch_cases),
        },
        "alerts": {
            "alert_email": told.alert_email,
            "alert_amounts": {
                currency: Money(currency, minor).plain()
                for currency, minor in (told.alert_amounts or {}).items()
            },
            "digest_on": told.digest_on,
            "digest_hour": told.digest_hour,
        },
        "learning": {"on": merchant.learning_on},
        "winback": asdict(WinbackSettings.of(merchant)),
    }


def _alert(found: AlertRow) -> Answer:
    return {
        "id": found.id,
        "kind": found.kind.value,
        "at": moment(found.at),
        "case_id": found.case_id,
        "state": found.state,
        "subject": found.content.subject,
        "text": list(found.content.paragraphs),
        "details": [{"name": name, "value": value} for name, value in found.content.details],
        "told": [
            {
                "place": one.place,
                "state": one.state,
                "reason": one.reason,
                "reason_text": alert_words.why(one.reason) or None,
                "at": moment(one.at),
            }
            for one in found.told
        ],
    }
