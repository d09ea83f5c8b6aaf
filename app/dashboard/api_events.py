"""The events of the JSON API, on its own blueprint: same queries, commands and masking as the pages."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.hearing_again import hear_again, hear_all_again
from app.cases.queries import Event, events, whole_event
from app.dashboard import event_inputs
from app.dashboard.answers import Answer, moment
from app.dashboard.api import blueprint, json_body
from app.dashboard.desk import acting, reading
from app.dashboard.event_body import shown_object, shown_text
from app.dashboard.event_words import became
from app.errors import Conflict
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.tenancy import signed_in

__all__ = ["blueprint"]

EVENT = "/events/<int(max=9223372036854775807):event_id>"


@blueprint.get("/events")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show_events() -> ResponseReturnValue:
    with reading() as desk:
        filters = event_inputs.filters_of(request.args, zone=desk.zone)
        page = events(desk.session, desk.merchant, filters, after=event_inputs.place_of(request.args))
        return jsonify(events=list(map(_row, page.rows)), next=event_inputs.written(page.next))


@blueprint.get(EVENT)
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show_event(event_id: int) -> ResponseReturnValue:
    with reading() as desk:
        whole = whole_event(desk.session, desk.merchant, event_id)
        found = None if whole.body is None else shown_object(whole.body)
        unreadable = None if whole.body is None or found is not None else shown_text(whole.body)[0]
        return jsonify(
            **_row(whole.event),
            origin=whole.origin,
            claims=whole.claims,
            tries=whole.tries,
            done_at=moment(whole.done_at),
            body=found,
            body_text=unreadable,
        )


@blueprint.post(f"{EVENT}/again")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_CASES)
def hear_event_again(event_id: int) -> ResponseReturnValue:
    with acting() as desk:
        if not hear_again(desk.session, desk.merchant, event_id, actor=signed_in().actor, now=desk.now):
            raise Conflict(_("This event is under way or has had its effect already. Nothing was changed."))
        return jsonify(_row(whole_event(desk.session, desk.merchant, event_id).event))


@blueprint.post("/events/again")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_CASES)
def hear_events_again() -> ResponseReturnValue:
    state, reason = event_inputs.cause_of(json_body())
    with acting() as desk:
        taken = hear_all_again(
            desk.session, desk.merchant, state=state, reason=reason, actor=signed_in().actor, now=desk.now
        )
    return jsonify(taken=taken)


def _row(event: Event) -> Answer:
    return {
        "id": event.id,
        "message_id": event.message_id,
        "received_at": moment(event.received_at),
        "type": event.event_type,
        "state": event.state,
        "reason": event.reason,
        "text": became(event),
        "case_id": event.case_id,
        "looked_up": event.looked_up,
        "attributed": event.attributed,
    }
