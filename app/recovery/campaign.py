"""A campaign as a value: which messages a case may get, how long after the failure, and how they keep their distance.

`DEFAULT_CAMPAIGN` is what everybody begins with; a merchant may have others, within the limits of the product.
It lays out no message of a case (`plan` does) and stores nothing: `campaign_json` has its written form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from .decline import DeclineClass
from .reasons import Why

HOUR = timedelta(hours=1)


class Position(StrEnum):
    """Which message it is in the conversation: it chooses the wording."""

    FIRST = "first"
    SECOND = "second"
    LAST = "last"
    NOTE = "note"
    OFFER = "offer"
    """To come back after the end; part of no campaign."""
    CHARGED = "charged"
    """Another saved card was charged; part of no campaign, as the next."""
    DECLINED = "declined"
    """Another saved card was tried in vain, and is the membership's now."""


REMINDERS = (Position.FIRST, Position.SECOND, Position.LAST)
"""In the order of the conversation."""


@dataclass(frozen=True, slots=True)
class Offset:
    position: Position
    after: timedelta
    """After the first failure."""
    why: Why


@dataclass(frozen=True, slots=True)
class Limits:
    """What no campaign may go beyond, and the platform's own times, which no campaign changes."""

    messages: int
    """The most for one case, over all channels."""
    gap: timedelta
    """The least between two messages to one person."""
    runway: timedelta
    """Whop's own five days; nothing is planned after their end."""
    too_late: timedelta
    """A step that is this late is skipped, not sent."""
    window: timedelta
    """With no word from Whop for this long the case is closed as lost."""
    clearing: timedelta
    """The same, where a payment is on its way through the bank."""


LIMITS = Limits(
    messages=3,
    gap=18 * HOUR,
    runway=120 * HOUR,
    too_late=48 * HOUR,
    window=timedelta(days=14),
    clearing=timedelta(days=30),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    offsets: Mapping[DeclineClass, tuple[Offset, ...]]
    """Of every class, in the order of time; none where nobody is written to."""
    messages: int = LIMITS.messages
    """For one case, over all channels."""
    gap: timedelta = LIMITS.gap
    """Between two messages to one person."""
    quiet_from: time = time(21)
    """In the evening; until `quiet_until` chats are silent."""
    quiet_until: time = time(8)
    quiet_email: bool = False
    """E-mail keeps the quiet hours too. It wakes nobody, so by itself it does not."""
    channels: tuple[str, ...] | None = None
    """The channels that it uses, best first, at least one; None: all that there are, in the usual order."""


_QUIET_FIRST_DAY = (
    Offset(Position.FIRST, 24 * HOUR, Why.QUIET_DAY_OVER),
    Offset(Position.SECOND, 72 * HOUR, Why.SECOND_REMINDER),
    Offset(Position.LAST, 105 * HOUR, Why.LAST_NOTICE),
)
_CUSTOMER_MUST_ACT = (
    Offset(Position.FIRST, 1 * HOUR, Why.NEEDS_CUSTOMER),
    Offset(Position.SECOND, 24 * HOUR, Why.SECOND_REMINDER),
    Offset(Position.LAST, 105 * HOUR, Why.LAST_NOTICE),
)
DEFAULT_CAMPAIGN = Campaign(
    offsets={
        DeclineClass.FUNDS: _QUIET_FIRST_DAY,
        DeclineClass.ISSUER: _QUIET_FIRST_DAY,
        DeclineClass.TECHNICAL: _QUIET_FIRST_DAY,
        DeclineClass.UNKNOWN: _QUIET_FIRST_DAY,
        DeclineClass.CARD_DATA: _CUSTOMER_MUST_ACT,
        DeclineClass.AUTHENTICATION: _CUSTOMER_MUST_ACT,
        DeclineClass.FRAUD: _CUSTOMER_MUST_ACT,
        DeclineClass.ACCOUNT_GONE: _CUSTOMER_MUST_ACT,
        DeclineClass.CUSTOMER_STOPPED: (Offset(Position.NOTE, 24 * HOUR, Why.PLAIN_NOTE),),
        DeclineClass.SENSITIVE: (),
        DeclineClass.NOT_A_FAILURE: (),
    }
)


def positions_of(decline_class: DeclineClass) -> tuple[Position, ...]:
    """The messages that a class may have at all, in their order; none where nobody may be written to."""
    usual = tuple(offset.position for offset in DEFAULT_CAMPAIGN.offsets[decline_class])
    return REMINDERS if Position.FIRST in usual else usual


def why_then(decline_class: DeclineClass, position: Position, after: timedelta) -> Why:
    """The reason for an offset: the default's own where it is the default's time, else the merchant's choice."""
    for usual in DEFAULT_CAMPAIGN.offsets[decline_class]:
        if (usual.position, usual.after) == (position, after):
            return usual.why
    return Why.OWN_CAMPAIGN
