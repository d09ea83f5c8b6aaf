"""What, if anything, of ours came shortly before the money: the last touch, which is not yet a proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Attribution(StrEnum):
    VISIT = "visit"
    """The customer pressed the button of the fix page."""
    MESSAGE = "message"
    """A reminder reached them, or may have."""
    NEITHER = "neither"
    """Whop's own retry, or the customer by themselves."""


@dataclass(frozen=True, slots=True)
class Touch:
    kind: Attribution
    at: datetime
    step_id: int | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    attribution: Attribution
    step_id: int | None = None


def attribute(touches: Sequence[Touch], *, paid_at: datetime, window: timedelta) -> Credit:
    """The last touch at most `window` before the payment; a visit counts above the message it came from."""
    counted = [touch for touch in touches if paid_at - window <= touch.at <= paid_at]
    if not counted:
        return Credit(Attribution.NEITHER)
    messages = [touch for touch in counted if touch.kind is Attribution.MESSAGE]
    last_message = max(messages, key=lambda touch: touch.at, default=None)
    step_id = last_message.step_id if last_message else None
    if any(touch.kind is Attribution.VISIT for touch in counted):
        return Credit(Attribution.VISIT, step_id)
    return Credit(Attribution.MESSAGE, step_id)
