"""The pages of campaigns: which policies there are and whom they leave to the default, and one of them to edit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext as _

from app.cases.policies import Draft, draft_of, policies, versions
from app.cases.policy_reach import DAYS, MOST_CASES, preview, reach_of
from app.cases.rehearsed import Rehearsed, newest_cases, rehearse, whop_attempts
from app.dashboard import channel_inputs, policy_inputs, policy_words, sentences
from app.dashboard.campaign_picture import five_days
from app.dashboard.desk import Desk
from app.dashboard.story import whys
from app.errors import NotFound
from app.models import Case, Policy
from app.recovery.campaign import DEFAULT_CAMPAIGN, HOUR, LIMITS, Campaign, Position, positions_of
from app.recovery.decline import DeclineClass
from app.recovery.segments import Matches

FIVE_DAYS = range(5)


@dataclass(frozen=True, slots=True)
class Row:
    """What one decline class gets, in the picture of the five days."""

    title: str
    days: tuple[tuple[str, ...], ...]
    """One entry a day: its messages, with their hour."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ClassFields:
    """The inputs of one decline class."""

    title: str
    sentence: str
    fields: tuple[Field, ...]


def list_page(desk: Desk) -> str:
    own = policies(desk.session, desk.merchant)
    reach = reach_of(desk.session, desk.merchant, own, now=desk.now)
    active = [one.key for one in own if one.active]
    cases = newest_cases(desk.session, desk.merchant)
    return render_template(
        "dashboard/campaign.html",
        own=own,
        described={one.key: policy_words.described(Matches.of(one.matches), desk.show) for one in own},
        told={one.key: channel_inputs.told(draft_of(one).campaign) for one in own},
        first=active[0] if active else None,
        last=active[-1] if active else None,
        reach=reach,
        days=DAYS,
        most=MOST_CASES,
        picture=picture(DEFAULT_CAMPAIGN),
        drawn=five_days(DEFAULT_CAMPAIGN, whop_attempts(desk.session, cases)),
        by=channel_inputs.told(DEFAULT_CAMPAIGN),
        show=desk.show,
    )


def editor_page(
    desk: Desk,
    key: int | None,
    *,
    given: Mapping[str, str] | None = None,
    draft: Draft | None = None,
    wrong: Mapping[str, str] | None = None,
) -> str:
    """`given`: what somebody has just written; `draft` the same where nothing is `wrong` with it.

    `key` None: a new policy. Raises `NotFound` for one that the merchant does not have.
    """
    own = policies(desk.session, desk.merchant)
    saved = _saved(own, key)
    cases = newest_cases(desk.session, desk.merchant)
    history = versions(desk.session, desk.merchant, saved.key) if saved else ()
    before = draft_of(saved).campaign if saved else DEFAULT_CAMPAIGN
    if given is None:
        draft = draft_of(saved) if saved else Draft("", Matches(), DEFAULT_CAMPAIGN)
        given = policy_inputs.form_of(draft)
    return render_template(
        "dashboard/campaign_edit.html",
        key=key,
        saved=saved,
        given=given,
        wrong=wrong or {},
        classes=[_inputs(name, given) for name in DeclineClass if positions_of(name)],
        choice=channel_inputs.rows(given, channel_inputs.choosable(before)),
        by=channel_inputs.told(draft.campaign) if draft else None,
        picture=picture(draft.campaign) if draft else None,
        drawn=five_days(draft.campaign, whop_attempts(desk.session, cases)) if draft else None,
        reach=_told_reach(desk, own, draft, key) if draft else None,
        rehearsed=rehearsed(desk, own, draft, cases, key) if draft else (),
        differences={
            one.policy.number: policy_words.differences(one, desk.show, here=channel_inputs.here())
            for one in history
        },
        whys=whys,
        words=sentences,
        versions=history,
        described={
            one.policy.number: policy_words.described(one.draft.matches, desk.show) for one in history
        },
        changes=policy_words.CHANGES,
        limits=LIMITS,
        hour=HOUR,
        show=desk.show,
    )


def picture(campaign: Campaign) -> list[Row]:
    """The five days of each class that is ever written to."""
    return [
        Row(str(sentences.CLASS_TITLES[name]), tuple(_of_day(campaign, name, day) for day in FIVE_DAYS))
        for name in DeclineClass
        if positions_of(name)
    ]


def _of_day(campaign: Campaign, name: DeclineClass, day: int) -> tuple[str, ...]:
    return tuple(
        str(
            _(
                "%(message)s, %(hours)s h",
                message=sentences.POSITIONS[offset.position],
                hours=int(offset.after / HOUR),
            )
        )
        for offset in campaign.offsets[name]
        if day * 24 <= offset.after / HOUR < (day + 1) * 24
    )


def _inputs(name: DeclineClass, given: Mapping[str, str]) -> ClassFields:
    def field(position: Position) -> Field:
        at = f"{policy_inputs.OFFSETS}.{name.value}.{position.value}"
        return Field(at, str(sentences.POSITIONS[position]), given.get(at, ""))

    return ClassFields(
        str(sentences.CLASS_TITLES[name]),
        str(sentences.CLASS_SENTENCES[name]),
        tuple(map(field, positions_of(name))),
    )


def _told_reach(desk: Desk, own: Sequence[Policy], draft: Draft, key: int | None) -> str:
    matching, got, counted = preview(desk.session, desk.merchant, own, draft.matches, key=key, now=desk.now)
    if not counted:
        return str(_("There are no cases of the last %(days)s days to try it on.", days=DAYS))
    told = str(
        _(
            "It would have matched %(matching)s of the last %(days)s days' %(counted)s cases.",
            matching=matching,
            days=DAYS,
            counted=counted,
        )
    )
    taken = matching - got
    if taken:
        told += " " + str(_("Policies before it would have taken %(taken)s of them.", taken=taken))
    return told


def rehearsed(
    desk: Desk, own: Sequence[Policy], draft: Draft, cases: Sequence[Case], key: int | None
) -> tuple[Rehearsed, ...]:
    """What this draft, in the place of the policy `key`, would have done for these newest cases."""
    return rehearse(
        desk.session,
        desk.merchant,
        own,
        draft.matches,
        draft.campaign,
        cases=cases,
        key=key,
        rules=desk.rules,
        here=channel_inputs.here(),
    )


def _saved(own: Sequence[Policy], key: int | None) -> Policy | None:
    if key is None:
        return None
    found = next((one for one in own if one.key == key), None)
    if found is None:
        raise NotFound
    return found
