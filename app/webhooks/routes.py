"""The door for events: check the size, verify the signature over the raw bytes, store once, answer.

Nothing else happens in the request: no parsing, no session, no look-up. A refused post takes no
database connection.
"""

from typing import NoReturn

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app import faults
from app.errors import AppError, TooMany, Unavailable
from app.inbox.store import store_event
from app.log import get_logger
from app.security import limits
from app.security.access import Who, access
from app.services import services
from app.whop.signature import Refused, verify

blueprint = Blueprint("webhooks", __name__)
log = get_logger(__name__)

UNVERIFIED_RATE = "50 per minute"
"""Only posts that fail count: refusing a signed event would make Whop switch the endpoint off."""
RETRY_AFTER_S = 5
MAX_BODY = 256 * 1024
"""Bytes; Whop's events are a few thousand."""


class UnsupportedMediaType(AppError):
    status = 415
    type = "unsupported_media_type"
    message = "Send the event as application/json."


class RefusedEvent(AppError):
    """The signature headers cannot be read (400), or do not prove that Whop sent this (401)."""

    type = "signature"

    def __init__(self, refused: Refused) -> None:
        super().__init__(f"The event was refused: {refused.reason}.")
        self.status = refused.status


@blueprint.post("/webhooks/whop", provide_automatic_options=False)
@access(who=Who.SIGNATURE, csrf=False, rate=None)
def whop() -> Response:
    if not request.is_json:
        raise UnsupportedMediaType
    wired = services()
    body = request.get_data(cache=False)
    verified = verify(
        headers=request.headers, body=body, secrets=wired.settings.webhook_keys, now=wired.clock.wall()
    )
    if isinstance(verified, Refused):
        _refuse(verified)
    try:
        new = store_event(
            wired.database,
            message_id=verified.message_id,
            body=body,
            received_at=wired.clock.now(),
        )
    except (DBAPIError, PoolTimeout) as error:
        log.warning("door.database_away", error=type(error).__name__)
        raise Unavailable(retry_after=RETRY_AFTER_S) from error
    faults.point("door_after_commit")
    return jsonify(ok=True) if new else jsonify(ok=True, duplicate=True)


def _refuse(refused: Refused) -> NoReturn:
    address = request.remote_addr or "unknown"
    wait = limits.hit(UNVERIFIED_RATE, scope="webhook", key=address)
    log.warning("door.refused", reason=refused.reason, limited=wait is not None)
    if wait is not None:
        raise TooMany(retry_after=wait)
    raise RefusedEvent(refused)
