"""The page Learning: what is tried, what was learned of it, and the switch. Off until the merchant wants it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.lessons import lessons_of
from app.cases.profile import switch_learning
from app.dashboard import learning_words
from app.dashboard.desk import acting, reading
from app.recovery import best
from app.recovery.learning import MINIMUM, Guardrail
from app.security.access import Who, access
from app.security.tenancy import signed_in
from app.services import services

blueprint = Blueprint("learning", __name__, url_prefix="/dashboard")


@blueprint.get("/learning")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def index() -> ResponseReturnValue:
    with reading() as desk:
        day, lessons = lessons_of(desk.session, desk.merchant)
        return render_template(
            "dashboard/learning.html",
            on=desk.merchant.learning_on,
            day=day,
            lessons=lessons,
            minimum=MINIMUM,
            guardrails=tuple(Guardrail),
            interval=best.interval,
            whop_chat=services().settings.enable_whop_chat,
            show=desk.show,
            words=learning_words,
        )


@blueprint.post("/learning")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def switch() -> ResponseReturnValue:
    on = request.form.get("on") == "1"
    with acting() as desk:
        changed = switch_learning(desk.session, desk.merchant, on=on, actor=signed_in().actor, now=desk.now)
    flash(_("Saved.") if changed else _("Nothing was different."), "success")
    return redirect(url_for(".index"), 303)
