"""What people let us ask Whop in their name: sealed tokens, one row a person, renewed by one process at a time.

Whop ends a refresh token when it is used, so two that renew at once would end the grant. The row is held
for the time of the call; no transaction is open meanwhile.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from flask import current_app
from sqlalchemy import delete, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database
from app.log import get_logger
from app.models import ApiToken, SessionRow, WhopGrant
from app.models.base import insert_once
from app.security.api_tokens import is_live
from app.security.sealing import Seal
from app.whop.errors import WhopAway, WhopRefuses
from app.whop.oauth import Tokens

GRANTS = "autocharge.grants"
HOLD = timedelta(seconds=30)
"""Longer than any renewal takes."""
EARLY = timedelta(seconds=60)
"""A token is renewed this long before its end."""
UNUSED = timedelta(hours=1)
"""How long after its access token's end a grant may lie without any session of its person."""
WAIT_S = 4.0
"""How long one waits for another process's renewal."""

log = get_logger(__name__)


def grants() -> "Grants":
    """Those of the application that handles this request."""
    found = current_app.extensions[GRANTS]
    assert isinstance(found, Grants)
    return found


class _Kept(msgspec.Struct):
    access: str
    refresh: str | None


def prune_grants(session: Session, wall: datetime) -> int:
    """Delete the grants of people whose sessions and tokens have all run out and who renew nothing; how many."""
    in_use = select(SessionRow.user_id).where(SessionRow.user_id.is_not(None))
    by_programs = select(ApiToken.user_id).where(is_live(wall))
    over = delete(WhopGrant).where(
        WhopGrant.expires_at < wall - UNUSED,
        WhopGrant.user_id.not_in(in_use),
        WhopGrant.user_id.not_in(by_programs),
    )
    return len(session.execute(over.returning(WhopGrant.id)).all())


class Grants:
    def __init__(self, database: Database, clock: Clock, seal: Seal) -> None:
        self._database = database
        self._clock = clock
        self._seal = seal

    def keep(self, user_id: int, tokens: Tokens) -> None:
        """After a sign-in: these tokens, whatever was there."""
        values = self._values(tokens)
        with self._database.transaction() as write:
            if (
                insert_once(write, WhopGrant, ("user_id",), {"user_id": user_id, "version": 0, **values})
                is None
            ):
                theirs = update(WhopGrant).where(WhopGrant.user_id == user_id)
                write.execute(theirs.values(**values, version=WhopGrant.version + 1))

    def access_token(self, user_id: int, renew: Callable[[str], Tokens]) -> str | None:
        """A token that is good now, or None where the person has no grant. Raises `WhopAway`, `WhopRefuses`.

        `renew` turns the refresh token into new tokens.
        """
        deadline = time.monotonic() + WAIT_S
        while True:
            grant = self._read(user_id)
            kept = self._opened(grant)
            if grant is None or kept is None:
                return None
            if grant.expires_at - EARLY > self._clock.wall():
                return kept.access
            held = self._hold(grant)
            if held is not None:
                return self._renewed(grant, held, kept, renew)
            if time.monotonic() >= deadline:
                raise WhopAway("another process is renewing the tokens")
            time.sleep(0.05)

    def end(self, user_id: int) -> str | None:
        """Forget the tokens; the refresh token, so that it can be ended at Whop, too."""
        grant = self._read(user_id)
        with self._database.transaction() as write:
            write.execute(delete(WhopGrant).where(WhopGrant.user_id == user_id))
        kept = self._opened(grant)
        return kept.refresh if kept else None

    def _renewed(self, grant: WhopGrant, held: int, kept: _Kept, renew: Callable[[str], Tokens]) -> str:
        if kept.refresh is None:
            self._drop(grant.id, held)
            raise WhopRefuses("the access token is over and there is no refresh token")
        try:
            tokens = renew(kept.refresh)
        except WhopRefuses:
            self._drop(grant.id, held)
            raise
        except WhopAway:
            self._release(grant.id, held)
            raise
        fresh = Tokens(tokens.access, tokens.refresh or kept.refresh, tokens.expires_in)
        with self._database.transaction() as write:
            write.execute(
                update(WhopGrant)
                .where(WhopGrant.id == grant.id, WhopGrant.version == held)
                .values(
                    **self._values(fresh), version=held + 1
                )  # whoever read the old tokens must read again
            )
        return tokens.access

    def _hold(self, grant: WhopGrant) -> int | None:
        """The fence of this renewal; None: somebody else is at it, or was a moment ago."""
        wall = self._clock.wall()
        with self._database.transaction() as write:
            taken = write.execute(
                update(WhopGrant)
                .where(
                    WhopGrant.id == grant.id,
                    WhopGrant.version == grant.version,
                    or_(WhopGrant.held_until.is_(None), WhopGrant.held_until < wall),
                )
                .values(version=grant.version + 1, held_until=wall + HOLD)
            )
            assert isinstance(taken, CursorResult)
        return grant.version + 1 if taken.rowcount == 1 else None

    def _release(self, grant_id: int, held: int) -> None:
        with self._database.transaction() as write:
            write.execute(
                update(WhopGrant)
                .where(WhopGrant.id == grant_id, WhopGrant.version == held)
                .values(held_until=None)
            )

    def _drop(self, grant_id: int, held: int) -> None:
        with self._database.transaction() as write:
            write.execute(delete(WhopGrant).where(WhopGrant.id == grant_id, WhopGrant.version == held))

    def _read(self, user_id: int) -> WhopGrant | None:
        with self._database.reading() as read:
            return read.scalars(select(WhopGrant).where(WhopGrant.user_id == user_id)).one_or_none()

    def _opened(self, grant: WhopGrant | None) -> _Kept | None:
        plain = self._seal.open(grant.sealed) if grant else None
        if plain is None:
            if grant is not None:
                log.warning("auth.grant_sealed_by_another_secret", user_id=grant.user_id)
            return None
        return msgspec.json.decode(plain, type=_Kept)

    def _values(self, tokens: Tokens) -> dict[str, bytes | datetime | None]:
        kept = _Kept(tokens.access, tokens.refresh)
        return {
            "sealed": self._seal.close(msgspec.json.encode(kept)),
            "expires_at": self._clock.wall() + timedelta(seconds=tokens.expires_in),
            "held_until": None,
        }
