"""The page of the offer to come back: its switch, where it leads, and its own number, apart from all recovery."""

import re
from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.profile import WinbackSettings, change_winback
from app.cases.winback import winback_figures
from app.dashboard.desk import Desk, acting, reading
from app.dashboard.sentences import CLASS_TITLES
from app.errors import InvalidInput
from app.recovery.winback import AFTER, CAME_BACK_WITHIN, KEY, NEVER
from app.security.access import Who, access
from app.security.tenancy import signed_in
from app.whop.fields import whop_url

COUNTED = timedelta(days=365)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")

blueprint = Blueprint("winback", __name__, url_prefix="/dashboard/campaign/winback")


@blueprint.get("", endpoint="index")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_winback() -> ResponseReturnValue:
    with reading() as desk:
        return _page(desk)


@blueprint.post("", endpoint="change")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def change() -> ResponseReturnValue:
    try:
        wanted = settings_of(request.form)
    except InvalidInput as error:
        with reading() as desk:
            return _page(desk, given=request.form, wrong=error.fields), error.status
    with acting() as desk:
        changed = change_winback(desk.session, desk.merchant, wanted, actor=signed_in().actor, now=desk.now)
    flash(_("Saved.") if changed else _("Nothing was different."), "success")
    return redirect(url_for(".index"), 303)


def settings_of(form: Mapping[str, str]) -> WinbackSettings:
    """Raises `InvalidInput` naming every field that cannot be used."""
    url, code = form.get("winback_url", "").strip(), form.get("winback_code", "").strip()
    wrong: dict[str, str] = {}
    on = form.get("winback_on") == "1"
    if url and whop_url(url) is None:
        wrong["winback_url"] = _("Write an address of Whop's, such as https://whop.com/checkout/plan_1a2B.")
    if on and not url:
        wrong["winback_url"] = _("Without an address there is nothing to come back to.")
    if code and not _CODE.fullmatch(code):
        wrong["winback_code"] = _("Write the code as it stands at Whop: letters, digits, - and _.")
    if wrong:
        raise InvalidInput(wrong)
    return WinbackSettings(winback_on=on, winback_url=url or None, winback_code=code or None)


def _page(
    desk: Desk, *, given: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None
) -> str:
    """`given`: what somebody has just written, and what is wrong with it."""
    return render_template(
        "dashboard/winback.html",
        given=given or form_of(WinbackSettings.of(desk.merchant)),
        wrong=wrong or {},
        figures=winback_figures(desk.session, desk.merchant, since=desk.now - COUNTED, now=desk.now),
        never=[CLASS_TITLES[name] for name in CLASS_TITLES if name in NEVER],
        after=AFTER.days,
        within=CAME_BACK_WITHIN.days,
        key=KEY,
        show=desk.show,
    )


def form_of(stored: WinbackSettings) -> dict[str, str]:
    return {
        "winback_on": "1" if stored.winback_on else "",
        "winback_url": stored.winback_url or "",
        "winback_code": stored.winback_code or "",
    }
