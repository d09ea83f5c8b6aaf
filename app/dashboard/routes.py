"""The merchant's pages: which address shows or does what. Reads through queries, writes through commands."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.listing import amount_of_case
from app.cases.profile import Profile, change_profile, zones
from app.cases.queries import all_cases, case_view, events, list_cases, overview
from app.dashboard import event_words, inputs, sentences
from app.dashboard.address import query_with
from app.dashboard.chart import weeks_chart
from app.dashboard.deeds import DEEDS, Deed, carry_out
from app.dashboard.desk import Desk, acting, reading
from app.dashboard.export import written_as_csv
from app.dashboard.story import lines
from app.errors import InvalidInput
from app.recovery.decline import POLICIES, DeclineClass
from app.recovery.measure import Measure
from app.recovery.money import Money
from app.security.access import Who, access
from app.security.tenancy import signed_in
from app.services import services

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
        period = inputs.period_of(request.args, now=desk.now, zone=desk.zone)
        shown = overview(desk.session, desk.merchant, period)
        return render_template(
            "dashboard/overview.html",
            shown=shown,
            analytics=shown.analytics,
            whole=shown.analytics.whole,
            period=period,
            days=inputs.days_of(request.args),
            chart=weeks_chart(shown.analytics.by_week, desk.show),
            attention=[
                (name, part) for name, part in shown.analytics.by_class if _wants_the_merchant(name, part)
            ],
            nameless=desk.merchant.public_name is None,
            show=desk.show,
            words=sentences,
        )


def _wants_the_merchant(name: DeclineClass, part: Measure) -> bool:
    return POLICIES[name].alert_merchant and part.in_progress > 0


@blueprint.get("/dashboard/cases", endpoint="cases")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_cases() -> ResponseReturnValue:
    with reading() as desk:
        filters = inputs.filters_of(request.args, zone=desk.zone)
        page = list_cases(desk.session, desk.merchant, filters, cursor=inputs.cursor_of(request.args))
        return render_template(
            "dashboard/cases.html",
            rows=page.rows,
            next=inputs.written(page.next),
            filtered=any(request.args.get(name) for name in inputs.FILTERS),
            show=desk.show,
            words=sentences,
        )


@blueprint.get("/dashboard/cases.csv", endpoint="cases_csv")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def export_cases() -> ResponseReturnValue:
    with reading() as desk:
        merchant, today = desk.merchant, desk.now.astimezone(desk.zone).date()
        filters = inputs.filters_of(request.args, zone=desk.zone)
    database = services().database

    def pieces() -> Iterator[str]:
        # The view has ended when the file is read, so it has a transaction of its own.
        with database.reading() as session:
            yield from written_as_csv(all_cases(session, merchant, filters))

    return Response(
        pieces(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="cases-{today}.csv"'},
    )


@blueprint.get("/dashboard/cases/<int(max=9223372036854775807):case_id>", endpoint="case")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_case(case_id: int) -> ResponseReturnValue:
    with reading() as desk:
        view = case_view(desk.session, desk.merchant, case_id)
        amount = amount_of_case(view.case)
        return render_template(
            "dashboard/case.html",
            view=view,
            case=view.case,
            amount=amount,
            taken_back=Money(amount.currency, view.case.taken_back_minor) if amount else None,
            planned=lines(view.timeline.planned, desk.show),
            past=lines(reversed(view.timeline.past), desk.show),
            show=desk.show,
            words=sentences,
        )


@blueprint.post("/dashboard/cases/<int(max=9223372036854775807):case_id>/<any(pause, resume, close):deed>")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def change_case(case_id: int, deed: str) -> ResponseReturnValue:
    told = DEEDS[Deed(deed)]
    with acting() as desk:
        done = carry_out(desk, Deed(deed), case_id)
    flash(str(told.done if done else told.refused), "success" if done else "warning")
    return redirect(url_for(".case", case_id=case_id), 303)


@blueprint.get("/dashboard/settings", endpoint="settings")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_settings() -> ResponseReturnValue:
    with reading() as desk:
        return _settings_page(desk, asdict(Profile.of(desk.merchant)))


@blueprint.post("/dashboard/settings")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def change_settings() -> ResponseReturnValue:
    try:
        profile = inputs.profile_of(request.form)
    except InvalidInput as error:
        with reading() as desk:
            return _settings_page(desk, request.form, wrong=error.fields), error.status
    with acting() as desk:
        changed = change_profile(desk.session, desk.merchant, profile, actor=signed_in().actor, now=desk.now)
    flash(_("Saved.") if changed else _("Nothing was different."), "success")
    return redirect(url_for(".settings"), 303)


def _settings_page(
    desk: Desk, given: Mapping[str, str | None], *, wrong: Mapping[str, str] | None = None
) -> str:
    return render_template(
        "dashboard/settings.html", given=given, wrong=wrong or {}, zones=zones(), title=desk.merchant.title
    )


@blueprint.get("/dashboard/events", endpoint="events")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_events() -> ResponseReturnValue:
    before = request.args.get("before", "")
    with reading() as desk:
        page = events(
            desk.session, desk.merchant, before=inputs.row_id(before, field="before") if before else None
        )
        return render_template(
            "dashboard/events.html", rows=page.rows, next=page.next, show=desk.show, words=event_words
        )
