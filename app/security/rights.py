"""Which accounts a person may see: what Whop said, written down with the time, and asked again.

A right is asked again every quarter of an hour while it is used. Where Whop cannot be asked the last answer
counts for an hour, no longer. A mock right counts where the mock sign-in is open. Nothing is kept open in
the database while Whop is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.errors import TooMany, WhopUnavailable
from app.log import get_logger
from app.models import ApiToken, Merchant, MerchantUser
from app.models.base import insert_once
from app.security import limits
from app.security.api_tokens import end_for_lost_rights
from app.security.grants import Grants
from app.services import Services
from app.whop.accounts import Account, Right
from app.whop.errors import WhopAway, WhopBusy, WhopRefuses, WhopSilent

RIGHTS = "autocharge.rights"
ASK_AGAIN = timedelta(minutes=15)
GOOD_FOR = timedelta(hours=1)
REST = timedelta(seconds=20)
"""After Whop left a question without an answer this process asks nothing for so long: nobody waits for a peer that is away."""
NEW_QUESTIONS = "20 per 15 minutes"
"""For accounts that a person names and has no right to yet: each costs Whop's time."""
MOCK = "mock:"
"""Before the names of people whom the mock sign-in has made."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    user_id: int
    whop_user_id: str

    @property
    def mock(self) -> bool:
        return self.whop_user_id.startswith(MOCK)


class Rights:
    def __init__(self, services: Services, grants: Grants) -> None:
        self._services = services
        self._grants = grants
        self._rest_until: datetime | None = None

    def holds(self, person: Person, biz_id: str, written: MerchantUser | None, *, inside: bool) -> bool:
        """May the person see this account now? Raises `WhopUnavailable` where nobody can tell.

        `written` is what the tables say of it; `inside` Whop's frame the install's own key may ask, too.
        """
        if person.mock:
            return self._mock_is_open() and written is not None
        wall = self._services.clock.wall()
        age = wall - written.checked_at if written and written.checked_at else None
        if age is not None and abs(age) < ASK_AGAIN:  # a clock that was set back makes no right last
            return True
        if age is None and not self._resting():
            wait = limits.hit(NEW_QUESTIONS, scope="rights", key=str(person.user_id))
            if wait is not None:
                raise TooMany(retry_after=wait)
        try:
            name = self._ask(person, biz_id, inside=inside)
        except WhopAway as error:
            log.warning("rights.not_asked", error=str(error))
            if age is not None and abs(age) < GOOD_FOR:
                return True
            raise WhopUnavailable(int(REST.total_seconds())) from error
        except WhopRefuses as error:
            log.warning("rights.refused", user_id=person.user_id, error=str(error))
            self._write(person, biz_id, None, said=False)
            return False
        self._write(person, biz_id, name, said=True)
        return name is not None

    def _mock_is_open(self) -> bool:
        settings = self._services.settings
        return settings.mock_login or not settings.production

    def _ask(self, person: Person, biz_id: str, *, inside: bool) -> str | None:
        if self._resting():
            raise WhopAway("it was away a moment ago")
        try:
            return self._asked(person, biz_id, inside=inside)
        except (WhopSilent, WhopBusy):
            self._rest_until = self._services.clock.wall() + REST
            raise

    def _resting(self) -> bool:
        return self._rest_until is not None and self._services.clock.wall() < self._rest_until

    def _asked(self, person: Person, biz_id: str, *, inside: bool) -> str | None:
        accounts, oauth = self._services.accounts, self._services.oauth
        key = self._services.settings.whop_api_key if inside else None
        try:
            token = self._grants.access_token(person.user_id, oauth.renew) if oauth else None
            if token is not None:
                return accounts.right(token, person.whop_user_id, biz_id)
        except WhopRefuses:
            self._grants.end(person.user_id)  # else it would be in the way until its hour is over
            if key is None:
                raise
        if key is None:
            raise WhopRefuses("nothing to ask with")
        try:
            return accounts.role(key.get_secret_value(), person.whop_user_id, biz_id)
        except WhopRefuses as error:  # that says nothing about the person
            raise WhopAway("the install's own key is refused; check WHOP_API_KEY") from error

    def _write(self, person: Person, biz_id: str, name: str | None, *, said: bool) -> None:
        """`said`: Whop itself answered so. Else nobody could ask it, and a sign-in makes good what is missing."""
        clock = self._services.clock
        with self._services.database.transaction() as write:
            if name is not None:
                granted = [Right(Account(biz_id, None), name)]
                write_rights(write, person.user_id, granted, now=clock.now(), wall=clock.wall())
                return
            merchant = select(Merchant.id).where(Merchant.biz_id == biz_id).scalar_subquery()
            write.execute(
                delete(MerchantUser).where(
                    MerchantUser.user_id == person.user_id, MerchantUser.merchant_id == merchant
                )
            )
            if said:
                theirs = ApiToken.merchant_id == merchant
                end_for_lost_rights(write, person.user_id, theirs, wall=clock.wall())


def write_rights(
    write: Session, user_id: int, rights: Iterable[Right], *, now: datetime, wall: datetime | None
) -> list[Merchant]:
    """Write down what Whop said just now, making merchants it names first. `wall` None: a mock right."""
    merchants: list[Merchant] = []
    for right in rights:
        account = right.account
        insert_once(
            write, Merchant, ("biz_id",), Merchant.fresh(account.biz_id, title=account.title, now=now)
        )
        merchant = write.scalars(select(Merchant).where(Merchant.biz_id == account.biz_id)).one()
        if account.title and merchant.title is None:
            merchant.title = account.title
        values = {"role": right.name, "checked_at": wall}
        key = {"merchant_id": merchant.id, "user_id": user_id}
        if insert_once(write, MerchantUser, ("merchant_id", "user_id"), key | values) is None:
            write.execute(update(MerchantUser).filter_by(**key).values(**values))
        merchants.append(merchant)
    return merchants


def end_other_rights(write: Session, user_id: int, kept: Iterable[Merchant], *, wall: datetime) -> None:
    """Whop was asked for all of a person's accounts: what it did not name is over, and so are its tokens."""
    ids = [merchant.id for merchant in kept]
    end_for_lost_rights(write, user_id, ApiToken.merchant_id.not_in(ids), wall=wall)
    write.execute(
        delete(MerchantUser).where(MerchantUser.user_id == user_id, MerchantUser.merchant_id.not_in(ids))
    )
