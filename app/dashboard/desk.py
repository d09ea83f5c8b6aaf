"""What a view works with: the merchant of the signed-in user in one open transaction, and how to show things.

The transaction ends with the view; pages are rendered inside it. Opens no other merchant's rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import get_locale
from sqlalchemy.orm import Session

from app.cases.audit import BY_PROGRAM
from app.cases.rules import Rules
from app.dashboard.show import Show
from app.models import Merchant
from app.models.merchant import lock_merchant
from app.security.tenancy import current_merchant, shown_merchant, signed_in
from app.services import services


@dataclass(frozen=True, slots=True)
class Desk:
    session: Session
    merchant: Merchant
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.merchant.zone)

    @property
    def rules(self) -> Rules:
        return Rules.of(services().settings)

    @property
    def show(self) -> Show:
        return Show(locale=get_locale(), zone=self.zone, now=self.now)


@contextmanager
def reading() -> Iterator[Desk]:
    with services().database.reading() as session:
        yield _desk(session, shown_merchant(session))


@contextmanager
def acting() -> Iterator[Desk]:
    """For a change, which the commands make under their locks."""
    with services().database.transaction() as session:
        if (token := signed_in().token_id) is not None:
            session.info[BY_PROGRAM] = token
        yield _desk(session, current_merchant(session))


def locked(desk: Desk) -> None:
    """For a change of only a part: what is left as it is, is as it is now, and stays so until this is done."""
    lock_merchant(desk.session, desk.merchant.id)
    desk.session.refresh(desk.merchant)


def _desk(session: Session, merchant: Merchant) -> Desk:
    return Desk(session, merchant, services().clock.now())
