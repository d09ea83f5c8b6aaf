"""Message texts by the API: which there are, one of them with its history, to look at, save, and put back."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.cases.wordings import (
    Slot,
    Version,
    cases_to_show,
    own_texts,
    reset_text,
    save_text,
    version,
    versions,
)
from app.dashboard import message_words
from app.dashboard.answers import Answer, moment
from app.dashboard.api import json_body
from app.dashboard.desk import Desk, acting, locked, reading
from app.dashboard.message_form import fields_of, shown_of, slot_of, text_of
from app.dashboard.message_page import at_fields, current, faults, places_of
from app.dashboard.message_preview import preview
from app.dashboard.messages import KEY, language_of
from app.dashboard.sent import laid_over
from app.errors import InvalidInput, NotFound
from app.recovery.wording import KEYS, OwnText
from app.recovery.wording.check import Field
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.tenancy import signed_in

SLOT, LOOK = ("channel", "language"), ("rendering", "case")
TEXT = tuple(field.value for field in Field)

blueprint = Blueprint("messages_api", __name__, url_prefix="/api/messages")


@blueprint.get("")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def index() -> ResponseReturnValue:
    with reading() as desk:
        texts = own_texts(desk.session, desk.merchant)
        slots = [slot_for(desk, key, request.args) for key in KEYS]
        return jsonify(messages=[_row(slot, texts) for slot in slots])


@blueprint.get(f"/{KEY}")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show(key: str) -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(_whole(desk, slot_for(desk, key, request.args)))


@blueprint.post(f"/{KEY}")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def save(key: str) -> ResponseReturnValue:
    """Of the text only what is sent is changed."""
    given = given_of(*SLOT, *TEXT)
    with acting() as desk:
        locked(desk)
        slot = slot_for(desk, key, given)
        shown = current(own_texts(desk.session, desk.merchant), slot)
        text = checked(slot, text_of({**fields_of(shown), **given}))
        if text != shown:
            save_text(desk.session, desk.merchant, slot, text, actor=signed_in().actor, now=desk.now)
        return jsonify(_whole(desk, slot))


@blueprint.post(f"/{KEY}/reset")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def reset(key: str) -> ResponseReturnValue:
    given = given_of(*SLOT)
    with acting() as desk:
        slot = slot_for(desk, key, given)
        reset_text(desk.session, desk.merchant, slot, actor=signed_in().actor, now=desk.now)
        return jsonify(_whole(desk, slot))


@blueprint.post(f"/{KEY}/restore/<int(max=2147483647):number>")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def restore(key: str, number: int) -> ResponseReturnValue:
    """An earlier version becomes the newest, if it may still be saved."""
    given = given_of(*SLOT)
    with acting() as desk:
        slot = slot_for(desk, key, given)
        text = version(desk.session, desk.merchant, slot, number)
        if text is None:
            raise NotFound
        save_text(
            desk.session, desk.merchant, slot, checked(slot, text), actor=signed_in().actor, now=desk.now
        )
        return jsonify(_whole(desk, slot))


@blueprint.post(f"/{KEY}/preview")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def look(key: str) -> ResponseReturnValue:
    """The text as its readers would see it, also where it may not be saved; nothing is kept or sent."""
    given = given_of(*SLOT, *TEXT, *LOOK)
    with reading() as desk:
        slot = slot_for(desk, key, given)
        text = text_of({**fields_of(current(own_texts(desk.session, desk.merchant), slot)), **given})
        cases = cases_to_show(desk.session, desk.merchant, slot.key)
        seen = preview(desk, slot, text, shown_of(given, slot), cases)
        return jsonify(
            subject=seen.rendering.subject,
            text=seen.rendering.text,
            html=seen.rendering.html,
            cut_at=seen.most,
            left_out=list(seen.left_out),
            wrong=at_fields(faults(slot, text)),
        )


def slot_for(desk: Desk, key: str, values: Mapping[str, str]) -> Slot:
    return slot_of(key, values, language=language_of(desk.merchant.locale))


def given_of(*fields: str) -> dict[str, str]:
    return laid_over({}, json_body(), fields=fields)


def checked(slot: Slot, text: OwnText) -> OwnText:
    """Raises `InvalidInput` naming every field that keeps it from being saved."""
    wrong = {field: " ".join(told) for field, told in at_fields(faults(slot, text)).items()}
    if wrong:
        raise InvalidInput(wrong)
    return text


def _row(slot: Slot, texts: Mapping[Slot, OwnText]) -> Answer:
    return {
        "key": slot.key,
        "title": message_words.title_of(slot.key),
        "language": slot.language,
        "channel": slot.channel,
        "own": slot in texts,
        "text": _fields(current(texts, slot)),
    }


def _whole(desk: Desk, slot: Slot) -> Answer:
    desk.session.flush()
    return {
        **_row(slot, own_texts(desk.session, desk.merchant)),
        "placeholders": [
            {"name": one.name, "description": one.description, "sample": one.sample}
            for one in places_of(desk, slot)
        ],
        "versions": list(map(_version, versions(desk.session, desk.merchant, slot))),
    }


def _version(found: Version) -> Answer:
    return {
        "number": found.number,
        "saved_at": moment(found.saved_at),
        "by": found.by,
        "text": None if found.text is None else _fields(found.text),
    }


def _fields(text: OwnText) -> dict[str, Any]:
    return dict(fields_of(text))
