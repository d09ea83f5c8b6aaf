"""What happened to one payment, as a calendar that a person can read: day, hour, what happened, and why."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.models import Audit, Step
from tests.support.world import World

QUIET = {"plan_made", "case_opened", "steps_cancelled", "retry_kept"}
"""Book-keeping: what comes of it is in the calendar anyway."""


def diary(world: World) -> list[str]:
    """One line for each fact, change and message, in the order of time."""
    lines = _happened(world) + _sent(world)
    return [f"{at:%a %d %H:%M}  {text}" for at, _, text in sorted(lines, key=lambda line: line[:2])]


def calendar(text: str) -> list[str]:
    """A calendar as a test writes it, without its indent and without comments."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def _happened(world: World) -> list[tuple[datetime, int, str]]:
    with world.database.reading() as session:
        acts = session.scalars(select(Audit).where(Audit.case_id.is_not(None)).order_by(Audit.id)).all()
        return [(act.at, act.id, _told(act.action, act.detail)) for act in acts if act.action not in QUIET]


def _told(action: str, detail: dict[str, Any]) -> str:
    match action:
        case "payment_failed":
            return f"payment failed: {detail['code']}"
        case "case_changed":
            return f"case {detail['to']}: {detail['reason']}"
        case "membership_changed":
            return f"membership {detail['status']}" + (", leaving" if detail["cancels"] else "")
        case "class_changed":
            return f"class {detail['from']} becomes {detail['to']}"
    return action.replace("_", " ")


def _sent(world: World) -> list[tuple[datetime, int, str]]:
    with world.database.reading() as session:
        steps = {step.id: step for step in session.scalars(select(Step))}
    return [
        (sent.started_at, 10**6, f"-> {steps[sent.step_id].wording_key}: {steps[sent.step_id].why['code']}")
        for sent in world.deliveries()
    ]
