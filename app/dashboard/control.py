"""Changes the control group from the settings page. What a change means is said by the page itself."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.profile import change_control_group
from app.dashboard.control_inputs import control_group_of
from app.dashboard.desk import acting, reading
from app.dashboard.settings_page import settings_page
from app.errors import InvalidInput
from app.security.access import Who, access
from app.security.tenancy import signed_in

blueprint = Blueprint("control", __name__, url_prefix="/dashboard/settings")


@blueprint.post("/control")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def change() -> ResponseReturnValue:
    try:
        wanted = control_group_of(request.form)
    except InvalidInput as error:
        with reading() as desk:
            return settings_page(desk, control_given=request.form, wrong=error.fields), error.status
    with acting() as desk:
        changed = change_control_group(
            desk.session, desk.merchant, wanted, actor=signed_in().actor, now=desk.now
        )
    flash(_("Saved.") if changed else _("Nothing was different."), "success")
    return redirect(url_for("dashboard.settings", _anchor="control"), 303)


@blueprint.get("/control")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show() -> ResponseReturnValue:
    """Where the form's own address is looked at: after a refusal, say, by the choice of another language."""
    return redirect(url_for("dashboard.settings", _anchor="control"))
