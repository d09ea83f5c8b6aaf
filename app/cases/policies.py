"""A merchant's own policies: saved as new versions, put in order, switched on and off, and chosen for a new case.

A version is never changed, so a case goes on with the one it was opened with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.audit import Act, Actor, note, note_case
from app.cases.subjects import subject_of
from app.models import Case, Merchant, Policy, User
from app.models.merchant import lock_merchant
from app.models.policy import newest_policies
from app.recovery.campaign import DEFAULT_CAMPAIGN, Campaign
from app.recovery.campaign_json import campaign_to_json, stored_campaign
from app.recovery.segments import Matches, choose

MOST_POLICIES = 50
MOST_VERSIONS = 30
CONTENT = ("name", "matches", "campaign", "position", "active")
"""What a version may change."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy as somebody writes it."""

    name: str
    matches: Matches
    campaign: Campaign


@dataclass(frozen=True, slots=True)
class Version:
    policy: Policy
    changed: tuple[str, ...]
    """Of `CONTENT`, what is different from the version before; all of it in the first one."""
    by: str | None
    """The name of whoever saved it, where they are still known."""
    before: Policy | None = None
    """The version before; None: it is the first one, or older ones are not shown."""

    @property
    def draft(self) -> Draft:
        return draft_of(self.policy)


def draft_of(policy: Policy) -> Draft:
    return Draft(policy.name, Matches.of(policy.matches), stored_campaign(policy.campaign))


def policies(session: Session, merchant: Merchant) -> list[Policy]:
    """The newest version of each, in the order in which they are asked; those switched off come last."""
    return sorted(newest_policies(session, merchant.id), key=lambda policy: not policy.active)


def policy_of(session: Session, merchant: Merchant, key: int) -> Policy | None:
    """The newest version of one of the merchant's policies; None where there is no such one."""
    return next((one for one in newest_policies(session, merchant.id) if one.key == key), None)


def versions(session: Session, merchant: Merchant, key: int) -> tuple[Version, ...]:
    """The newest first, at most `MOST_VERSIONS`."""
    rows = session.scalars(
        select(Policy)
        .where(Policy.merchant_id == merchant.id, Policy.key == key)
        .order_by(Policy.number.desc())
        .limit(MOST_VERSIONS + 1)
    ).all()
    names = _names(session, rows)
    befores = [*rows[1:], None]
    return tuple(
        Version(row, _changed(row, before), names.get(row.actor), before)
        for row, before in list(zip(rows, befores, strict=True))[:MOST_VERSIONS]
    )


def create_policy(
    session: Session, merchant: Merchant, draft: Draft, *, actor: str, now: datetime
) -> Policy | None:
    """A new one, behind all others. None: the merchant has `MOST_POLICIES` already."""
    lock_merchant(session, merchant.id)
    known = newest_policies(session, merchant.id)
    if len(known) >= MOST_POLICIES:
        return None
    number = _next_number(session, merchant)
    position = max((one.position for one in known), default=0) + 1
    values = {**_written(draft), "position": position, "active": True}
    return _write(session, merchant, number, values, actor=actor, now=now)


def edit_policy(
    session: Session, merchant: Merchant, key: int, draft: Draft, *, actor: str, now: datetime
) -> Policy | None:
    """A new version; cases that run keep theirs. None: no such policy, or nothing is different."""
    return _change(session, merchant, key, _written(draft), actor=actor, now=now)


def reset_policy(
    session: Session, merchant: Merchant, key: int, *, actor: str, now: datetime
) -> Policy | None:
    """Back to the default campaign, for the same cases as before. None: as `edit_policy`."""
    written = {"campaign": campaign_to_json(DEFAULT_CAMPAIGN)}
    return _change(session, merchant, key, written, actor=actor, now=now)


