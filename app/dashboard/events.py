"""The pages of events: the log, one event with its body, and the buttons that try events again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.cases.hearing_again import MOST_AT_ONCE, hear_again, hear_all_again
from app.cases.queries import compared, events, read_back, set_aside, whole_event
from app.dashboard import compared_words, event_inputs, event_words
from app.dashboard.desk import acting, reading
from app.dashboard.event_body import shown_text
from app.security.access import Who, access
from app.security.tenancy import signed_in
from app.services import services
from app.whop.events import NAMES

EVENT = "<int(max=9223372036854775807):event_id>"

blueprint = Blueprint("events", __name__, url_prefix="/dashboard/events")


@blueprint.get("")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def index() -> ResponseReturnValue:
    with reading() as desk:
        filters = event_inputs.filters_of(request.args, zone=desk.zone)
        after = event_inputs.place_of(request.args)
        page = events(desk.session, desk.merchant, filters, after=after)
        stands = compared_words.sentences(
            compared(desk.session, desk.merchant),
            read_back(desk.session, desk.merchant),
            show=desk.show,
            wall=services().clock.wall(),
            has_key=services().whop is not None,
        )
        return render_template(
            "dashboard/events.html",
            rows=page.rows,
            next=event_inputs.written(page.next),
            filtered=any(request.args.get(name) for name in event_inputs.FILTERS),
            asked=request.args,
            names=NAMES,
            amiss=set_aside(desk.session, desk.merchant),
            show=desk.show,
            words=event_words,
            stands=list(stands),
        )


@blueprint.get(f"/{EVENT}")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def one(event_id: int) -> ResponseReturnValue:
    with reading() as desk:
        whole = whole_event(desk.session, desk.merchant, event_id)
        body, left_out = shown_text(whole.body) if whole.body is not None else (None, 0)
        return render_template(
            "dashboard/event.html",
            whole=whole,
            event=whole.event,
            body=body,
            left_out=left_out,
            show=desk.show,
            words=event_words,
        )


@blueprint.post(f"/{EVENT}/again")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def again(event_id: int) -> ResponseReturnValue:
    with acting() as desk:
        taken = hear_again(desk.session, desk.merchant, event_id, actor=signed_in().actor, now=desk.now)
    if taken:
        flash(
            _("The event waits for the worker again. What became of it stands here in a moment."), "success"
        )
    else:
        flash(_("This event is under way or has had its effect already. Nothing was changed."), "warning")
    return redirect(url_for(".one", event_id=event_id), 303)


@blueprint.post("/again")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def all_again() -> ResponseReturnValue:
    state, reason = event_inputs.cause_of(request.form)
    with acting() as desk:
        taken = hear_all_again(
            desk.session,
            desk.merchant,
            state=state,
            reason=reason,
            actor=signed_in().actor,
            now=desk.now,
        )
    if taken:
        told = ngettext(
            "%(num)s event waits for the worker again.", "%(num)s events wait for the worker again.", taken
        )
        flash(told + (" " + _("Press again for the rest.") if taken == MOST_AT_ONCE else ""), "success")
    else:
        flash(_("No such event is left: they are under way or have had their effect."), "warning")
    return redirect(url_for(".index"), 303)


@blueprint.get("/again")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_all() -> ResponseReturnValue:
    """Where the button's own address is looked at: after a refusal, say, by the choice of another language."""
    return redirect(url_for(".index"))
