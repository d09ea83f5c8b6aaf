"""A world that can ask Whop: what its events told is also what the fake API shows, until a test changes it there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.cases import other_card
from app.db import Database
from app.models import Customer, Merchant
from app.whop.client import WhopClient
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.whop_api import KEY, WhopApi
from tests.support.whop_shapes import iso
from tests.support.world import World

PAYMENT, MEMBERSHIP = "pay_9Jr3bXw7QeVnTk", "mem_5PzQ8dRf3HuJbL"


class AtWhop:
    """One failed renewal, heard of and to be read."""

    def __init__(self, database: Database, clock: FixedClock, api: WhopApi, client: WhopClient) -> None:
        self.api, self.clock = api, clock
        self.world = World(database, clock, whop=client)

    def fail(
        self, code: str = "insufficient_funds", *, next_attempt_at: datetime | None = None, **data: Any
    ) -> None:
        event = whop.payment_failed(
            decline_code=code, at=self.clock.now(), next_attempt_at=next_attempt_at, data=data
        )
        self.api.add(event["data"])
        membership = whop.membership_updated(at=self.clock.now() - timedelta(days=20))["data"]
        self.api.add({**membership, "cancel_at_period_end": False})
        self.world.hear(event)

    def agreed(self) -> None:
        """Merchant and customer: another saved card may be charged."""
        how: dict[str, Any] = {"now": self.clock.now(), "rules": self.world.rules}
        with self.world.database.transaction() as session:
            merchant = session.scalars(select(Merchant)).one()
            other_card.switch_other_card(session, merchant, on=True, actor="user:1", **how)
            customer = session.scalars(select(Customer)).one()
            other_card.agree(session, customer, version=1, language="en", **how)

    def now_is(self, at: datetime) -> None:
        self.clock.set(at)
        self.api.now = at

    def payment_is(self, **changes: Any) -> None:
        """At Whop, without a word to us."""
        self.api.payments[PAYMENT] |= {"updated_at": iso(self.clock.now()), **changes}

    def membership_is(self, **changes: Any) -> None:
        self.api.memberships[MEMBERSHIP] |= {"updated_at": iso(self.clock.now()), **changes}

    @property
    def asked(self) -> list[str]:
        """Method and path of each call, in their order."""
        return [f"{call.method} {call.path.removeprefix('/api/v1')}" for call in self.api.calls]


@contextmanager
def at_whop(database: Database, clock: FixedClock) -> Iterator[AtWhop]:
    with WhopApi() as api:
        client = WhopClient(api.url, KEY)
        try:
            yield AtWhop(database, clock, api, client)
        finally:
            client.close()