def restore_policy(
    session: Session, merchant: Merchant, key: int, number: int, *, actor: str, now: datetime
) -> Policy | None:
    """Name, cases and messages of an earlier version, as a new one; place and switch stay. None: as `edit_policy`,
    or the policy has no such version.
    """
    wanted = (Policy.merchant_id == merchant.id, Policy.key == key, Policy.number == number)
    earlier = session.scalars(select(Policy).where(*wanted)).one_or_none()
    if earlier is None:
        return None
    return _change(session, merchant, key, _written(draft_of(earlier)), actor=actor, now=now)


def switch_policy(
    session: Session, merchant: Merchant, key: int, *, on: bool, actor: str, now: datetime
) -> Policy | None:
    """One that is off is asked for no new case. None: as `edit_policy`."""
    return _change(session, merchant, key, {"active": on}, actor=actor, now=now)


def move_policy(
    session: Session, merchant: Merchant, key: int, *, up: bool, actor: str, now: datetime
) -> Policy | None:
    """Change places with the neighbour that is on, too. None: no such policy, or there is no such neighbour."""
    lock_merchant(session, merchant.id)
    order = [one for one in newest_policies(session, merchant.id) if one.active]
    place = next((index for index, one in enumerate(order) if one.key == key), None)
    if place is None:
        return None
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return None
    positions = order[place].position, order[other].position
    _change(session, merchant, order[other].key, {"position": positions[0]}, actor=actor, now=now)
    return _change(session, merchant, key, {"position": positions[1]}, actor=actor, now=now)


def choose_policy(session: Session, case: Case, *, now: datetime) -> None:
    """Give a case that is being opened its policy for life, and say why it is this one."""
    own = [one for one in newest_policies(session, case.merchant_id) if one.active]
    if not own:
        return
    named = [(one, Matches.of(one.matches)) for one in own]
    chosen = choose(named, subject_of(session, case))
    detail: dict[str, Any] = {"number": None, "conditions": []}
    if chosen is not None:
        case.policy_id = chosen.id
        conditions = [condition.value for condition in Matches.of(chosen.matches).conditions]
        detail = {"number": chosen.number, "conditions": conditions}
    note_case(session, case, Act.POLICY_CHOSEN, actor=Actor.WORKER, at=now, detail=detail)


def _written(draft: Draft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "matches": draft.matches.stored(),
        "campaign": campaign_to_json(draft.campaign),
    }


def _change(
    session: Session, merchant: Merchant, key: int, values: dict[str, Any], *, actor: str, now: datetime
) -> Policy | None:
    lock_merchant(session, merchant.id)
    newest = policy_of(session, merchant, key)
    if newest is None:
        return None
    before = {name: getattr(newest, name) for name in CONTENT}
    after = {**before, **values}
    if after == before:
        return None
    return _write(session, merchant, _next_number(session, merchant), after, key=key, actor=actor, now=now)


def _write(
    session: Session,
    merchant: Merchant,
    number: int,
    values: dict[str, Any],
    *,
    key: int | None = None,
    actor: str,
    now: datetime,
) -> Policy:
    row = Policy(
        merchant_id=merchant.id, number=number, key=key or number, saved_at=now, actor=actor, **values
    )
    session.add(row)
    session.flush()
    detail = {"policy": row.key, "number": number}
    note(session, Act.POLICY_CHANGED, merchant_id=merchant.id, actor=actor, at=now, detail=detail)
    return row


def _next_number(session: Session, merchant: Merchant) -> int:
    newest = session.scalar(select(func.max(Policy.number)).where(Policy.merchant_id == merchant.id))
    return (newest or 0) + 1


def _changed(row: Policy, before: Policy | None) -> tuple[str, ...]:
    if before is None:
        return CONTENT
    return tuple(name for name in CONTENT if getattr(row, name) != getattr(before, name))


def _names(session: Session, rows: Sequence[Policy]) -> dict[str, str]:
    """By actor."""
    ids = {int(number) for row in rows if (number := row.actor.removeprefix("user:")).isdigit()}
    people = session.scalars(select(User).where(User.id.in_(ids)))
    return {f"user:{person.id}": name for person in people if (name := person.name or person.email)}
