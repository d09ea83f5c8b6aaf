"""The merchant's message texts: which there are, and one of them to edit, try, save, and put back."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.cases.wordings import (
    Slot,
    cases_to_show,
    note_test,
    own_texts,
    reset_text,
    save_text,
    version,
)
from app.dashboard import message_words
from app.dashboard.desk import Desk, acting, reading
from app.dashboard.inputs import row_id
from app.dashboard.message_form import shown_of, slot_of, text_of
from app.dashboard.message_page import Notice, current, editor_page, faults, list_page, preview_part
from app.dashboard.message_preview import message_with
from app.delivery.trial import send_trial
from app.errors import NotFound, TooMany
from app.recovery.wording import KEYS, LANGUAGES
from app.security import limits
from app.security.access import Who, access
from app.security.headers import LETTER_POLICY, talisman
from app.security.tenancy import signed_in
from app.services import services
from notifiers.base import Message, Outcome, Recipient

TEST_RATE = "5 per hour"
KEY = f"<any({', '.join(map(repr, KEYS))}):key>"

blueprint = Blueprint("messages", __name__, url_prefix="/dashboard/messages")


@blueprint.get("", endpoint="index")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_messages() -> ResponseReturnValue:
    with reading() as desk:
        return list_page(desk, language=language_of(desk.merchant.locale))


@blueprint.get(f"/{KEY}", endpoint="editor")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_editor(key: str) -> ResponseReturnValue:
    with reading() as desk:
        slot = slot_of(key, request.args, language=language_of(desk.merchant.locale))
        return editor_page(desk, slot, shown_of(request.args, slot))


@blueprint.post(f"/{KEY}")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def use(key: str) -> ResponseReturnValue:
    """The editor's buttons: one address for all, so that whatever comes back is the editor's page."""
    slot = _posted_slot(key)
    match request.form.get("deed"):
        case "preview":
            return _page(slot)
        case "test":
            return _send_test(slot)
        case _:
            return _save(slot)


def _save(slot: Slot) -> ResponseReturnValue:
    text = text_of(request.form)
    if faults(slot, text):
        return _page(slot, notice=_refused()), 400
    with acting() as desk:
        different = text != current(own_texts(desk.session, desk.merchant), slot)
        if different:
            save_text(desk.session, desk.merchant, slot, text, actor=signed_in().actor, now=desk.now)
    flash(
        _("Saved. Cases from now on begin with this text; those that run keep theirs.")
        if different
        else _("Nothing was different."),
        "success",
    )
    return _back(slot)


@blueprint.post(f"/{KEY}/preview")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def preview(key: str) -> ResponseReturnValue:
    """The part of the page that shows the text, while somebody types."""
    slot = _posted_slot(key)
    with reading() as desk:
        return preview_part(desk, slot, request.form, shown_of(request.form, slot))


@blueprint.post(f"/{KEY}/letter")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
@talisman(  # type: ignore[untyped-decorator]
    frame_options="SAMEORIGIN", content_security_policy=LETTER_POLICY, content_security_policy_nonce_in=[]
)
def letter(key: str) -> ResponseReturnValue:
    """The e-mail alone, for the frame in the preview: its own styles, no script, under a policy of its own."""
    slot = _posted_slot(key)
    with reading() as desk:
        message = _message(desk, slot, request.form)
    return message_words.kinds()["email"].render(message).html or ""


@blueprint.post(f"/{KEY}/reset")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def reset(key: str) -> ResponseReturnValue:
    slot = _posted_slot(key)
    with acting() as desk:
        done = reset_text(desk.session, desk.merchant, slot, actor=signed_in().actor, now=desk.now)
    flash(
        _("Your text is put away; it stays in the history.")
        if done
        else _("There was no text of yours to put away."),
        "success",
    )
    return _back(slot)


@blueprint.post(f"/{KEY}/restore")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def restore(key: str) -> ResponseReturnValue:
    """An earlier version becomes the newest, if it may still be saved."""
    slot = _posted_slot(key)
    number = row_id(request.form.get("number", ""), field="number")
    with acting() as desk:
        text = version(desk.session, desk.merchant, slot, number)
        if text is None:
            raise NotFound
        found = faults(slot, text)
        if not found:
            save_text(desk.session, desk.merchant, slot, text, actor=signed_in().actor, now=desk.now)
    if found:
        told = message_words.told(found[0])
        flash(
            _("Version %(number)s cannot be restored as it is. %(why)s", number=number, why=told), "warning"
        )
    else:
        flash(_("Version %(number)s is in force again.", number=number), "success")
    return _back(slot)


def _send_test(slot: Slot) -> ResponseReturnValue:
    """What is on the page, to nobody but the person who asks for it."""
    person = signed_in()
    if faults(slot, text_of(request.form)):
        return _page(slot, notice=_not_sent()), 400
    if not person.email:
        return _page(slot, notice=("warning", no_address()))
    try:
        outcome = to_oneself(slot, request.form, person.email)
    except TooMany as error:
        wait = error.retry_after
        return _page(slot, notice=_too_many(wait)), 429, {"Retry-After": str(wait)}
    return _page(slot, notice=message_words.told_outcome(outcome, person.email))


def to_oneself(slot: Slot, given: Mapping[str, str], address: str) -> Outcome | None:
    """Send this text to the person who asks for it; None: there is no mail server. Raises `TooMany`."""
    person = signed_in()
    wait = limits.hit(TEST_RATE, scope="message-test", key=person.actor)
    if wait is not None:
        raise TooMany(retry_after=wait)
    with reading() as desk:
        message = _message(desk, slot, given)
    # No transaction is open while the mail server is spoken to.
    to = Recipient(address, person.name)
    outcome = send_trial(services().settings, message, mark=_("[Test]"), to=to)
    with acting() as desk:
        told = type(outcome).__name__.lower() if outcome else "no_mail_server"
        note_test(desk.session, desk.merchant, slot, told, actor=person.actor, now=desk.now)
    return outcome


def _page(slot: Slot, *, notice: Notice | None = None) -> str:
    """The editor with what somebody wrote and has not saved."""
    with reading() as desk:
        shown = shown_of(request.form, slot)
        return editor_page(desk, slot, shown, given=request.form, told=True, notice=notice)


def _message(desk: Desk, slot: Slot, given: Mapping[str, str]) -> Message:
    cases = cases_to_show(desk.session, desk.merchant, slot.key)
    message, _missing = message_with(desk, slot, text_of(given), shown_of(given, slot), cases)
    return message


def _posted_slot(key: str) -> Slot:
    return slot_of(key, request.form, language="en")


def language_of(locale: str) -> str:
    """Of the merchant's messages."""
    return locale if locale in LANGUAGES else "en"


def _refused() -> Notice:
    return "danger", _("Not saved. What is wrong stands at each field; nothing that you wrote is lost.")


def _not_sent() -> Notice:
    return "danger", _(
        "No test was sent. What is wrong stands at each field; nothing that you wrote is lost."
    )


def no_address() -> str:
    return str(_("Whop has told us no e-mail address of yours, so there is nowhere to send it."))


def _too_many(wait: int) -> Notice:
    minutes = -(-wait // 60)
    return "warning", _(
        "That was the fifth test within an hour. The next one can go out in %(minutes)s min.",
        minutes=minutes,
    )


def _back(slot: Slot) -> ResponseReturnValue:
    return redirect(
        url_for(".editor", key=slot.key, language=slot.language, channel=slot.channel or None), 303
    )
