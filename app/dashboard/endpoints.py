"""The pages around webhooks: the addresses, one address with its log, and what people do to it."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.dashboard import endpoint_words, inputs
from app.dashboard.desk import Desk, acting, reading
from app.dashboard.endpoint_deeds import EndpointDeed, do, hand_of, keep_rate, seal
from app.dashboard.endpoint_inputs import wanted_endpoint
from app.endpoints.changes import add, change, endpoint_of, resend
from app.endpoints.listing import deliveries, endpoints
from app.errors import Conflict, InvalidInput
from app.recovery.announced import OF_CASES, Announced
from app.security.access import Who, access
from app.services import services

DEEDS = ", ".join(map(repr, map(str, EndpointDeed)))
ONE = "<int(max=9223372036854775807):row_id>"

blueprint = Blueprint("endpoints", __name__, url_prefix="/dashboard/settings/webhooks")


@blueprint.get("")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def index() -> ResponseReturnValue:
    with reading() as desk:
        return _list(desk)


@blueprint.post("")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def make() -> ResponseReturnValue:
    """The page with the secret on it: it is shown this once."""
    try:
        wanted = wanted_endpoint(*_given())
        with acting() as desk:
            row, secret = add(hand_of(desk), wanted, seal())
            return _one(desk, row.id, secret=secret), 201
    except (InvalidInput, Conflict) as error:
        with reading() as desk:
            return _list(desk, given=_form(), wrong=_wrong(error)), error.status


@blueprint.get(f"/{ONE}")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show(row_id: int) -> ResponseReturnValue:
    with reading() as desk:
        return _one(desk, row_id)


@blueprint.post(f"/{ONE}")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def edit(row_id: int) -> ResponseReturnValue:
    try:
        wanted = wanted_endpoint(*_given())
    except InvalidInput as error:
        with reading() as desk:
            return _one(desk, row_id, given=_form(), wrong=error.fields), error.status
    with acting() as desk:
        changed = change(hand_of(desk), endpoint_of(desk.session, desk.merchant, row_id), wanted)
    flash(_("Saved.") if changed else _("Nothing was different."), "success")
    return redirect(url_for(".show", row_id=row_id), 303)


@blueprint.post(f"/{ONE}/<any({DEEDS}):deed>")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def act(row_id: int, deed: str) -> ResponseReturnValue:
    wanted = EndpointDeed(deed)
    keep_rate(wanted)
    try:
        with acting() as desk:
            done = do(desk, wanted, row_id)
            if done.secret is not None:
                return _one(desk, row_id, secret=done.secret)
    except Conflict as error:
        flash(endpoint_words.refused(error), "warning")
        return redirect(url_for(".show", row_id=row_id), 303)
    flash(_told(wanted, done.count), "success")
    gone = wanted is EndpointDeed.REMOVE
    return redirect(url_for(".index") if gone else url_for(".show", row_id=row_id), 303)


@blueprint.post("/deliveries/<int(max=9223372036854775807):row_id>/resend")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def send_again(row_id: int) -> ResponseReturnValue:
    keep_rate(EndpointDeed.TEST)
    endpoint_id = request.form.get("endpoint", "")
    try:
        with acting() as desk:
            shown = resend(hand_of(desk), row_id).id
    except Conflict as error:
        flash(endpoint_words.refused(error), "warning")
        shown = inputs.row_id(endpoint_id, field="endpoint")
    else:
        flash(_("It goes out again in a moment, under the same id."), "success")
    return redirect(url_for(".show", row_id=shown), 303)


def _told(deed: EndpointDeed, count: int) -> str:
    match deed:
        case EndpointDeed.TEST:
            return str(_("A test event goes out in a moment. What becomes of it stands in the log below."))
        case EndpointDeed.ON:
            return str(_("The webhook is on."))
        case EndpointDeed.OFF:
            return str(_("The webhook is off. What happens from now on is not sent to it."))
        case EndpointDeed.RESEND:
            return str(ngettext("%(num)s event goes out again.", "%(num)s events go out again.", count))
        case _:
            return str(_("The webhook is removed."))


def _given() -> tuple[object, object, list[object]]:
    return request.form.get("name"), request.form.get("url"), [*request.form.getlist("events")]


def _form() -> dict[str, Any]:
    return {**request.form, "events": request.form.getlist("events")}


def _wrong(error: InvalidInput | Conflict) -> Mapping[str, str]:
    return error.fields if isinstance(error, InvalidInput) else {"name": endpoint_words.refused(error)}


def _list(
    desk: Desk, *, given: Mapping[str, Any] | None = None, wrong: Mapping[str, str] | None = None
) -> str:
    return render_template(
        "dashboard/settings_webhooks.html",
        rows=endpoints(desk.session, desk.merchant),
        given=given or {"events": [event.value for event in OF_CASES]},
        wrong=wrong or {},
        show=desk.show,
        words=endpoint_words,
    )


def _one(
    desk: Desk,
    row_id: int,
    *,
    given: Mapping[str, Any] | None = None,
    wrong: Mapping[str, str] | None = None,
    secret: str | None = None,
) -> str:
    row = endpoint_of(desk.session, desk.merchant, row_id)
    before = request.args.get("before", "")
    page = deliveries(desk.session, row, before=inputs.row_id(before, field="before") if before else None)
    return render_template(
        "dashboard/settings_webhook.html",
        row=row,
        page=page,
        waits=any(
            one.delivery.state in ("planned", "claimed") and not one.delivery.tries for one in page.rows
        ),
        lost=any(one.delivery.state in ("dead", "skipped") for one in page.rows),
        given=given or {"name": row.name, "url": row.url, "events": row.events.split()},
        wrong=wrong or {},
        secret=secret,
        test=Announced.TEST,
        wall=services().clock.wall(),
        show=desk.show,
        words=endpoint_words,
    )
