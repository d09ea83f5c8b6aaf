"""What is done to the cases that somebody has ticked in the list: asked once more with the number, then done and told."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, gettext, ngettext
from flask_babel import lazy_gettext as _

from app.cases.queries import rows_of
from app.dashboard import sentences
from app.dashboard.bulk import Refused, carry_out_all, chosen_rows, deed_of, ids_of
from app.dashboard.case_inputs import asked_of
from app.dashboard.deeds import Deed
from app.dashboard.desk import reading
from app.security.access import Who, access

MEANS: Mapping[Deed, LazyString] = {
    Deed.PAUSE: _("No reminder goes out for them until you resume them."),
    Deed.RESUME: _("Their remaining messages are planned anew."),
    Deed.CLOSE: _(
        "All their planned messages are cancelled, and they count as lost. They cannot be opened again; "
        "if the money comes after all, it still counts as recovered."
    ),
}

blueprint = Blueprint("selected", __name__, url_prefix="/dashboard/cases")


@blueprint.post("/selected", endpoint="change")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def change_selected() -> ResponseReturnValue:
    ticked = [int(text) for text in request.form.getlist("case_id") if text.isascii() and text.isdigit()]
    back = url_for("dashboard.cases", **asked_of(request.form))
    if not ticked:
        flash(gettext("Tick the cases first, then choose what to do with them."), "warning")
        return redirect(url_for("dashboard.cases", **asked_of(request.form)), 303)
    deed, ids = deed_of(request.form.get("deed")), ids_of(ticked)
    if "confirmed" not in request.form:
        return _asked_once_more(deed, ids, back)
    refused = carry_out_all(deed, ids)
    if refused:
        return _told(deed, ids, refused, back)
    flash(done(deed, len(ids)), "success")
    return redirect(url_for("dashboard.cases", **asked_of(request.form)), 303)


def _asked_once_more(deed: Deed, ids: Sequence[int], back: str) -> str:
    with reading() as desk:
        return render_template(
            "dashboard/cases_selected.html",
            rows=chosen_rows(desk, ids),
            deed=deed,
            question=question(deed, len(ids)),
            means=MEANS[deed],
            asked=asked_of(request.form),
            back=back,
            show=desk.show,
            words=sentences,
        )


def _told(deed: Deed, ids: Sequence[int], refused: Sequence[Refused], back: str) -> str:
    with reading() as desk:
        reasons = {one.case_id: one.why for one in refused}
        return render_template(
            "dashboard/cases_refused.html",
            rows=rows_of(desk.session, desk.merchant, list(reasons)),
            reasons=reasons,
            done=done(deed, len(ids) - len(refused)),
            back=back,
            show=desk.show,
            words=sentences,
        )


def question(deed: Deed, number: int) -> str:
    match deed:
        case Deed.PAUSE:
            return str(ngettext("Pause %(num)s case?", "Pause %(num)s cases?", number))
        case Deed.RESUME:
            return str(ngettext("Resume %(num)s case?", "Resume %(num)s cases?", number))
        case _:
            return str(ngettext("Close %(num)s case?", "Close %(num)s cases?", number))


def done(deed: Deed, number: int) -> str:
    match deed:
        case Deed.PAUSE:
            return str(ngettext("%(num)s case is paused.", "%(num)s cases are paused.", number))
        case Deed.RESUME:
            return str(ngettext("%(num)s case goes on.", "%(num)s cases go on.", number))
        case _:
            return str(ngettext("%(num)s case is closed.", "%(num)s cases are closed.", number))
