"""Whether somebody whose membership ended may get the one offer to come back. It knows no rows and no channel.

It is advertising and no reminder: only for who asked for it, only where the merchant has it on, and counted apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from .decline import DeclineClass
from .keys import wording_key
from .reasons import Reason, Why

KIND = "winback"
"""Of its step."""
KEY = wording_key("winback", "offer")
AFTER = timedelta(days=3)
"""From the end of the membership to the message."""
NOT_AGAIN_FOR = timedelta(days=90)
CAME_BACK_WITHIN = timedelta(days=30)
NEVER = frozenset(
    {
        DeclineClass.FRAUD,
        DeclineClass.CUSTOMER_STOPPED,
        DeclineClass.SENSITIVE,
        DeclineClass.NOT_A_FAILURE,
    }
)
"""A card that was reported, a customer who stopped the payment, a death: nobody is asked to come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is known when it is planned, and again right before it is sent."""

    on: bool
    """The merchant has it on, with an address to come back to."""
    consented: bool
    decline_class: DeclineClass
    hands_off: Why | None
    no_contact: str | None
    offered_lately: bool
    """Another such message was planned or sent within `NOT_AGAIN_FOR`."""
    came_back: bool


def why_not(outlook: Outlook) -> Reason | None:
    """None: the offer may go out. What weighs most is named."""
    if outlook.hands_off is not None:
        return Reason(outlook.hands_off)
    if outlook.no_contact is not None:
        return Reason(Why.CONTACT_STOPPED, {"cause": outlook.no_contact})
    refusals: Mapping[Why, bool] = {
        Why.OFFERS_OFF: not outlook.on,
        Why.CLASS_GETS_NO_OFFER: outlook.decline_class in NEVER,
        Why.NO_CONSENT: not outlook.consented,
        Why.CAME_BACK: outlook.came_back,
        Why.OFFERED_LATELY: outlook.offered_lately,
    }
    return next((Reason(why) for why, holds in refusals.items() if holds), None)
