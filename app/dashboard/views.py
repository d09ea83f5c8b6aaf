"""The addresses by which a team keeps, renames and deletes its views of the list of cases."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.saved_views import (
    LONGEST_NAME,
    MOST_VIEWS,
    NotKept,
    delete_view,
    rename_view,
    save_view,
)
from app.dashboard.case_inputs import asked_of, filters_of, sort_of
from app.dashboard.desk import acting
from app.models import SavedView
from app.security.access import Who, access
from app.security.tenancy import signed_in
from notifiers.text import clean_line

VIEW = "<int(max=9223372036854775807):row_id>"

blueprint = Blueprint("views", __name__, url_prefix="/dashboard/cases/views")


@blueprint.post("", endpoint="save")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def save() -> ResponseReturnValue:
    name, asked = name_of(request.form.get("name", "")), asked_of(request.form)
    if name is None:
        return _wrong_name()
    with acting() as desk:
        filters_of(asked, zone=desk.zone, now=desk.now)
        sort_of(asked)
        kept = save_view(desk.session, desk.merchant, name, asked, actor=signed_in().actor, now=desk.now)
    return _told(kept, _("The view is kept. Everybody of your team sees it as a tab."))


@blueprint.post(f"/{VIEW}/rename", endpoint="rename")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def rename(row_id: int) -> ResponseReturnValue:
    name = name_of(request.form.get("name", ""))
    if name is None:
        return _wrong_name()
    with acting() as desk:
        kept = rename_view(desk.session, desk.merchant, row_id, name, actor=signed_in().actor, now=desk.now)
    return _told(kept, _("The view is renamed."))


@blueprint.post(f"/{VIEW}/delete", endpoint="delete")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def delete(row_id: int) -> ResponseReturnValue:
    with acting() as desk:
        delete_view(desk.session, desk.merchant, row_id, actor=signed_in().actor, now=desk.now)
    flash(_("The view is deleted. The cases are as they were."), "success")
    return redirect(url_for("dashboard.cases", **asked_of(request.form)), 303)


def name_of(text: str) -> str | None:
    """None where it cannot be one."""
    given = text.strip()
    return given if given and clean_line(given, limit=LONGEST_NAME) == given else None


def _wrong_name() -> ResponseReturnValue:
    flash(wrong_name(), "warning")
    return redirect(url_for("dashboard.cases", **asked_of(request.form)), 303)


def _told(kept: SavedView | NotKept, done: str) -> ResponseReturnValue:
    if isinstance(kept, SavedView):
        flash(done, "success")
        return redirect(url_for("dashboard.cases", **kept.query, view=kept.id), 303)
    flash(refused(kept), "warning")
    return redirect(url_for("dashboard.cases", **asked_of(request.form)), 303)


def wrong_name() -> str:
    return str(_("Nothing was kept: write a name of 1 to %(most)s plain characters.", most=LONGEST_NAME))


def refused(why: NotKept) -> str:
    if why is NotKept.TAKEN:
        return str(_("Nothing was kept: there is a view of this name already. Choose another name."))
    return str(_("Nothing was kept: there are %(most)s views already. Delete one first.", most=MOST_VIEWS))
