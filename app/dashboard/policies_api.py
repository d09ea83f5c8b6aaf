"""Policies by the API: their order, one with its versions, and whatever their pages do to them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.cases.policies import (
    Draft,
    Version,
    create_policy,
    draft_of,
    edit_policy,
    move_policy,
    policies,
    policy_of,
    reset_policy,
    restore_policy,
    switch_policy,
    versions,
)
from app.cases.policy_reach import DAYS, preview
from app.cases.rehearsed import Rehearsed, newest_cases
from app.dashboard import channel_inputs, policy_inputs
from app.dashboard.answers import Answer, moment
from app.dashboard.api import json_body
from app.dashboard.campaign import KEY, enough
from app.dashboard.campaign_page import rehearsed
from app.dashboard.desk import Desk, acting, locked, reading
from app.dashboard.sent import laid_over
from app.dashboard.story import whys
from app.errors import Conflict, NotFound
from app.models import Policy
from app.recovery.campaign import DEFAULT_CAMPAIGN, HOUR, Campaign, positions_of
from app.recovery.campaign_json import campaign_to_json
from app.recovery.decline import DeclineClass
from app.recovery.money import Money
from app.recovery.segments import Matches
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.tenancy import signed_in

NEW = Draft("", Matches(), DEFAULT_CAMPAIGN)
OFFSETS = [
    f"{policy_inputs.OFFSETS}.{name.value}.{position.value}"
    for name in DeclineClass
    for position in positions_of(name)
]
FIELDS = frozenset((*policy_inputs.form_of(NEW), *OFFSETS)) - {channel_inputs.FIELD}

blueprint = Blueprint("policies_api", __name__, url_prefix="/api/policies")


@blueprint.get("")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def index() -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(
            policies=list(map(_answer, policies(desk.session, desk.merchant))),
            default_campaign=_campaign(DEFAULT_CAMPAIGN),
            channels=[
                {"name": name, "set_up": name in channel_inputs.here()}
                for name in channel_inputs.choosable(DEFAULT_CAMPAIGN)
            ],
        )


@blueprint.post("")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def create() -> ResponseReturnValue:
    """What is left out is as in the default."""
    draft = _draft(NEW)
    with acting() as desk:
        saved = create_policy(desk.session, desk.merchant, draft, actor=signed_in().actor, now=desk.now)
        if saved is None:
            raise Conflict(enough())
        return jsonify(_whole(desk, saved.key)), 201


@blueprint.post("/preview")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def look_at_new() -> ResponseReturnValue:
    """What a new one would do; nothing is kept."""
    draft = _draft(NEW)
    with reading() as desk:
        return jsonify(_would(desk, draft, None))


@blueprint.post(f"/{KEY}/preview")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def look_at(key: int) -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(_would(desk, _draft(draft_of(_owned(desk, key))), key))


@blueprint.get(f"/{KEY}")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show(key: int) -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(_whole(desk, key))


@blueprint.post(f"/{KEY}")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def edit(key: int) -> ResponseReturnValue:
    """Only what is sent is changed."""
    with acting() as desk:
        locked(desk)
        draft = _draft(draft_of(_owned(desk, key)))
        edit_policy(desk.session, desk.merchant, key, draft, actor=signed_in().actor, now=desk.now)
        return jsonify(_whole(desk, key))


@blueprint.post(f"/{KEY}/<any(up, down, on, off, reset):deed>")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def change(key: int, deed: str) -> ResponseReturnValue:
    with acting() as desk:
        _owned(desk, key)
        known: dict[str, Any] = {"actor": signed_in().actor, "now": desk.now}
        match deed:
            case "up" | "down":
                move_policy(desk.session, desk.merchant, key, up=deed == "up", **known)
            case "on" | "off":
                switch_policy(desk.session, desk.merchant, key, on=deed == "on", **known)
            case _:
                reset_policy(desk.session, desk.merchant, key, **known)
        return jsonify(_whole(desk, key))


@blueprint.post(f"/{KEY}/restore/<int(max=2147483647):number>")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def restore(key: int, number: int) -> ResponseReturnValue:
    with acting() as desk:
        _owned(desk, key)
        restore_policy(desk.session, desk.merchant, key, number, actor=signed_in().actor, now=desk.now)
        return jsonify(_whole(desk, key))


def _draft(before: Draft) -> Draft:
    """What was sent, over this one. Raises `InvalidInput` naming every field that cannot be used."""
    sent = dict(json_body())
    channels: object = sent.pop(channel_inputs.FIELD, before.campaign.channels)
    stored = replace(before, campaign=replace(before.campaign, channels=None))
    given = laid_over(
        policy_inputs.form_of(stored),
        sent,
        fields=FIELDS,
        switches=("first_renewal_only", "quiet_email"),
        lists=("plans", "countries"),
    )
    given |= channel_inputs.sent_as_form(channels)
    return policy_inputs.draft_of(given, before=before.campaign)


def _would(desk: Desk, draft: Draft, key: int | None) -> Answer:
    own = policies(desk.session, desk.merchant)
    matching, got, counted = preview(desk.session, desk.merchant, own, draft.matches, key=key, now=desk.now)
    cases = newest_cases(desk.session, desk.merchant)
    return {
        "days": DAYS,
        "cases": counted,
        "matching": matching,
        "got": got,
        "newest": list(map(_rehearsed, rehearsed(desk, own, draft, cases, key))),
    }


def _rehearsed(found: Rehearsed) -> Answer:
    return {
        "case_id": found.case_id,
        "taken": found.taken,
        "sent_hours": [_hours(after) for after in found.sent],
        "would": [
            {"message": one.position.value, "hours": _hours(one.after), "over": one.over}
            for one in found.would
        ],
        "left_out": [" ".join(whys(reason.stored())) for reason in found.left_out],
        "by": " ".join(whys(found.by.stored())) if found.by else None,
    }


def _hours(after: timedelta) -> int:
    return round(after / HOUR)


def _owned(desk: Desk, key: int) -> Policy:
    found = policy_of(desk.session, desk.merchant, key)
    if found is None:
        raise NotFound
    return found


def _whole(desk: Desk, key: int) -> Answer:
    owned = _owned(desk, key)
    history = versions(desk.session, desk.merchant, key)
    return {**_answer(owned), "versions": list(map(_version, history))}


def _version(found: Version) -> Answer:
    row = found.policy
    return {
        "number": row.number,
        "saved_at": moment(row.saved_at),
        "by": found.by,
        "changed": list(found.changed),
        **_content(found.draft),
    }


def _answer(row: Policy) -> Answer:
    return {
        "key": row.key,
        "number": row.number,
        "on": row.active,
        "saved_at": moment(row.saved_at),
        **_content(draft_of(row)),
    }


def _content(draft: Draft) -> Answer:
    """As it is sent to change it."""
    matches = draft.matches
    return {
        "name": draft.name,
        "plans": list(matches.plans),
        "countries": list(matches.countries),
        "currency": matches.currency,
        "min_price": _price(matches.currency, matches.min_minor),
        "max_price": _price(matches.currency, matches.max_minor),
        "min_days": matches.min_days,
        "max_days": matches.max_days,
        "first_renewal_only": matches.first_renewal_only,
        **_campaign(draft.campaign),
    }


def _campaign(found: Campaign) -> Answer:
    return {**campaign_to_json(found), "channels": found.channels}


def _price(currency: str | None, minor: int | None) -> str | None:
    return None if currency is None or minor is None else Money(currency, minor).plain()
