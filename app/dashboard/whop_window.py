"""What Whop does with a membership that stays unpaid: the setting as it is now, what it costs, and its change.

Whop is asked with no transaction open, and on an address of this page alone: no other page waits for it.
"""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _

from app.cases.audit import Act, note
from app.cases.ended import ended_unpaid
from app.dashboard import window_words
from app.dashboard.desk import acting, reading
from app.errors import InvalidInput, NoRight, TooMany
from app.security import limits
from app.security.access import Who, access
from app.security.tenancy import signed_in
from app.services import services
from app.whop.accounts import ROLES
from app.whop.answers import FailureBehavior
from app.whop.client import WhopClient
from app.whop.errors import WhopError, WhopForbids, WhopUnclear
from app.whop.permissions import WINDOW

LOOKS = "60 per 15 minutes"
"""Of one person: each asks Whop with a key that all share."""
SPAN = timedelta(days=90)
CHOICES = (FailureBehavior.CANCEL, FailureBehavior.NONE)

blueprint = Blueprint("whop_window", __name__, url_prefix="/dashboard")


@dataclass(frozen=True, slots=True)
class Window:
    """`behavior` is None where it could not be read; `trouble` says why, or why it cannot be changed."""

    behavior: FailureBehavior | None
    trouble: LazyString | None = None

    @property
    def other(self) -> FailureBehavior | None:
        """What it can be changed to here."""
        if self.trouble is not None or self.behavior not in CHOICES:
            return None
        return next(choice for choice in CHOICES if choice is not self.behavior)


@dataclass(frozen=True, slots=True)
class Changed:
    wanted: FailureBehavior
    done: bool | None
    """None: it is unclear, Whop's answer was lost."""
    trouble: LazyString | None = None


@blueprint.get("/whop")
@access(who=Who.SIGNED_IN, csrf=False, rate=LOOKS)
def show() -> ResponseReturnValue:
    with reading() as desk:
        biz_id, ended, showing = (
            desk.merchant.biz_id,
            ended_unpaid(desk.session, desk.merchant, since=desk.now - SPAN),
            desk.show,
        )
    return render_template(
        "dashboard/whop.html",
        window=look(services().whop, biz_id),
        may_change=signed_in().role in ROLES,
        ended=ended,
        days=SPAN.days,
        show=showing,
        words=window_words,
    )


@blueprint.post("/whop")
@access(who=Who.SIGNED_IN, csrf=True, rate=LOOKS)
def change() -> ResponseReturnValue:
    changed = change_at_whop(request.form.get("behavior", ""))
    if changed.trouble is None:
        flash(_("Changed at Whop."), "success")
    else:
        flash(str(changed.trouble), "warning")
    return redirect(url_for(".show"), 303)


def change_at_whop(behavior: object) -> Changed:
    """Raises `InvalidInput`, and `NoRight` for whoever may not; what goes wrong at Whop is in the answer."""
    wanted = _wanted(behavior)
    if signed_in().role not in ROLES:
        raise NoRight(_("Only an owner or admin of the account may change it."))
    with reading() as desk:
        biz_id = desk.merchant.biz_id
    client = services().whop
    if client is None:
        return Changed(wanted, False, window_words.NO_KEY)
    try:
        client.keep_when_failing(biz_id, wanted)
    except WhopUnclear as error:
        _note(wanted, clear=False)
        return Changed(wanted, None, window_words.trouble(error))
    except WhopError as error:
        return Changed(wanted, False, window_words.trouble(error))
    _note(wanted, clear=True)
    return Changed(wanted, True)


def keep_rate() -> None:
    """For a look from elsewhere than these pages: it counts with theirs."""
    wait = limits.hit(LOOKS, scope=blueprint.name, key=signed_in().actor)
    if wait is not None:
        raise TooMany(retry_after=wait)


def look(client: WhopClient | None, biz_id: str) -> Window:
    """The setting as Whop has it now. Raises nothing: what goes wrong is in the answer."""
    if client is None:
        return Window(None, window_words.NO_KEY)
    try:
        behavior = client.preferences(biz_id).failure_behavior
    except WhopError as error:
        return Window(None, window_words.trouble(error))
    if behavior is FailureBehavior.UNKNOWN:
        return Window(None, window_words.UNKNOWN)
    try:
        granted = client.permissions(biz_id, (WINDOW,))[WINDOW]
    except WhopForbids:
        granted = False
    except WhopError:
        granted = True  # the attempt will tell
    return Window(behavior, None if granted else window_words.NO_PERMISSION)


def _wanted(value: object) -> FailureBehavior:
    for choice in CHOICES:
        if choice.value == value:
            return choice
    raise InvalidInput({"behavior": str(_("Choose one of the two."))})


def _note(wanted: FailureBehavior, *, clear: bool) -> None:
    with acting() as desk:
        detail = {"behavior": wanted.value, "clear": clear}
        note(
            desk.session,
            Act.WHOP_WINDOW_CHANGED,
            merchant_id=desk.merchant.id,
            actor=signed_in().actor,
            at=desk.now,
            detail=detail,
        )
