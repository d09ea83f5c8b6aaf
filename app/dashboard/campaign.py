"""The addresses of campaigns: the list of policies, one to edit, and the buttons beside each. No figures here."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.policies import (
    MOST_POLICIES,
    create_policy,
    edit_policy,
    move_policy,
    policy_of,
    reset_policy,
    restore_policy,
    switch_policy,
)
from app.dashboard.campaign_page import editor_page, list_page
from app.dashboard.desk import Desk, acting, reading
from app.dashboard.policy_inputs import draft_of
from app.errors import InvalidInput, NotFound
from app.models import Policy
from app.recovery.campaign import DEFAULT_CAMPAIGN, Campaign
from app.recovery.campaign_json import stored_campaign
from app.security.access import Who, access
from app.security.tenancy import signed_in

KEY = "<int(max=2147483647):key>"

blueprint = Blueprint("campaign", __name__, url_prefix="/dashboard/campaign")


@blueprint.get("", endpoint="index")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_policies() -> ResponseReturnValue:
    with reading() as desk:
        return list_page(desk)


@blueprint.get("/new", endpoint="new")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_new() -> ResponseReturnValue:
    with reading() as desk:
        return editor_page(desk, None)


@blueprint.post("/new", endpoint="create")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def create() -> ResponseReturnValue:
    return _save(None)


@blueprint.get(f"/{KEY}", endpoint="editor")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_editor(key: int) -> ResponseReturnValue:
    with reading() as desk:
        return editor_page(desk, key)


@blueprint.post(f"/{KEY}", endpoint="edit")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def edit(key: int) -> ResponseReturnValue:
    return _save(key)


@blueprint.post(f"/{KEY}/<any(up, down):way>")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def move(key: int, way: str) -> ResponseReturnValue:
    def change(desk: Desk) -> Policy | None:
        return move_policy(
            desk.session, desk.merchant, key, up=way == "up", actor=signed_in().actor, now=desk.now
        )

    return _done(key, change, _("The order is changed. Cases that run keep their campaign."))


@blueprint.post(f"/{KEY}/<any(on, off):state>")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def switch(key: int, state: str) -> ResponseReturnValue:
    def change(desk: Desk) -> Policy | None:
        return switch_policy(
            desk.session, desk.merchant, key, on=state == "on", actor=signed_in().actor, now=desk.now
        )

    told = _("It is on for cases from now on.") if state == "on" else _("It is off for cases from now on.")
    return _done(key, change, told)


@blueprint.post(f"/{KEY}/reset")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def reset(key: int) -> ResponseReturnValue:
    def change(desk: Desk) -> Policy | None:
        return reset_policy(desk.session, desk.merchant, key, actor=signed_in().actor, now=desk.now)

    return _done(key, change, _("Its messages are those of the default again."))


@blueprint.post(f"/{KEY}/restore/<int(max=2147483647):number>")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def restore(key: int, number: int) -> ResponseReturnValue:
    def change(desk: Desk) -> Policy | None:
        return restore_policy(desk.session, desk.merchant, key, number, actor=signed_in().actor, now=desk.now)

    return _done(
        key, change, _("The earlier version is back, as a new one. It counts for cases from now on.")
    )


def _save(key: int | None) -> ResponseReturnValue:
    """The editor's buttons: one address for both, so that whatever comes back is the editor's page."""
    try:
        draft = draft_of(request.form, before=_campaign_before(key))
    except InvalidInput as error:
        with reading() as desk:
            return editor_page(desk, key, given=request.form, wrong=error.fields), error.status
    if request.form.get("deed") == "preview":
        with reading() as desk:
            return editor_page(desk, key, given=request.form, draft=draft)
    with acting() as desk:
        if key is None:
            saved = create_policy(desk.session, desk.merchant, draft, actor=signed_in().actor, now=desk.now)
            told = _("Saved. It counts for cases from now on.")
            other = enough()
        else:
            _owned(desk, key)
            saved = edit_policy(
                desk.session, desk.merchant, key, draft, actor=signed_in().actor, now=desk.now
            )
            told = _("Saved. It counts for cases from now on; those that run keep theirs.")
            other = _("Nothing was different.")
    flash(told if saved else other, "success" if saved or key is not None else "warning")
    return redirect(url_for(".index"), 303)


def _campaign_before(key: int | None) -> Campaign:
    if key is None:
        return DEFAULT_CAMPAIGN
    with reading() as desk:
        return stored_campaign(_owned(desk, key).campaign)


def enough() -> str:
    return str(_("You have %(most)s policies already. Change one of them.", most=MOST_POLICIES))


def _done(key: int, change: Callable[[Desk], Policy | None], told: str) -> ResponseReturnValue:
    with acting() as desk:
        _owned(desk, key)
        changed = change(desk)
    flash(told if changed else _("Nothing was different."), "success")
    return redirect(url_for(".index"), 303)


def _owned(desk: Desk, key: int) -> Policy:
    found = policy_of(desk.session, desk.merchant, key)
    if found is None:
        raise NotFound
    return found
