"""How a merchant appears to customers, and which clock and language count for them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from app.cases.audit import Act, note
from app.models import Merchant
from app.models.merchant import lock_merchant


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
    lock_merchant(session, merchant.id)
    session.refresh(merchant)
    changed = tuple(name for name, value in asdict(profile).items() if getattr(merchant, name) != value)
    for name in changed:
        setattr(merchant, name, getattr(profile, name))
    if changed:
        detail = {"fields": list(changed)}
        note(session, Act.PROFILE_CHANGED, merchant_id=merchant.id, actor=actor, at=now, detail=detail)
    return changed
