"""What is compared, by the API: two versions of a text, the control group's cost in time, and what was learned."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.cases.experiments import Compared, begin, end, latest, outlook_of
from app.cases.lessons import lessons_of
from app.cases.wordings import Slot
from app.dashboard.answers import Answer, moment
from app.dashboard.compare import NOT_BEGUN, NOT_RUNNING, numbers_of
from app.dashboard.control_inputs import control_part
from app.dashboard.desk import Desk, acting, reading
from app.dashboard.difference import points, share
from app.dashboard.messages import KEY
from app.dashboard.messages_api import SLOT, given_of, slot_for
from app.errors import Conflict
from app.recovery import best
from app.recovery.learning import MINIMUM, Arm, Guardrail, Lesson, untaught
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.tenancy import signed_in

blueprint = Blueprint("compared_api", __name__, url_prefix="/api")


@blueprint.get(f"/messages/{KEY}/compare")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show(key: str) -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(_comparison(desk, slot_for(desk, key, request.args)))


@blueprint.post(f"/messages/{KEY}/compare")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def start(key: str) -> ResponseReturnValue:
    given = given_of(*SLOT, "a", "b")
    numbers = numbers_of(given)
    with acting() as desk:
        slot = slot_for(desk, key, given)
        if begin(desk.session, desk.merchant, slot, numbers, actor=signed_in().actor, now=desk.now) is None:
            raise Conflict(str(NOT_BEGUN))
        return jsonify(_comparison(desk, slot)), 201


@blueprint.post(f"/messages/{KEY}/compare/end")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def stop(key: str) -> ResponseReturnValue:
    given = given_of(*SLOT)
    with acting() as desk:
        slot = slot_for(desk, key, given)
        if not end(desk.session, desk.merchant, slot, actor=signed_in().actor, now=desk.now):
            raise Conflict(str(NOT_RUNNING))
        return jsonify(_comparison(desk, slot))


@blueprint.get("/settings/control")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def control() -> ResponseReturnValue:
    """What a share of the control group takes in cases and months, and how far the launch test is."""
    with reading() as desk:
        found = control_part(desk, None)
        return jsonify(
            failures_a_month=found.monthly,
            launch_cases=desk.merchant.launch_cases,
            launch_drawn=found.launch_drawn,
            suggested_launch_cases=found.suggested,
            waits=[
                {"points": uplift, "control_percent": percent, "cases": one.cases, "months": one.months}
                for uplift, by_share in found.waits.items()
                for percent, one in by_share.items()
            ],
        )


@blueprint.get("/settings/learning")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def learning() -> ResponseReturnValue:
    with reading() as desk:
        day, lessons = lessons_of(desk.session, desk.merchant)
        return jsonify(
            on=desk.merchant.learning_on,
            day=None if day is None else day.isoformat(),
            minimum=MINIMUM,
            decisions=[_lesson(one, used=desk.merchant.learning_on) for one in lessons],
        )


def _comparison(desk: Desk, slot: Slot) -> Answer:
    """The newest, running or ended, and what the next one would take."""
    desk.session.flush()
    newest = latest(desk.session, desk.merchant, slot, now=desk.now)
    ahead = outlook_of(desk.session, desk.merchant, slot, now=desk.now)
    return {
        "key": slot.key,
        "language": slot.language,
        "channel": slot.channel,
        "newest": None if newest is None else _compared(newest),
        "takes": {
            "cases": ahead.cases,
            "messages_a_month": round(ahead.monthly),
            "months": ahead.months,
            "worth_it": ahead.worth_it,
        },
    }


def _compared(found: Compared) -> Answer:
    row, gap = found.experiment, found.result.difference
    return {
        "a": row.number_a,
        "b": row.number_b,
        "running": found.running,
        "started_at": moment(row.started_at),
        "ended_at": moment(row.ended_at),
        "resolved": found.result.resolved,
        "planned": found.result.planned,
        "points": points(gap.mean if gap else None),
        "low": points(gap.low if gap else None),
        "high": points(gap.high if gap else None),
        "probability": share(gap.positive if gap else None),
    }


def _lesson(found: Lesson, *, used: bool) -> Answer:
    """Where the merchant does not learn, every case gets the default, whatever is known."""
    chances = found.probabilities if used else untaught(found.decision)
    return {
        "decision": found.decision.value,
        "on": used and found.on,
        "resolved": found.resolved,
        "arms": [_arm(one, chances[one.name]) for one in found.arms],
    }


def _arm(found: Arm, chance: float) -> Answer:
    low, high = best.interval(found.belief)
    return {
        "arm": found.name,
        "resolved": found.tally.resolved,
        "rate": share(found.belief.mean),
        "low": share(low),
        "high": share(high),
        "probability": share(chance),
        "dropped": found.dropped.value if found.dropped else None,
        "guardrails": {one.value: found.tally.of(one) for one in Guardrail},
    }
