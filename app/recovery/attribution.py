"""What, if anything, of ours came shortly before the money: the last touch, which is not yet a proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Attribution(StrEnum):
    CHARGE = "charge"
    """It was paid by a charge of ours: the same card once more, or another one that the customer had agreed to."""
    VISIT = "visit"
    """The customer pressed the button of the fix page."""
    MESSAGE = "message"
    """A reminder reached them, or may have."""
    NEITHER = "neither"
    """Whop's own charge, or the customer by themselves."""


@dataclass(frozen=True, slots=True)
class Touch:
    kind: Attribution
    at: datetime
    step_id: int | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    attribution: Attribution
    step_id: int | None = None


def attribute(
    touches: Sequence[Touch], *, paid_at: datetime, window: timedelta, ours: bool = False
) -> Credit:
    """The last touch at most `window` before the payment; a visit counts above the message it came from.

    `ours`: the charge that brought the money was ours, which counts above both.
    """
    counted = [touch for touch in touches if paid_at - window <= touch.at <= paid_at]
    if ours:
        return Credit(Attribution.CHARGE, _last_message(counted))
    if not counted:
        return Credit(Attribution.NEITHER)
    step_id = _last_message(counted)
    if any(touch.kind is Attribution.VISIT for touch in counted):
        return Credit(Attribution.VISIT, step_id)
    return Credit(Attribution.MESSAGE, step_id)


def _last_message(touches: Sequence[Touch]) -> int | None:
    messages = [touch for touch in touches if touch.kind is Attribution.MESSAGE]
    last = max(messages, key=lambda touch: touch.at, default=None)
    return last.step_id if last else None
