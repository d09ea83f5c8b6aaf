"""A message of a case as it looked, in a frame of its own. Its links lead nowhere: no visit, no opt-out by a look."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.cases.queries import case_of
from app.dashboard.desk import reading
from app.dashboard.message_preview import NOWHERE
from app.delivery.message import message_from
from app.delivery.rendering import rendered
from app.errors import NotFound
from app.models import Delivery
from app.security.access import Who, access
from app.security.headers import LETTER_POLICY, talisman
from app.services import services

ID = "int(max=9223372036854775807)"

blueprint = Blueprint("letter", __name__, url_prefix="/dashboard/cases")


@blueprint.get(f"/<{ID}:case_id>/letters/<{ID}:row_id>", endpoint="show")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
@talisman(  # type: ignore[untyped-decorator]
    frame_options="SAMEORIGIN", content_security_policy=LETTER_POLICY, content_security_policy_nonce_in=[]
)
def show_letter(case_id: int, row_id: int) -> ResponseReturnValue:
    with reading() as desk:
        case = case_of(desk.session, desk.merchant, case_id)
        found = desk.session.scalars(
            select(Delivery).where(Delivery.id == row_id, Delivery.case_id == case.id)
        ).one_or_none()
        if found is None or not found.content or "subject" not in found.content:
            raise NotFound
        letter = rendered(message_from(_disarmed(found.content)), found.channel).html
    if letter is None:
        raise NotFound
    return letter


def _disarmed(content: dict[str, Any]) -> dict[str, Any]:
    base = services().settings.app_host
    links = {"action": f"{base}/r/{NOWHERE}", "unsubscribe": f"{base}/unsubscribe/{NOWHERE}"}
    return {
        name: {**value, "url": links[name]} if name in links and value else value
        for name, value in content.items()
    }
