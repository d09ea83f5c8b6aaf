"""The set-up page: a list that tests each thing for real, and reading back the months before."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.dashboard import compared_words, setup_tests, setup_words
from app.dashboard.alerts import keep_rate
from app.dashboard.desk import acting, reading
from app.dashboard.setup_lines import checklist
from app.errors import Conflict, InvalidInput, NotFound
from app.inbox.reading_back import MONTHS, ask_for_months
from app.security.access import Who, access
from app.security.tenancy import signed_in
from app.services import services

USUAL_MONTHS = 12

blueprint = Blueprint("setup", __name__, url_prefix="/dashboard/setup")


@blueprint.get("")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def index() -> ResponseReturnValue:
    with reading() as desk:
        return render_template(
            "dashboard/setup.html",
            list=checklist(desk),
            months=MONTHS,
            usual=USUAL_MONTHS,
            has_key=services().whop is not None,
            troubles=compared_words.TROUBLES,
            show=desk.show,
            words=setup_words,
        )


@blueprint.post("/test/<name>")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def test(name: str) -> ResponseReturnValue:
    tested = tested_now(name)
    if tested.code == "asked":
        flash(_("Whop was asked for a test event. It is seen here within seconds."), "success")
    elif tested.ok:
        flash(_("Tested: it works."), "success")
    else:
        flash(_("Tested: it does not work yet. What to do stands beside it."), "warning")
    return redirect(url_for(".index", _anchor=f"line-{name}"), 303)


@blueprint.post("/months")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def read_months() -> ResponseReturnValue:
    try:
        ask_to_read(request.form.get("months", ""))
    except Conflict as error:
        flash(error.message, "warning")
    else:
        flash(_("The worker reads the months before. You may leave this page."), "success")
    return redirect(url_for(".index", _anchor="months"), 303)


def tested_now(name: str) -> setup_tests.Tested:
    """Raises `NotFound` for a thing that cannot be tested, and `TooMany`."""
    if name not in setup_tests.TESTS:
        raise NotFound
    if name in setup_tests.CALLS_OUT:
        keep_rate()
    return setup_tests.run(name)


def ask_to_read(given: str) -> None:
    """So many months before. Raises `InvalidInput`, and `Conflict` where there is no key to read with."""
    if given not in map(str, MONTHS):
        raise InvalidInput({"months": _("one of: %(values)s", values=", ".join(map(str, MONTHS)))})
    if services().whop is None:
        raise Conflict(str(setup_words.NO_KEY))
    wall = services().clock.wall()
    with acting() as desk:
        ask_for_months(
            desk.session, desk.merchant, int(given), actor=signed_in().actor, now=desk.now, wall=wall
        )


@blueprint.get("/months")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_months() -> ResponseReturnValue:
    """Where the form's own address is looked at: after a refusal, say, by the choice of another language."""
    return redirect(url_for(".index", _anchor="months"))
