"""A world beside Whop's own records: what webhooks do not bring, a comparison finds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.db import Database
from app.inbox.reconcile import Reconciler
from app.models import Comparison
from app.whop.client import WhopClient
from tests.support.alerted import AlertedWorld
from tests.support.clock import FixedClock
from tests.support.whop_api import KEY, WhopApi, a_payment
from tests.support.whop_shapes import NO_FAULT, iso

HOST = "https://pay.example.com"


@dataclass
class ComparedWorld(AlertedWorld):
    api: WhopApi | None = None
    stopping: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        super().__post_init__()
        assert self.api is not None
        self.whop = WhopClient(self.api.url, KEY, calls_a_minute=None)
        self.reconciler = Reconciler(
            self.database, self.whop, clock=self.clock, host=HOST, stopping=lambda: self.stopping()
        )

    def compare(self) -> int:
        """The chore runs, and what it has found has its effect; how many events were missing."""
        missing = self.reconciler.run()
        self.process()
        return missing

    def comparisons(self) -> list[Comparison]:
        with self.database.reading() as session:
            return list(session.scalars(select(Comparison).order_by(Comparison.id)))

    def comparison(self) -> Comparison:
        (only,) = self.comparisons()
        return only

    @property
    def asked(self) -> list[str]:
        """The paths of the calls that Whop got."""
        assert self.api is not None
        return [f"{call.method} {call.path.removeprefix('/api/v1')}" for call in self.api.calls]


@contextmanager
def compared_world(database: Database, clock: FixedClock) -> Iterator[ComparedWorld]:
    with WhopApi() as api:
        world = ComparedWorld(database, clock, api=api)
        yield world
        world.whop.close()


def renewal(payment_id: str, *, failed_at: datetime, **changes: Any) -> dict[str, Any]:
    """A renewal of one person each, that failed once at that time and is open."""
    at, name = iso(failed_at), payment_id.removeprefix("pay_")
    theirs = {"membership_id": f"mem_{name}", "member_id": f"mber_{name}"}
    user = {"id": f"user_{name}", "name": "Dana Reyes", "username": "danareyes"}
    times = {"created_at": at, "last_payment_attempt_at": at, "updated_at": at, "payments_failed": 1}
    return a_payment(payment_id, **{**theirs, "user": user, **times, **changes})


def paid(payment: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """The same payment once its money is in."""
    fault = {name: value for name, value in NO_FAULT.items() if name in payment}
    return {**payment, **fault, "status": "paid", "substatus": "succeeded", "paid_at": iso(at),
            "updated_at": iso(at), "last_payment_attempt_at": iso(at)}  # fmt: skip
