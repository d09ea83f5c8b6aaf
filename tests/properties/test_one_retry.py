"""Whatever happens around a payment: it is charged at most once by us, and only where that is allowed."""

import shutil
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from structlog.testing import capture_logs

from app.cases import commands, retrying
from app.cases.charging import Answer
from app.claims import Claim
from app.models import Case, Retry
from app.whop.answers import Seen
from app.whop.errors import WhopConflict, WhopError, WhopForbids, WhopSilent, WhopUnclear
from tests.properties.lively import HOUR, PATIENCE, START, fresh_database, how_many
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

PAYMENT, MEMBERSHIP = "pay_9Jr3bXw7QeVnTk", "mem_5PzQ8dRf3HuJbL"
CODES = ["processing_error", "processing_error", "generic_decline", "insufficient_funds", "brand_new"]
FAULTS: list[type[WhopError] | None] = [None, None, WhopConflict, WhopForbids, WhopSilent, WhopUnclear]


class Whop:
    """What Whop's API shows and does, in memory; it notes each charge that it may have made."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.payment_data: dict[str, Any] = {}
        self.membership_data: dict[str, Any] = {}
        self.away = False
        self.fault: type[WhopError] | None = None
        self.charged_at: list[Any] = []
        self.wrong: list[str] = []

    def payment(self, payment_id: str) -> Seen:
        if self.away:
            raise WhopSilent("away")
        return Seen(dict(self.payment_data), None)

    def membership(self, membership_id: str) -> Seen:
        return Seen(dict(self.membership_data), None)

    def retry(self, payment_id: str, *, key: str) -> Seen:
        now = self.clock.now()
        if self.payment_data["status"] != "open":
            self.wrong.append("charged although it was not open")
        if self.membership_data["status"] != "past_due":
            self.wrong.append("charged although the customer has left")
        for name in ("last_payment_attempt_at", "next_payment_attempt_at"):
            said = self.payment_data.get(name)
            if said and abs(now - whop_moment(said)) < 6 * HOUR:
                self.wrong.append(f"charged too near to {name}")
        if self.fault is not None and self.fault is not WhopUnclear:
            raise self.fault("refused")
        self.charged_at.append(now)
        if self.fault is WhopUnclear:
            raise WhopUnclear("torn")
        at = whop.iso(now)
        self.payment_data |= {"last_payment_attempt_at": at, "updated_at": at}
        return Seen(dict(self.payment_data), None)


def whop_moment(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


class OneRetry(RuleBasedStateMachine):
    @initialize(code=st.sampled_from(CODES), following=st.sampled_from([None, None, 24]))
    def begin(self, code: str, following: int | None) -> None:
        self.logs = capture_logs()
        self.logs.__enter__()
        self.database, self.folder = fresh_database()
        self.clock = FixedClock(START)
        self.whop = Whop(self.clock)
        self.world = World(self.database, self.clock, whop=self.whop)  # type: ignore[arg-type]
        known = whop.membership_updated(at=START - timedelta(days=20))["data"]
        self.whop.membership_data = {**known, "cancel_at_period_end": False}
        self.claims: list[Claim] = []
        self.answers: list[tuple[Claim, Answer]] = []
        self.failures = 0
        self.it_fails(code, following, heard=True)

    @precondition(lambda self: self.whop.payment_data["status"] == "open" and self.failures < 4)
    @rule(
        code=st.sampled_from([*CODES, "expired_card"]),
        following=st.sampled_from([None, 5, 24]),
        heard=st.booleans(),
    )
    def it_fails(self, code: str, following: int | None, heard: bool) -> None:
        self.failures += 1
        now = self.clock.now()
        event = whop.payment_failed(
            decline_code=code, at=now, payments_failed=self.failures, data={"created_at": whop.iso(START)},
            next_attempt_at=now + following * HOUR if following else None,
        )  # fmt: skip
        self.whop.payment_data = event["data"]
        if heard:
            self.world.hear(event)

    @precondition(lambda self: self.clock.now() > START + 24 * HOUR)
    @rule(heard=st.booleans(), build=st.sampled_from([whop.payment_succeeded, whop.payment_pending]))
    def the_money_moves(self, heard: bool, build: Any) -> None:
        event = build(at=self.clock.now())
        self.whop.payment_data = event["data"]
        if heard:
            self.world.hear(event)

    @precondition(lambda self: self.clock.now() > START + 24 * HOUR)
    @rule(status=st.sampled_from(["past_due", "paused", "canceled"]))
    def the_membership_changes(self, status: str) -> None:
        self.whop.membership_data |= {"status": status, "updated_at": whop.iso(self.clock.now())}

    @rule(hours=st.sampled_from([1, 3, 6, 7, 12]))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours * HOUR)

    @rule(away=st.booleans(), fault=st.sampled_from(FAULTS))
    def whop_is_so(self, away: bool, fault: type[WhopError] | None) -> None:
        self.whop.away, self.whop.fault = away, fault

    @rule()
    def a_worker_claims(self) -> None:
        with self.database.reading() as session:
            due = session.scalar(select(Retry.due_at).where(Retry.state == "planned"))
        if due is not None:
            self.clock.set(max(self.clock.now(), due))
        assert self.world.charger is not None
        self.claims += self.world.charger.claim(times=self.world.times, limit=2)

    @precondition(lambda self: self.claims)
    @rule(late=st.booleans())
    def a_worker_charges(self, late: bool) -> None:
        assert self.world.charger is not None
        claim = self.claims.pop(0)
        answer = self.world.charger.carry_out(claim, times=self.world.times)
        if answer is not None:
            self.answers.append((claim, answer))
        if not late:
            self.answers_are_recorded()

    @rule(fault=st.sampled_from(FAULTS), dies=st.booleans())
    def a_worker_works(self, fault: type[WhopError] | None, dies: bool) -> None:
        """When it is due, and with this in its way; perhaps it dies before the answer is recorded."""
        self.whop.away, self.whop.fault = False, fault
        self.a_worker_claims()
        while self.claims:
            self.a_worker_charges(late=dies)

    @rule(unheard=st.booleans())
    def something_happens_between_plan_and_charge(self, unheard: bool) -> None:
        self.whop.away, self.whop.fault = False, None
        self.a_worker_claims()
        if self.whop.payment_data["status"] == "open":
            self.it_fails("processing_error", 5, heard=not unheard)
        while self.claims:
            self.a_worker_charges(late=False)

    @rule()
    def answers_are_recorded(self) -> None:
        assert self.world.charger is not None
        while self.answers:
            claim, answer = self.answers.pop(0)
            self.world.charger.record(claim, answer, times=self.world.times)

    @rule()
    def leases_run_out(self) -> None:
        self.clock.advance(timedelta(minutes=5))
        self.world.sweep()

    @rule(command=st.sampled_from(["hold", "resume", "retry"]))
    def the_merchant_commands(self, command: str) -> None:
        with self.database.transaction() as session:
            case = session.scalars(select(Case)).one()
            acts: dict[str, Any] = {
                "hold": commands.hold, "resume": commands.resume, "retry": retrying.retry_now,
            }  # fmt: skip
            acts[command](session, case, actor="user:1", now=self.clock.now(), rules=self.world.rules)

    @invariant()
    def it_was_charged_once_at_most_and_never_against_the_rules(self) -> None:
        if hasattr(self, "whop"):
            assert len(self.whop.charged_at) <= 1
            assert self.whop.wrong == []
            assert len(self.whop.charged_at) == 0 or self.world.retry().started_at is not None

    @invariant()
    def a_charge_is_always_known(self) -> None:
        if hasattr(self, "whop") and self.whop.charged_at:
            assert self.world.retry().state in ("sending", "taken", "unknown")

    def teardown(self) -> None:
        if not hasattr(self, "database"):
            return
        self.logs.__exit__(None, None, None)
        self.database.close()
        shutil.rmtree(self.folder)


OneRetry.TestCase.settings = how_many(40, 800, stateful_step_count=25)
TestOneRetry = PATIENCE(OneRetry.TestCase)
