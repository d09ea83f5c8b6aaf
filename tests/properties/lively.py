"""What the histories of the property tests are made of: two people, three payments, all that Whop may tell."""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from structlog.testing import capture_logs

from app.db import Database
from app.migrate import upgrade
from app.models import Alert, Case
from app.recovery.plan import after_quiet_hours
from app.settings import Settings
from notifiers.base import GiveUp, Message, Outcome, Recipient, Retry, Sent
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.invariants import broken_rules
from tests.support.world import World

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAYMENTS = {
    "pay_1": {"user_id": "user_1", "member_id": "mber_1", "membership_id": "mem_1"},
    "pay_2": {"user_id": "user_1", "member_id": "mber_1", "membership_id": "mem_2"},
    "pay_3": {"user_id": "user_2", "member_id": "mber_2", "membership_id": "mem_3"},
}
REAL_CODES = ["insufficient_funds", "expired_card", "stolen_card", "blocked_by_cardholder", "brand_new",
         "bank_account_holder_deceased", None]  # fmt: skip
CODES = [*REAL_CODES, "test_mode_decline"]
CHAT = "314159"
UTC_ZONE = ZoneInfo("UTC")
MANY = os.environ.get("AUTOCHARGE_MANY") == "1"
PATIENCE = pytest.mark.timeout(36_000 if MANY else 600)

Told = Callable[[datetime], whop.Event]
"""An event that is still without its provider time."""


class Peer:
    """Takes each send as it is told to, and notes what should not have been sent at that moment.

    An error raised in a send would count as the channel's own; so what is wrong is kept for an invariant.
    """

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.outcome: Outcome | None = Sent()
        """None: it breaks off in the middle."""
        self.wrong: list[str] = []
        self._over: set[str] = set()
        self._database, self._clock = database, clock

    def __call__(self, message: Message, recipient: Recipient) -> Outcome:
        with self._database.reading() as session:
            token = message.message_id.partition(".")[0]
            case = session.scalars(select(Case).where(Case.token == token)).one()
            if (case.state, case.closed_at, case.held) != ("open", None, False):
                self.wrong.append(f"sent for a case that is {case.state}")
            if case.arm != "treated":
                self.wrong.append("sent to somebody who is left to Whop alone")
            if case.customer.no_contact:
                self.wrong.append(f"sent to a person who is {case.customer.no_contact}")
            if self._clock.now() >= case.opened_at + 120 * HOUR:
                self.wrong.append("sent after the five days")
            morning = after_quiet_hours(self._clock.now(), UTC_ZONE)
            if recipient.address == CHAT and self._clock.now() < morning < case.opened_at + 120 * HOUR:
                self.wrong.append("sent to a chat at night")
        if message.message_id in self._over:
            self.wrong.append("sent although the peer may have it already")
        if not isinstance(self.outcome, Retry | GiveUp):
            self._over.add(message.message_id)
        if self.outcome is None:
            raise OSError("torn")
        return self.outcome


def hold_the_rules(world: World) -> None:
    """What this life has left in the database breaks no rule; nobody in it sends alerts or forgets what is old."""
    with world.database.transaction() as session:
        session.execute(update(Alert).values(state="told"))
    settings = Settings.load({"RETENTION_INBOX_DAYS": "3650", "RETENTION_BODY_DAYS": "3650"}, env_file=None)
    assert broken_rules(world.database, settings, times=world.times) == {}


def how_many(moderate: int, many: int, **more: int) -> settings:
    """`moderate` examples in every run of the suite, `many` with AUTOCHARGE_MANY=1 (`make faults`)."""
    return settings(
        max_examples=many if MANY else moderate,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        **more,  # type: ignore[arg-type]
    )


def fresh_database() -> tuple[Database, Path]:
    """A migrated SQLite file of its own, in memory where the machine can; remove the folder afterwards."""
    shm = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="autocharge-", dir=shm if shm.is_dir() else None))
    shutil.copy(_template(), folder / "test.db")
    return Database(f"sqlite:///{folder}/test.db"), folder


_made: list[Path] = []


def _template() -> Path:
    if not _made:
        path = Path(tempfile.mkdtemp(prefix="autocharge-template-")) / "template.db"
        database = Database(f"sqlite:///{path}")
        with capture_logs():
            upgrade(database)
        database.close()
        _made.append(path)
    return _made[0]


def failure(payment_id: str, code: str | None, attempt: int) -> Told:
    return lambda at: whop.payment_failed(
        payment_id=payment_id,
        decline_code=code,
        payments_failed=attempt,
        at=at,
        data={"created_at": whop.iso(START)},
        **PAYMENTS[payment_id],
    )


def of_payment(build: Callable[..., whop.Event], payment_id: str) -> Told:
    return lambda at: build(payment_id=payment_id, at=at, **PAYMENTS[payment_id])


def about_payment(build: Callable[..., whop.Event], payment_id: str, **data: object) -> Told:
    """Refunds and disputes name the payment and the sample's buyer; the buyer is left out here."""
    return lambda at: build(payment_id=payment_id, at=at, data={"buyer": None, **data})


def of_membership(build: Callable[..., whop.Event], payment_id: str, **options: object) -> Told:
    people = PAYMENTS[payment_id]
    data = {"user_id": people["user_id"], "user": None, "member_id": people["member_id"]}
    return lambda at: build(membership_id=people["membership_id"], at=at, data=data, **options)


def complaint(payment_id: str, *, is_open: bool) -> Told:
    people = PAYMENTS[payment_id]
    buyer = {"user_id": people["user_id"], "member_id": people["member_id"]}
    verb = "created" if is_open else "decided"
    return lambda at: whop.resolution_center_case(
        verb, is_open=is_open, at=at, data={"buyer": buyer, "payment": {"id": payment_id}}
    )


def events_about(payment_id: str, codes: Sequence[str | None] = CODES) -> st.SearchStrategy[Told]:
    others = [
        of_payment(whop.payment_succeeded, payment_id),
        of_payment(whop.payment_pending, payment_id),
        of_payment(whop.payment_canceled, payment_id),
        about_payment(whop.refund_created, payment_id),
        about_payment(whop.refund_created, payment_id, status="failed"),
        about_payment(whop.dispute_created, payment_id),
        about_payment(whop.dispute_created, payment_id, status="won"),
        of_membership(whop.membership_deactivated, payment_id),
        of_membership(whop.membership_updated, payment_id),
        of_membership(whop.membership_cancel_at_period_end_changed, payment_id),
        of_membership(whop.membership_cancel_at_period_end_changed, payment_id, ending=False),
        complaint(payment_id, is_open=True),
        complaint(payment_id, is_open=False),
    ]
    failures = st.builds(failure, st.just(payment_id), st.sampled_from(codes), st.integers(1, 4))
    return failures | failures | st.sampled_from(others)


every_event = st.sampled_from(sorted(PAYMENTS)).flatmap(events_about)
