"""The development tools: make payments fail and succeed, read what customers would get, move the clock.

In production none of these pages exists.
"""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.clock import MovableClock
from app.delivery.message import message_from
from app.delivery.rendering import rendered
from app.errors import InvalidInput, NotFound
from app.models import Case, Delivery, Merchant, Step
from app.models.base import insert_once
from app.ops.dev_events import Happening
from app.ops.simulate import PEOPLE, PRODUCTS, Wish, fail_renewal
from app.ops.simulate import happen as make_happen
from app.recovery.decline import ABOUT, CODES_BY_CLASS
from app.recovery.machine import CaseState
from app.security.access import Who, access
from app.security.headers import LETTER_POLICY, talisman
from app.security.tenancy import MOCK_MERCHANT, MOCK_TITLE
from app.services import services

MOST_SHOWN = 50
JUMPS = {"1h": timedelta(hours=1), "6h": timedelta(hours=6), "1d": timedelta(days=1)}
LONGEST_JUMP = timedelta(days=30)

blueprint = Blueprint("dev", __name__, url_prefix="/dev")


@blueprint.get("")
@access(who=Who.DEVELOPMENT, csrf=False, rate=None)
def index() -> ResponseReturnValue:
    with services().database.transaction() as write:
        merchant = _merchant(write)
        running = _running(write, merchant)
    return render_template(
        "dev/index.html",
        merchant=merchant,
        cases=running,
        codes=[(_(ABOUT[kind].title), codes) for kind, codes in CODES_BY_CLASS.items() if codes],
        happenings=_happenings(),
        people=PEOPLE,
        products=PRODUCTS,
    )


@blueprint.post("/simulate")
@access(who=Who.DEVELOPMENT, csrf=True, rate=None)
def simulate() -> ResponseReturnValue:
    wish = Wish.of(request.form.to_dict())
    with services().database.transaction() as write:
        merchant = _merchant(write)
    fail_renewal(merchant, wish)
    flash(_("Whop's event is posted. The worker opens the case within a second."))
    return redirect(url_for("dev.index"))


@blueprint.post("/happen/<int(max=9223372036854775807):case_id>")
@access(who=Who.DEVELOPMENT, csrf=True, rate=None)
def happen(case_id: int) -> ResponseReturnValue:
    wanted = request.form.get("happening", "")
    if wanted not in list(Happening):
        raise InvalidInput({"happening": "choose one from the list"})
    with services().database.transaction() as write:
        merchant = _merchant(write)
        case = write.scalars(
            select(Case)
            .where(Case.id == case_id, Case.merchant_id == merchant.id)
            .options(joinedload(Case.customer), joinedload(Case.payment), joinedload(Case.merchant))
        ).one_or_none()
    if case is None:
        raise NotFound
    make_happen(case, Happening(wanted))
    flash(_("Whop's event is posted. The worker gets to it within a second."))
    return redirect(url_for("dev.index"))


@blueprint.get("/outbox")
@access(who=Who.DEVELOPMENT, csrf=False, rate=None)
def outbox() -> ResponseReturnValue:
    with services().database.reading() as read:
        sent = read.scalars(
            select(Delivery).where(Delivery.recipient != "").order_by(Delivery.id.desc()).limit(MOST_SHOWN)
        ).all()
    return render_template("dev/outbox.html", deliveries=sent, most=MOST_SHOWN)


@blueprint.get("/outbox/<int(max=9223372036854775807):delivery_id>")
@access(who=Who.DEVELOPMENT, csrf=False, rate=None)
def letter(delivery_id: int) -> ResponseReturnValue:
    delivery = _delivery(delivery_id)
    message = message_from(delivery.content)
    mail = rendered(message, delivery.channel)
    return render_template("dev/letter.html", delivery=delivery, message=message, mail=mail)


@blueprint.get("/outbox/<int(max=9223372036854775807):delivery_id>/html")
@access(who=Who.DEVELOPMENT, csrf=False, rate=None)
@talisman(  # type: ignore[untyped-decorator]
    frame_options="SAMEORIGIN", content_security_policy=LETTER_POLICY, content_security_policy_nonce_in=[]
)
def letter_html(delivery_id: int) -> ResponseReturnValue:
    delivery = _delivery(delivery_id)
    return rendered(message_from(delivery.content), delivery.channel).html or ""


@blueprint.get("/clock")
@access(who=Who.DEVELOPMENT, csrf=False, rate=None)
def clock() -> ResponseReturnValue:
    moved = _movable()
    with services().database.reading() as read:
        steps = _next_steps(read)
    return render_template(
        "dev/clock.html", now=moved.now(), wall=moved.wall(), offset=moved.offset(), steps=steps, jumps=JUMPS
    )


@blueprint.post("/clock")
@access(who=Who.DEVELOPMENT, csrf=True, rate=None)
def move_clock() -> ResponseReturnValue:
    moved, by = _movable(), request.form.get("by", "")
    if by == "reset":
        moved.reset()
    elif by == "next":
        with services().database.reading() as read:
            steps = _next_steps(read)
        ahead = steps[0].due_at - moved.now() if steps else timedelta()
        moved.advance(min(max(ahead + timedelta(seconds=1), timedelta()), LONGEST_JUMP))
    elif by in JUMPS:
        moved.advance(JUMPS[by])
    else:
        raise InvalidInput({"by": f"one of {', '.join(JUMPS)}, next, reset"})
    return redirect(url_for("dev.clock"))


def _merchant(write: Session) -> Merchant:
    """The one that is looked at; who has not signed in looks at the mock one."""
    person = g.get("signed_in")
    if person:
        return write.get_one(Merchant, person.merchant_id)
    fresh = Merchant.fresh(MOCK_MERCHANT, title=MOCK_TITLE, now=services().clock.now())
    insert_once(write, Merchant, ("biz_id",), fresh)
    return write.scalars(select(Merchant).where(Merchant.biz_id == MOCK_MERCHANT)).one()


def _running(read: Session, merchant: Merchant) -> Sequence[Case]:
    return read.scalars(
        select(Case)
        .where(Case.merchant_id == merchant.id)
        .options(joinedload(Case.customer), joinedload(Case.payment))
        .order_by(Case.id.desc())
        .limit(12)
    ).all()


def _happenings() -> dict[str, str]:
    return {
        Happening.IS_PAID: _("It is paid"),
        Happening.FAILS: _("It fails once more"),
        Happening.NEEDS_CONFIRMATION: _("The bank asks for confirmation"),
        Happening.IS_PENDING: _("The money is on its way"),
        Happening.CUSTOMER_CANCELS: _("The customer cancels"),
        Happening.MEMBERSHIP_ENDS: _("The membership ends"),
        Happening.IS_DISPUTED: _("It is disputed"),
        Happening.IS_REFUNDED: _("It is refunded"),
        Happening.IS_VOIDED: _("It is voided"),
    }


def _next_steps(read: Session) -> Sequence[Step]:
    return read.scalars(
        select(Step)
        .join(Case, Step.case_id == Case.id)
        .where(Step.state == "planned", Case.state == CaseState.OPEN.value)
        .options(joinedload(Step.case).joinedload(Case.customer))
        .order_by(Step.due_at, Step.id)
        .limit(20)
    ).all()


def _delivery(delivery_id: int) -> Delivery:
    with services().database.reading() as read:
        found = read.get(Delivery, delivery_id)
    if found is None or not found.recipient:  # emptied: erased, or old
        raise NotFound
    return found


def _movable() -> MovableClock:
    clock = services().clock
    if not isinstance(clock, MovableClock):
        raise NotFound
    return clock
