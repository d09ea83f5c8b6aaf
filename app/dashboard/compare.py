"""The editor's buttons that let two versions of a text run against each other, and end that."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.cases.experiments import begin, end
from app.cases.wordings import Slot
from app.dashboard.desk import acting
from app.dashboard.message_form import slot_of
from app.errors import InvalidInput
from app.recovery.wording import KEYS
from app.security.access import Who, access
from app.security.tenancy import signed_in

KEY = f"<any({', '.join(map(repr, KEYS))}):key>"
MOST_DIGITS = 9
NOT_BEGUN = lazy_gettext("Not begun. Choose two different versions; only one comparison runs at a time.")
NOT_RUNNING = lazy_gettext("No comparison is running.")

blueprint = Blueprint("compare", __name__, url_prefix="/dashboard/messages")


@blueprint.post(f"/{KEY}/compare")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def start(key: str) -> ResponseReturnValue:
    slot = slot_of(key, request.form, language="en")
    numbers = numbers_of(request.form)
    with acting() as desk:
        begun = begin(desk.session, desk.merchant, slot, numbers, actor=signed_in().actor, now=desk.now)
    if begun is None:
        flash(str(NOT_BEGUN), "warning")
    else:
        flash(_("Begun. Half of the customers of new cases get each version."), "success")
    return _back(slot)


@blueprint.post(f"/{KEY}/compare/end")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def stop(key: str) -> ResponseReturnValue:
    slot = slot_of(key, request.form, language="en")
    with acting() as desk:
        done = end(desk.session, desk.merchant, slot, actor=signed_in().actor, now=desk.now)
    flash(
        _("Ended. Everybody gets the text in force again.") if done else str(NOT_RUNNING),
        "success",
    )
    return _back(slot)


def numbers_of(form: Mapping[str, str]) -> tuple[int, int]:
    """Of the versions A and B; 0 is the default text. Raises `InvalidInput` naming each that is no number."""
    given = {field: form.get(field, "") for field in ("a", "b")}
    wrong = {
        field: _("the number of a version")
        for field, text in given.items()
        if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS)
    }
    if wrong:
        raise InvalidInput(wrong)
    return int(given["a"]), int(given["b"])


def _back(slot: Slot) -> ResponseReturnValue:
    channel = slot.channel or None
    return redirect(
        url_for("messages.editor", key=slot.key, language=slot.language, channel=channel, _anchor="compare"),
        303,
    )
