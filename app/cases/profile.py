"""How a merchant appears to customers, which clock and language count for them, and what they are told."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.models import Case, Merchant
from app.models.case import LIVE
from app.models.merchant import lock_merchant

LATELY = timedelta(days=90)
DAY = timedelta(days=1)
MONTH_DAYS = 30
SHORTEST_DAYS = 7
"""From fewer days than these no month is guessed."""
SETS_THE_HOUR = frozenset({"zone", "digest_on", "digest_hour"})
"""After a change of these the next digest's time is worked out anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    sender_name: str | None
    reply_to: str | None
    zone: str
    locale: str

    @classmethod
    def of(cls, merchant: Merchant) -> "Profile":
        return cls(
            sender_name=merchant.sender_name,
            reply_to=merchant.reply_to,
            zone=merchant.zone,
            locale=merchant.locale,
        )


def zones() -> tuple[str, ...]:
    """IANA names that a person would choose: places, and UTC."""
    places = (name for name in available_timezones() if "/" in name)
    return ("UTC", *sorted(name for name in places if not name.startswith(("Etc/", "posix/", "right/"))))


def change_profile(
    session: Session, merchant: Merchant, profile: Profile, *, actor: str, now: datetime
) -> tuple[str, ...]:
    """Take over what is different; the names of the fields that were. Messages from now on follow it."""
    return _take_over(session, merchant, asdict(profile), actor=actor, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """What the merchant is told without asking, and when."""

    alert_email: str | None
    alert_amounts: Mapping[str, int] | None
    """Minor units by currency, from which on one payment is told at once; None: none is."""
    digest_on: bool
    digest_hour: int
    """From 0 to 23, in the merchant's zone."""

    @classmethod
    def of(cls, merchant: Merchant) -> "AlertSettings":
        return cls(
            alert_email=merchant.alert_email,
            alert_amounts=merchant.alert_amounts,
            digest_on=merchant.digest_on,
            digest_hour=merchant.digest_hour,
        )


def change_alert_settings(
    session: Session, merchant: Merchant, wanted: AlertSettings, *, actor: str, now: datetime
) -> tuple[str, ...]:
    """Take over what is different; the names of the fields that were."""
    return _take_over(session, merchant, asdict(wanted), actor=actor, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlGroup:
    """How many people the merchant leaves to Whop alone, so that the difference we make can be seen."""

    control_share: float | None
    """From 0 to 0.5; None: as the install is set."""
    launch_cases: int
    """So many people are drawn half and half first."""

    @classmethod
    def of(cls, merchant: Merchant) -> "ControlGroup":
        return cls(control_share=merchant.control_share, launch_cases=merchant.launch_cases)


def change_control_group(
    session: Session, merchant: Merchant, wanted: ControlGroup, *, actor: str, now: datetime
) -> tuple[str, ...]:
    """Take over what is different; the names of the fields that were. Who was drawn already stays drawn."""
    return _take_over(session, merchant, asdict(wanted), actor=actor, now=now)


def failures_a_month(session: Session, merchant: Merchant, *, now: datetime) -> float:
    """Failed renewals of the last ninety days, as a month has them; fewer days where we came later."""
    mine = (Case.merchant_id == merchant.id, Case.origin == LIVE, Case.opened_at > now - LATELY)
    cases, first = session.execute(select(func.count(), func.min(Case.opened_at)).where(*mine)).one()
    if not cases:
        return 0
    days = min(max((now - first) / DAY, SHORTEST_DAYS), LATELY / DAY)
    return cases * MONTH_DAYS / days


def switch_learning(session: Session, merchant: Merchant, *, on: bool, actor: str, now: datetime) -> bool:
    """Let new cases try other times and channels, or no more; False where that was so already."""
    return bool(_take_over(session, merchant, {"learning_on": on}, actor=actor, now=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class WinbackSettings:
    """The offer to come back, for customers who asked for it."""

    winback_on: bool
    winback_url: str | None
    """A page of Whop's own."""
    winback_code: str | None

    @classmethod
    def of(cls, merchant: Merchant) -> "WinbackSettings":
        return cls(
            winback_on=merchant.winback_on,
            winback_url=merchant.winback_url,
            winback_code=merchant.winback_code,
        )


def change_winback(
    session: Session, merchant: Merchant, wanted: WinbackSettings, *, actor: str, now: datetime
) -> tuple[str, ...]:
    """Take over what is different; the names of the fields that were. It counts for offers that wait, too."""
    return _take_over(session, merchant, asdict(wanted), actor=actor, now=now)


def currencies_of(session: Session, merchant: Merchant, *, now: datetime) -> tuple[str, ...]:
    """In which the merchant's lately failed payments were, and those with an amount chosen."""
    mine = (Case.merchant_id == merchant.id, Case.opened_at > now - LATELY)
    lately = select(Case.currency).where(*mine).distinct()
    return tuple(sorted({*filter(None, session.scalars(lately)), *(merchant.alert_amounts or {})}))


def _take_over(
    session: Session, merchant: Merchant, values: Mapping[str, Any], *, actor: str, now: datetime
) -> tuple[str, ...]:
    lock_merchant(session, merchant.id)
    session.refresh(merchant)
    changed = tuple(name for name, value in values.items() if getattr(merchant, name) != value)
    for name in changed:
        setattr(merchant, name, values[name])
    if SETS_THE_HOUR.intersection(changed):
        merchant.digest_due_at = None
    if changed:
        detail = {"fields": list(changed)}
        note(session, Act.PROFILE_CHANGED, merchant_id=merchant.id, actor=actor, at=now, detail=detail)
    return changed
