"""Who calls with a personal token: one person in one account, with the token's scopes.

A token has no more rights than its owner at this moment: Whop is asked about them as for a session, and what
Whop takes away ends the token. No cookie is read beside it, so no other site can use one.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from flask import Request, current_app, request
from sqlalchemy import select, update

from app.errors import InvalidToken, NoRight, NotFound
from app.models import ApiToken, Merchant
from app.security import scopes
from app.security.account_path import ACCOUNT
from app.security.api_tokens import PREFIX, hash_of, plausible
from app.security.rights import RIGHTS, Rights
from app.security.tenancy import SignedIn, shown, standing_of
from app.services import services

_SCHEME = "bearer "
USED_EVERY = timedelta(minutes=1)
"""How often at most a use is written down."""
ENDED = {
    "revoked": "This token was revoked. Make a new one in Settings, API tokens.",
    "right_lost": "This token has ended: Whop says that its owner may no longer see the account.",
}


def bearer_of(given: Request) -> str | None:
    """What the header `Authorization` carries as a bearer; None where it carries none."""
    header = given.headers.get("Authorization", "")
    return header[len(_SCHEME) :].strip() if header[: len(_SCHEME)].lower() == _SCHEME else None


def token_of(given: Request) -> str | None:
    """The same, where it means to be one of our tokens. A proxy in front may put its own bearers there."""
    found = bearer_of(given)
    return found if found is not None and found.startswith(PREFIX) else None


def load_bearer(text: str) -> SignedIn:
    """The owner of this token. Raises `InvalidToken`, `NoRight`, and `NotFound` where the address names another
    account."""
    token, biz_id = _known(text)
    named = request.environ.get(ACCOUNT)
    if named is not None and named != biz_id:
        raise NotFound
    standing = standing_of(token.user_id, biz_id)
    rights = current_app.extensions[RIGHTS]
    assert isinstance(rights, Rights)
    # Without a written right nobody is asked: the owner has lost it, or must sign in again.
    if standing is None or standing.link is None:
        raise NoRight("The owner of this token may not see the account now. Let them sign in again.")
    if not rights.holds(standing.person, biz_id, standing.link, inside=True):
        raise NoRight("Whop does not confirm that the owner of this token may see the account.")
    person = shown(standing)
    assert person is not None
    _note_use(token)
    return replace(person, token_id=token.id, scopes=scopes.read(token.scopes))


def _known(text: str) -> tuple[ApiToken, str]:
    if not plausible(text):
        raise InvalidToken("This is not a whole token: it was cut or mistyped. Copy it again.")
    with services().database.reading() as read:
        found = read.execute(
            select(ApiToken, Merchant.biz_id)
            .join(Merchant, ApiToken.merchant_id == Merchant.id)
            .where(ApiToken.token_hash == hash_of(text))
        ).one_or_none()
    if found is None:
        raise InvalidToken
    token, biz_id = found
    if token.ended_at is not None:
        raise InvalidToken(ENDED.get(token.ended_why or "", InvalidToken.message))
    if token.expires_at is not None and token.expires_at <= _wall():
        raise InvalidToken("This token has expired. Make a new one in Settings, API tokens.")
    return token, biz_id


def _note_use(token: ApiToken) -> None:
    wall = _wall()
    if token.used_at is not None and timedelta() <= wall - token.used_at < USED_EVERY:
        return
    with services().database.transaction() as write:
        write.execute(update(ApiToken).where(ApiToken.id == token.id).values(used_at=wall))


def _wall() -> datetime:
    return services().clock.wall()
