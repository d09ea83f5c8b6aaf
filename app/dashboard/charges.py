"""The settings' part on our own charges: two switches. Reads and writes through the room of cases."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.charge_switch import switch_charges
from app.cases.other_card import switch_other_card
from app.cases.rules import Rules
from app.dashboard.desk import acting
from app.security.access import Who, access
from app.security.tenancy import signed_in
from app.services import services

SWITCHES = {"retries_on": switch_charges, "other_card_on": switch_other_card}

blueprint = Blueprint("charges", __name__, url_prefix="/dashboard/settings")


@blueprint.post("/charges")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def change() -> ResponseReturnValue:
    rules = Rules.of(services().settings)
    with acting() as desk:
        changed = [
            switch(
                desk.session,
                desk.merchant,
                on=request.form.get(name) == "1",
                actor=signed_in().actor,
                now=desk.now,
                rules=rules,
            )
            for name, switch in SWITCHES.items()
        ]
    flash(_("Saved.") if any(changed) else _("Nothing was different."), "success")
    return redirect(url_for("dashboard.settings", _anchor="charges"), 303)


@blueprint.get("/charges")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show() -> ResponseReturnValue:
    """Where the form's own address is looked at: after a choice of another language, say."""
    return redirect(url_for("dashboard.settings", _anchor="charges"))
