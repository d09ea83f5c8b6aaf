"""The doors for what is posted to us. A refused post takes no database connection.

Whop's events: check the size, verify the signature over the raw bytes, store once, answer. Nothing else happens
in the request: no parsing, no session, no look-up. Telegram's updates: compare the secret, let the update have
its effect in one transaction, and answer with what the customer is to read, which saves a call to Telegram.
"""

import hmac
from typing import NoReturn

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app import faults
from app.claims import Times
from app.errors import AppError, NotFound, TooMany, Unavailable
from app.inbox.intake import INTAKE, Intake
from app.inbox.store import Event
from app.log import get_logger
from app.presence import within
from app.security import limits
from app.security.access import Who, access
from app.security.tracing import request_id
from app.services import services
from app.telegram.updates import Updates
from app.whop.json_body import load_object
from app.whop.signature import Refused, verify

blueprint = Blueprint("webhooks", __name__)
log = get_logger(__name__)

UNVERIFIED_RATE = "50 per minute"
"""Only posts that fail count: refusing a signed event would make Whop switch the endpoint off."""
RETRY_AFTER_S = 5
DOOR_SECONDS = 1.6
"""What the database may take; the promise is an answer within two seconds."""
MAX_BODY = 256 * 1024
"""Bytes; Whop's events are a few thousand, Telegram's updates some hundred."""
TELEGRAM_HEADER = "X-Telegram-Bot-Api-Secret-Token"


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


class WrongSecret(AppError):
    status = 401
    type = "signature"
    message = "The update was refused: it does not come with the secret that Telegram was told."


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
    event = Event(
        message_id=verified.message_id, body=body, received_at=wired.clock.now(), request_id=request_id()
    )
    try:
        with within(DOOR_SECONDS):
            new = _intake().store(event)
    except (DBAPIError, PoolTimeout) as error:
        wired.database.tell_away("door.database_away", error)
        raise Unavailable(retry_after=RETRY_AFTER_S) from error
    faults.point("door_after_commit")
    return jsonify(ok=True) if new else jsonify(ok=True, duplicate=True)


@blueprint.post("/webhooks/telegram", provide_automatic_options=False)
@access(who=Who.SIGNATURE, csrf=False, rate=None)
def telegram() -> Response:
    wired = services()
    secret = wired.settings.telegram_webhook_secret
    if not wired.settings.enable_telegram or secret is None:
        raise NotFound
    if not request.is_json:
        raise UnsupportedMediaType
    given = request.headers.get(TELEGRAM_HEADER, "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), secret.get_secret_value().encode()):
        _count_refused("telegram_secret")
        raise WrongSecret
    update = load_object(request.get_data(cache=False))
    times = Times(now=wired.clock.now(), wall=wired.clock.wall())
    with within(DOOR_SECONDS):
        reply = Updates(wired.database, wired.settings).take(update, times=times)
    return jsonify(reply.as_call() if reply else {"ok": True})


def _intake() -> Intake:
    intake = current_app.extensions[INTAKE]
    assert isinstance(intake, Intake)
    return intake


def _refuse(refused: Refused) -> NoReturn:
    _count_refused(refused.reason)
    raise RefusedEvent(refused)


def _count_refused(reason: str) -> None:
    """Raises `TooMany` where this address has been refused too often."""
    address = request.remote_addr or "unknown"
    wait = limits.hit(UNVERIFIED_RATE, scope="webhook", key=address)
    log.warning("door.refused", reason=reason, limited=wait is not None)
    if wait is not None:
        raise TooMany(retry_after=wait)
