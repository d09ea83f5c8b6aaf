"""A merchant's own message texts: saved as new versions, never changed, and read back with their history.

Every save takes the merchant's next number, so that a case goes on with the texts it began with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case as when
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cases.audit import Act, note
from app.models import Case, Merchant, SavedWording, User
from app.models.merchant import lock_merchant
from app.models.wording import EVERY_CHANNEL, newest_wordings
from app.recovery.decline import POLICIES
from app.recovery.wording import OwnText

MOST_VERSIONS = 30
MOST_CASES = 20


@dataclass(frozen=True, slots=True)
class Slot:
    """One text of a merchant: what about, for which channels, in which language."""

    key: str
    channel: str
    """Empty for all channels that have no text of their own."""
    language: str


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    text: OwnText | None
    """None: it was put back to the default."""
    saved_at: datetime
    by: str | None
    """The name of whoever saved it, where they are still known."""


def save_text(
    session: Session, merchant: Merchant, slot: Slot, text: OwnText, *, actor: str, now: datetime
) -> int | None:
    """Keep a checked text as a new version; its number, or None where that text stands there already."""
    lock_merchant(session, merchant.id)
    if _newest(session, merchant, slot) == text.stored():
        return None
    return _write(session, merchant, slot, text.stored(), actor=actor, now=now)


def reset_text(session: Session, merchant: Merchant, slot: Slot, *, actor: str, now: datetime) -> int | None:
    """Back to what stands there without a text of the merchant's; None where they have none."""
    lock_merchant(session, merchant.id)
    if _newest(session, merchant, slot) is None:
        return None
    return _write(session, merchant, slot, None, actor=actor, now=now)


def own_texts(session: Session, merchant: Merchant) -> dict[Slot, OwnText]:
    """Every text that is the merchant's own now: new cases begin with these."""
    return {
        Slot(row.key, row.channel, row.language): OwnText.of(row.text)
        for row in newest_wordings(session, merchant.id)
        if row.text is not None
    }


def in_force(texts: Mapping[Slot, OwnText], slot: Slot) -> OwnText | None:
    """The channel's own text, else that for all channels; None: the default."""
    return texts.get(slot) or texts.get(replace(slot, channel=EVERY_CHANNEL))


def versions(session: Session, merchant: Merchant, slot: Slot) -> tuple[Version, ...]:
    """The newest first, at most `MOST_VERSIONS`."""
    rows = session.scalars(
        _of_slot(merchant, slot).order_by(SavedWording.number.desc()).limit(MOST_VERSIONS)
    ).all()
    names = _names(session, rows)
    return tuple(
        Version(row.number, OwnText.of(row.text) if row.text else None, row.saved_at, names.get(row.actor))
        for row in rows
    )


def version(session: Session, merchant: Merchant, slot: Slot, number: int) -> OwnText | None:
    """The text of one version; None where it is not there, or was a reset."""
    row = session.scalars(_of_slot(merchant, slot).where(SavedWording.number == number)).one_or_none()
    return OwnText.of(row.text) if row and row.text else None


def cases_to_show(session: Session, merchant: Merchant, key: str) -> Sequence[Case]:
    """Real cases to try a text on: first those that such a message is for, then the newest."""
    angle = key.partition(".")[0]
    fitting = [name.value for name, policy in POLICIES.items() if policy.angle == angle]
    recent = (
        select(Case.id)
        .where(Case.merchant_id == merchant.id)
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(MOST_CASES)
    )
    return session.scalars(
        select(Case)
        .where(Case.id.in_(recent))
        .options(joinedload(Case.customer), joinedload(Case.payment), joinedload(Case.merchant))
        .order_by(when((Case.decline_class.in_(fitting), 0), else_=1), Case.opened_at.desc(), Case.id.desc())
    ).all()


def note_test(
    session: Session, merchant: Merchant, slot: Slot, outcome: str, *, actor: str, now: datetime
) -> None:
    """That somebody had a text sent to themselves, and how that ended; never to which address."""
    detail = {"key": slot.key, "channel": slot.channel, "language": slot.language, "outcome": outcome}
    note(session, Act.TEST_MESSAGE_SENT, merchant_id=merchant.id, actor=actor, at=now, detail=detail)


def _of_slot(merchant: Merchant, slot: Slot) -> Any:
    return select(SavedWording).where(
        SavedWording.merchant_id == merchant.id,
        SavedWording.key == slot.key,
        SavedWording.channel == slot.channel,
        SavedWording.language == slot.language,
    )


def _newest(session: Session, merchant: Merchant, slot: Slot) -> dict[str, Any] | None:
    newest = session.scalars(_of_slot(merchant, slot).order_by(SavedWording.number.desc()).limit(1)).first()
    return newest.text if newest else None


def _write(
    session: Session,
    merchant: Merchant,
    slot: Slot,
    text: dict[str, Any] | None,
    *,
    actor: str,
    now: datetime,
) -> int:
    session.refresh(merchant)
    merchant.wording_number += 1
    session.add(
        SavedWording(
            merchant_id=merchant.id,
            key=slot.key,
            channel=slot.channel,
            language=slot.language,
            number=merchant.wording_number,
            text=text,
            actor=actor,
            saved_at=now,
        )
    )
    act = Act.WORDING_RESET if text is None else Act.WORDING_CHANGED
    detail = {"key": slot.key, "channel": slot.channel, "language": slot.language}
    detail_with_number = {**detail, "number": merchant.wording_number}
    note(session, act, merchant_id=merchant.id, actor=actor, at=now, detail=detail_with_number)
    return merchant.wording_number


def _names(session: Session, rows: Sequence[SavedWording]) -> dict[str, str]:
    """By actor."""
    ids = {int(number) for row in rows if (number := row.actor.removeprefix("user:")).isdigit()}
    people = session.scalars(select(User).where(User.id.in_(ids)))
    return {f"user:{person.id}": name for person in people if (name := person.name or person.email)}
