"""Whop ends a refresh token when it is used: of many who need new tokens at once, one renews and all get them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.db import Database
from app.models import User, WhopGrant
from app.security.grants import HOLD, Grants
from app.security.sealing import Seal
from app.whop.errors import WhopAway, WhopRefuses
from app.whop.oauth import Tokens
from tests.support.clock import FixedClock


class Provider:
    """Gives new tokens for the newest refresh token only."""

    def __init__(self) -> None:
        self.number = 0
        self.calls: list[str] = []
        self.lock = threading.Lock()
        self.error: Exception | None = None

    def tokens(self) -> Tokens:
        return Tokens(f"access-{self.number}", f"refresh-{self.number}", 3600)

    def renew(self, refresh_token: str) -> Tokens:
        with self.lock:
            self.calls.append(refresh_token)
            if self.error:
                raise self.error
            if refresh_token != f"refresh-{self.number}":
                raise WhopRefuses("used")
            self.number += 1
            return self.tokens()


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def user(database: Database, clock: FixedClock) -> int:
    with database.transaction() as write:
        row = User(whop_user_id="user_dana", created_at=clock.wall(), signed_in_at=clock.wall())
        write.add(row)
        write.flush()
        return row.id


@pytest.fixture
def grants(database: Database, clock: FixedClock, user: int, provider: Provider) -> Grants:
    made = Grants(database, clock, Seal(["s" * 40], purpose="grant"))
    made.keep(user, provider.tokens())
    return made


def kept(database: Database) -> list[WhopGrant]:
    with database.reading() as read:
        return list(read.query(WhopGrant))


def test_a_token_that_is_good_is_not_renewed(grants: Grants, user: int, provider: Provider) -> None:
    assert grants.access_token(user, provider.renew) == "access-0"
    assert provider.calls == []


def test_each_renewal_uses_the_newest_refresh_token(
    grants: Grants, user: int, provider: Provider, clock: FixedClock
) -> None:
    for number in (1, 2, 3):
        clock.advance(timedelta(hours=1))
        assert grants.access_token(user, provider.renew) == f"access-{number}"
    assert provider.calls == ["refresh-0", "refresh-1", "refresh-2"]


def test_of_many_at_once_one_renews_and_all_get_the_new_token(
    grants: Grants, user: int, provider: Provider, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=1))
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: grants.access_token(user, provider.renew), range(8)))
    assert got == ["access-1"] * 8
    assert provider.calls == ["refresh-0"]


def test_what_whop_refuses_is_forgotten(
    grants: Grants, user: int, provider: Provider, clock: FixedClock, database: Database
) -> None:
    clock.advance(timedelta(hours=1))
    provider.number = 7
    with pytest.raises(WhopRefuses):
        grants.access_token(user, provider.renew)
    assert kept(database) == []
    assert grants.access_token(user, provider.renew) is None


def test_whop_away_ends_nothing(
    grants: Grants, user: int, provider: Provider, clock: FixedClock, database: Database
) -> None:
    clock.advance(timedelta(hours=1))
    provider.error = WhopAway("timeout")
    with pytest.raises(WhopAway):
        grants.access_token(user, provider.renew)
    provider.error = None
    assert grants.access_token(user, provider.renew) == "access-1"


def test_a_renewal_whose_process_died_is_taken_over(
    grants: Grants, user: int, provider: Provider, clock: FixedClock, database: Database
) -> None:
    clock.advance(timedelta(hours=1))
    provider.error = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        grants.access_token(user, provider.renew)
    provider.error = None
    clock.advance(HOLD + timedelta(seconds=1))
    assert grants.access_token(user, provider.renew) == "access-1"


def test_signing_in_again_during_a_renewal_keeps_the_tokens_of_the_sign_in(
    grants: Grants, user: int, provider: Provider, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=1))

    def slow(_refresh_token: str) -> Tokens:
        grants.keep(user, Tokens("access-of-sign-in", "refresh-of-sign-in", 3600))
        return Tokens("access-late", "refresh-late", 3600)

    assert grants.access_token(user, slow) == "access-late"
    assert grants.access_token(user, provider.renew) == "access-of-sign-in"


def test_a_grant_of_a_secret_that_is_gone_counts_as_none(
    grants: Grants, user: int, provider: Provider, database: Database, clock: FixedClock
) -> None:
    other = Grants(database, clock, Seal(["t" * 40], purpose="grant"))
    assert other.access_token(user, provider.renew) is None


def test_ending_forgets_the_tokens_and_names_the_one_to_revoke(
    grants: Grants, user: int, database: Database
) -> None:
    assert grants.end(user) == "refresh-0"
    assert kept(database) == []
    assert grants.end(user) is None


def test_two_first_sign_ins_of_one_person_at_once_both_count(database: Database, clock: FixedClock) -> None:
    made = Grants(database, clock, Seal(["s" * 40], purpose="grant"))
    for number in range(10):
        with database.transaction() as write:
            row = User(whop_user_id=f"user_{number}", created_at=clock.wall(), signed_in_at=clock.wall())
            write.add(row)
        start = threading.Barrier(4)

        def keep(one: int, user: int = row.id, start: threading.Barrier = start) -> None:
            start.wait()
            made.keep(user, Tokens(f"access-{one}", f"refresh-{one}", 3600))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(keep, range(4)))
    assert len(kept(database)) == 10
