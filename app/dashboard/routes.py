"""The merchant's pages: which address shows or does what. Reads through queries, writes through commands."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.profile import change_profile
from app.cases.queries import reach, reach_by_channel
from app.dashboard import inputs
from app.dashboard.address import query_with
from app.dashboard.case_list import file_of_cases, list_page
from app.dashboard.case_page import case_page
from app.dashboard.connect_texts import CHANNELS, TEXTS, lacks_discord_sign_in, linkable
from app.dashboard.deeds import DEEDS, Deed, carry_out, write_note
from app.dashboard.desk import acting, reading
from app.dashboard.overview_page import overview_page
from app.dashboard.settings_page import settings_page
from app.delivery.message import Links
from app.errors import InvalidInput
from app.security.access import Who, access
from app.security.tenancy import signed_in
from app.services import services

PAGE_DEEDS = ", ".join(map(repr, map(str, Deed)))

blueprint = Blueprint("dashboard", __name__)
blueprint.add_app_template_global(query_with)


@blueprint.get("/")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def index() -> ResponseReturnValue:
    return redirect(url_for(".overview"))


@blueprint.get("/dashboard", endpoint="overview")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_overview() -> ResponseReturnValue:
    with reading() as desk:
        return overview_page(desk)


@blueprint.get("/dashboard/cases", endpoint="cases")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_cases() -> ResponseReturnValue:
    with reading() as desk:
        return list_page(desk)


@blueprint.get("/dashboard/cases.csv", endpoint="cases_csv")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def export_cases() -> ResponseReturnValue:
    with reading() as desk:
        return file_of_cases(desk)


@blueprint.get("/dashboard/cases/<int(max=9223372036854775807):case_id>", endpoint="case")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_case(case_id: int) -> ResponseReturnValue:
    with reading() as desk:
        return case_page(desk, case_id)


@blueprint.post(f"/dashboard/cases/<int(max=9223372036854775807):case_id>/<any({PAGE_DEEDS}):deed>")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def change_case(case_id: int, deed: str) -> ResponseReturnValue:
    with acting() as desk:
        refused = carry_out(desk, Deed(deed), case_id)
    flash(refused or str(DEEDS[Deed(deed)].done), "warning" if refused else "success")
    return redirect(url_for(".case", case_id=case_id), 303)


@blueprint.post("/dashboard/cases/<int(max=9223372036854775807):case_id>/note")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def note_on_case(case_id: int) -> ResponseReturnValue:
    try:
        text = inputs.note_of(request.form.get("text"))
    except InvalidInput as error:
        with reading() as desk:
            page = case_page(desk, case_id, note=request.form.get("text", ""), wrong=error.fields)
            return page, error.status
    with acting() as desk:
        write_note(desk, case_id, text)
    flash(_("The note stands in what happened."), "success")
    return redirect(url_for(".case", case_id=case_id), 303)


@blueprint.get("/dashboard/settings", endpoint="settings")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_settings() -> ResponseReturnValue:
    with reading() as desk:
        return settings_page(desk)


@blueprint.post("/dashboard/settings")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def change_settings() -> ResponseReturnValue:
    try:
        profile = inputs.profile_of(request.form)
    except InvalidInput as error:
        with reading() as desk:
            return settings_page(desk, given=request.form, wrong=error.fields), error.status
    with acting() as desk:
        changed = change_profile(desk.session, desk.merchant, profile, actor=signed_in().actor, now=desk.now)
    flash(_("Saved.") if changed else _("Nothing was different."), "success")
    return redirect(url_for(".settings"), 303)


@blueprint.get("/dashboard/connect", endpoint="connect")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_connect() -> ResponseReturnValue:
    settings = services().settings
    channels = linkable(settings)
    with reading() as desk:
        asked = request.args.get("text") or desk.merchant.locale
        language = asked if asked in TEXTS else "en"
        link = Links.of(settings).connect(desk.merchant.biz_id)
        names = [CHANNELS[channel] for channel in channels]
        return render_template(
            "dashboard/connect.html",
            connect_link=link,
            channels=channels,
            names=CHANNELS,
            text_language=language,
            texts=TEXTS,
            text=TEXTS[language].filled(language=language, channels=names, link=link) if names else None,
            may_sign_in=services().connecting is not None,
            lacks_discord=lacks_discord_sign_in(settings),
            reach=reach(desk.session, desk.merchant),
            by_channel=reach_by_channel(desk.session, desk.merchant),
            show=desk.show,
        )
