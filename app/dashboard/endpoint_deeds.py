"""What can be done to one address for webhooks, the same from a page and by a program."""

from dataclasses import dataclass
from enum import StrEnum

from app.claims import Times
from app.dashboard.desk import Desk
from app.endpoints import changes
from app.endpoints.changes import Hand, endpoint_of
from app.endpoints.keys import seal_of
from app.errors import TooMany
from app.security import limits
from app.security.sealing import Seal
from app.security.tenancy import signed_in
from app.services import services

CALLS = "30 per 15 minutes"
"""Sends by hand of one person: each calls somebody else's server."""


class EndpointDeed(StrEnum):
    TEST = "test"
    ON = "on"
    OFF = "off"
    ROTATE = "rotate"
    RESEND = "resend"
    """All that it missed."""
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Done:
    secret: str | None = None
    """The new one, to be shown this once."""
    count: int = 0


def do(desk: Desk, deed: EndpointDeed, endpoint_id: int) -> Done:
    """Raises `NotFound` for another merchant's, `Conflict` where it cannot be done now."""
    hand = hand_of(desk)
    row = endpoint_of(desk.session, desk.merchant, endpoint_id)
    match deed:
        case EndpointDeed.TEST:
            changes.try_out(hand, row)
        case EndpointDeed.ON | EndpointDeed.OFF:
            changes.switch(hand, row, on=deed is EndpointDeed.ON)
        case EndpointDeed.ROTATE:
            return Done(secret=changes.rotate(hand, row, seal()))
        case EndpointDeed.RESEND:
            return Done(count=changes.resend_lost(hand, row))
        case EndpointDeed.REMOVE:
            changes.remove(hand, row)
    return Done()


def hand_of(desk: Desk) -> Hand:
    times = Times(now=desk.now, wall=services().clock.wall())
    return Hand(desk.session, desk.merchant, signed_in().actor, times)


def seal() -> Seal:
    return seal_of(services().settings.session_secrets)


def keep_rate(deed: EndpointDeed) -> None:
    if deed not in (EndpointDeed.TEST, EndpointDeed.RESEND):
        return
    wait = limits.hit(CALLS, scope="endpoint-calls", key=signed_in().actor)
    if wait is not None:
        raise TooMany(retry_after=wait)
