"""The pages around alerts: what was told, what shall be told, test messages and the state of the channels."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.alerts.destinations import EMAIL
from app.alerts.listing import alerts, open_faults
from app.alerts.trial import Trial, TrialResult, check_channel, send_test
from app.cases.profile import change_alert_settings
from app.dashboard import alert_words, inputs
from app.dashboard.alert_inputs import alert_settings_of
from app.dashboard.desk import acting, reading
from app.dashboard.settings_page import addresses, channel_of, settings_page
from app.errors import InvalidInput, NotFound, TooMany
from app.security import limits
from app.security.access import Who, access
from app.security.tenancy import signed_in
from app.services import services

TRIALS = "10 per 15 minutes"
"""Test messages and checks of one person: each calls somebody else's server. Forged requests do not count."""
TRIALS_ELSEWHERE = "5 per hour"
"""Of them, those to an address that the person only wrote down: nobody there has asked for mail."""

blueprint = Blueprint("alerts", __name__, url_prefix="/dashboard")


@blueprint.get("/alerts")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def index() -> ResponseReturnValue:
    before = request.args.get("before", "")
    with reading() as desk:
        page = alerts(
            desk.session,
            desk.merchant,
            language=str(get_locale()),
            before=inputs.row_id(before, field="before") if before else None,
        )
        return render_template(
            "dashboard/alerts.html",
            rows=page.rows,
            next=page.next,
            merchant=desk.merchant,
            show=desk.show,
            words=alert_words,
        )


@blueprint.post("/settings/alerts")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def change_settings() -> ResponseReturnValue:
    try:
        wanted = alert_settings_of(request.form)
    except InvalidInput as error:
        with reading() as desk:
            return settings_page(desk, alerts_given=request.form, wrong=error.fields), error.status
    with acting() as desk:
        changed = change_alert_settings(
            desk.session, desk.merchant, wanted, actor=signed_in().actor, now=desk.now
        )
    flash(_("Saved.") if changed else _("Nothing was different."), "success")
    return redirect(url_for("dashboard.settings", _anchor="alerts"), 303)


@blueprint.get("/settings/alerts")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_settings() -> ResponseReturnValue:
    """Where the form's own address is looked at: after a refusal, say, by the choice of another language."""
    return redirect(url_for("dashboard.settings", _anchor="alerts"))


@blueprint.post("/settings/test/<name>")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def test(name: str) -> ResponseReturnValue:
    result = tried(name, request.form.get("to", ""))
    good = result.trial in (Trial.SENT, Trial.KEPT)
    flash(told(result), "success" if good else "warning")
    return redirect(url_for("dashboard.settings", _anchor="alerts"), 303)


def tried(name: str, to: str) -> TrialResult:
    """Send a test message to one of the places of alerts. Raises `NotFound` where there is none, and `TooMany`."""
    with reading() as desk:
        merchant = desk.merchant
        address = addresses(merchant, name).get(to)
    if address is None:
        raise NotFound
    keep_rate()
    if name == EMAIL and address != signed_in().email:
        keep_rate(TRIALS_ELSEWHERE, scope="trials-elsewhere")
    # The call is made with no transaction open.
    return send_test(name, address, merchant, services().settings)


@blueprint.post("/settings/channels/<name>")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def check(name: str) -> ResponseReturnValue:
    """The state of one channel: a part of the page where htmx asks, else the page with a line about it."""
    ok, text = checked_now(name)
    if request.headers.get("HX-Request") == "true":
        with reading() as desk:
            channel = channel_of(name, open_faults(desk.session))
            return render_template(
                "dashboard/settings_channel.html",
                channel=channel,
                checked=text,
                ok=ok,
                show=desk.show,
                words=alert_words,
            )
    flash(f"{alert_words.PLACES[name]}: {text}", "success" if ok else "warning")
    return redirect(url_for("dashboard.settings", _anchor="channels"), 303)


def checked_now(name: str) -> tuple[bool, str]:
    """Whether a channel answers, and what is to be said of it. Raises `NotFound` and `TooMany`."""
    if name not in alert_words.SWITCHES:
        raise NotFound
    keep_rate()
    checked = check_channel(name, services().settings)
    if checked is None:
        return False, str(_("No answer in time. It may be overloaded, or a firewall is in between."))
    return checked.ok, checked.text


def keep_rate(rate: str = TRIALS, *, scope: str = "trials") -> None:
    wait = limits.hit(rate, scope=scope, key=signed_in().actor)
    if wait is not None:
        raise TooMany(retry_after=wait)


def told(result: TrialResult) -> str:
    match result.trial:
        case Trial.SENT:
            return str(_("The test message was taken. If it does not appear within minutes, look into spam."))
        case Trial.KEPT:
            return str(_("This development install has no mail server: the test message went nowhere."))
        case Trial.UNCLEAR:
            return str(_("It is unclear whether the test message arrived (%(code)s).", code=result.reason))
        case Trial.NO_ANSWER:
            return str(_("No answer in time. The test message may still arrive."))
        case Trial.NOT_SENT:
            reason = result.advice or alert_words.why(result.reason)
            return str(_("The test message was not sent: %(reason)s", reason=reason))
