"""Personal tokens: made, listed, ended. A token is shown once; what is kept is a hash that opens nothing.

It begins with a prefix that scanners of source code look for, and ends with a checksum, so that what is no
token of ours is told from one that we have forgotten without a look at the database.
"""

import hashlib
import secrets
import string
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.models import ApiToken, User
from app.security import scopes as words
from app.security.scopes import Scope

PREFIX = "acs_pat_"
_LETTERS = string.digits + string.ascii_letters
_RANDOM = 36
"""Letters of 62: 214 bits."""
_CHECK = 6
_HINT = 4
MOST = 50
"""Live tokens of one account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A token as the account's people see it."""

    token: ApiToken
    owner: str
    """Name or address of the person whose it is; empty where neither is known."""
    scopes: Sequence[Scope]


def fresh() -> str:
    body = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
    return f"{PREFIX}{body}{_checksum(body)}"


def plausible(text: str) -> bool:
    """It could be one of ours; most rubbish is not."""
    body, check = text[len(PREFIX) : -_CHECK], text[-_CHECK:]
    known = text.startswith(PREFIX) and len(body) == _RANDOM and all(letter in _LETTERS for letter in body)
    return known and check == _checksum(body)


def hash_of(text: str) -> str:
    """Of so many random bits a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(text.encode()).hexdigest()


def create(
    write: Session, wanted: Wanted, *, merchant_id: int, user_id: int, wall: datetime
) -> tuple[int, str]:
    """The row's id, and the token itself, which nobody can ask for again."""
    text = fresh()
    row = ApiToken(
        merchant_id=merchant_id,
        user_id=user_id,
        name=wanted.name,
        token_hash=hash_of(text),
        hint=text[-_HINT:],
        scopes=words.stored(wanted.scopes),
        created_at=wall,
        expires_at=wanted.expires_at,
    )
    write.add(row)
    write.flush()
    return row.id, text


def live(read: Session, merchant_id: int, *, wall: datetime) -> int:
    counted = select(func.count()).select_from(ApiToken)
    return read.scalar(counted.where(ApiToken.merchant_id == merchant_id, is_live(wall))) or 0


def tokens_of(read: Session, merchant_id: int, *, wall: datetime) -> list[Listed]:
    """Those that open something now, the newest first."""
    rows = read.execute(
        select(ApiToken, User)
        .join(User, ApiToken.user_id == User.id)
        .where(ApiToken.merchant_id == merchant_id, is_live(wall))
        .order_by(ApiToken.id.desc())
    )
    return [Listed(row, user.name or user.email or "", _in_order(row.scopes)) for row, user in rows]


def revoke(write: Session, merchant_id: int, token_id: int, *, wall: datetime) -> str | None:
    """End one of the account's tokens; its name, or None where there is none by that id."""
    ended = update(ApiToken).where(
        ApiToken.id == token_id, ApiToken.merchant_id == merchant_id, ApiToken.ended_at.is_(None)
    )
    values = {"ended_at": wall, "ended_why": "revoked"}
    return write.execute(ended.values(**values).returning(ApiToken.name)).scalar_one_or_none()


def end_for_lost_rights(write: Session, user_id: int, which: ColumnElement[bool], *, wall: datetime) -> None:
    """Whop says that the person may no longer see the accounts of these tokens."""
    theirs = update(ApiToken).where(ApiToken.user_id == user_id, ApiToken.ended_at.is_(None), which)
    write.execute(
        theirs.values(ended_at=wall, ended_why="right_lost").execution_options(synchronize_session=False)
    )


def is_live(wall: datetime) -> ColumnElement[bool]:
    """The condition by which a token opens something at this time."""
    return and_(ApiToken.ended_at.is_(None), or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > wall))


def has_live(read: Session, user_id: int, *, wall: datetime) -> bool:
    """Somebody's program may still come in this person's name, so that their right must be asked for."""
    found = select(ApiToken.id).where(ApiToken.user_id == user_id, is_live(wall)).limit(1)
    return read.scalar(found) is not None


def _in_order(text: str) -> list[Scope]:
    found = words.read(text)
    return [scope for scope in Scope if scope in found]


def _checksum(body: str) -> str:
    number, letters = zlib.crc32(body.encode()), ""
    for _ in range(_CHECK):
        number, digit = divmod(number, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return letters
