"""A merchant's customers say by Whop's sign-in who they are. It makes no session, no grant and no user.

The way to Whop and back is the merchants' own, since only its addresses are registered there; the state says
which of the two it is, and what was begun as one cannot be finished as the other. What comes back is dropped
as soon as it has said who it is.
"""

import secrets

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.cases.links import name_of
from app.cases.preferences import identified
from app.cases.rules import Rules
from app.errors import NotFound
from app.log import get_logger
from app.models import Merchant
from app.recovery.facts import CustomerView
from app.security.tokens import Purpose, Tokens
from app.services import services
from app.whop.oauth import Identity, SignInFailed

STATE_BYTES = 24
BETWEEN = "~"
"""Parts the random half of a state from the merchant's token; stands in neither."""

log = get_logger(__name__)


def begin(token: str) -> ResponseReturnValue:
    """To Whop, for the merchant whom the token names. Raises `NotFound` where nobody can be sent there."""
    connecting = services().connecting
    if connecting is None or _biz_id(token) is None:
        raise NotFound
    try:
        return connecting.begin(state=f"{secrets.token_urlsafe(STATE_BYTES)}{BETWEEN}{token}")
    except SignInFailed as error:
        return _failed(token, error)


def token_of_callback() -> str | None:
    """The merchant's token where Whop's answer belongs to a customer; None where it is a sign-in."""
    _random, between, token = request.args.get("state", "").partition(BETWEEN)
    return token if between and _biz_id(token) is not None else None


def finish(token: str) -> ResponseReturnValue:
    """From Whop's answer to the customer's own page, or back to the merchant's page with what went wrong."""
    connecting = services().connecting
    if connecting is None:
        raise NotFound
    try:
        identity, tokens = connecting.finish()
    except SignInFailed as error:
        return _failed(token, error)
    connecting.revoke(tokens.refresh)
    name = _name(token, identity)
    if name is None:
        raise NotFound
    mine = _tokens().sign(Purpose.PREFERENCES, name)
    return redirect(url_for("customer.preferences", token=mine, done="known"), 303)


def _name(token: str, identity: Identity) -> str | None:
    wired = services()
    who = CustomerView(user_id=identity.user_id, name=identity.name, email=identity.email)
    with wired.database.transaction() as write:
        merchant = write.scalars(select(Merchant).where(Merchant.biz_id == _biz_id(token))).one_or_none()
        if merchant is None:
            return None
        rules = Rules.of(wired.settings)
        return name_of(identified(write, merchant, who, now=wired.clock.now(), rules=rules))


def _failed(token: str, error: SignInFailed) -> ResponseReturnValue:
    log.warning("auth.connect_failed", trouble=error.trouble.value, cause=error.cause)
    return redirect(url_for("customer.connect", token=token, trouble=error.trouble.value), 303)


def _biz_id(token: str) -> str | None:
    return _tokens().read(Purpose.CONNECT, token)


def _tokens() -> Tokens:
    return Tokens(services().settings.session_secrets)
