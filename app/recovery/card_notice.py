"""What a customer is told after another card of theirs was used: which message it is. It knows no rows."""

from .campaign import Position
from .decline import Angle
from .keys import wording_key

KIND = "card_notice"
"""Of its step."""
CHARGED, DECLINED = Position.CHARGED.value, Position.DECLINED.value
"""The money is in; or the card is the membership's now, and the payment is still open."""


def key_of(what: str) -> str:
    return wording_key(Angle.SWITCHED.value, what)
