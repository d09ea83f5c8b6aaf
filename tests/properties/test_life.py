"""Any life of an install: facts in any order, copies, moved clocks, commands, dying and late workers.

After every act the promises hold; at the end everything has ended.
"""

import shutil
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from structlog.testing import capture_logs

from app.cases import commands
from app.claims import Claim
from app.inbox.process import claim_events
from app.models import Case, Customer, Delivery
from app.services import Services
from app.settings import Settings
from app.sweeps import Sweeps
from notifiers.base import GiveUp, Message, Outcome, Recipient, Retry, Sent, Unknown
from notifiers.memory import MemoryNotifier
from tests.properties.lively import HOUR, MANY, PAYMENTS, START, Told, every_event, fresh_database, how_many
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

GAP = 18 * HOUR
ENDED_STEPS = {"sent", "gave_up", "unknown", "skipped", "cancelled", "dead"}
ENDED_EVENTS = {"done", "ignored", "quarantined", "dead"}
OUTCOMES: list[Outcome | None] = [
    Sent(), Sent(), Sent(), Unknown("torn"), GiveUp("no"), GiveUp("smtp_550", suppress=True),
    Retry("busy"), Retry("away", whole_channel=True), None,
]  # fmt: skip


class Life(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.logs = capture_logs()
        self.logs.__enter__()
        self.database, self.folder = fresh_database()
        self.clock = FixedClock(START)
        self.world = World(self.database, self.clock, MemoryNotifier(outcome=self.peer))
        settings = Settings.load({"INSTANCE_DIR": str(self.folder)}, env_file=None)
        services = Services(settings=settings, clock=self.clock, database=self.database)
        self.sweeps = Sweeps(services, sender=self.world.sender, rules=self.world.rules)
        self.sweeps.prepare()
        self.heard: list[whop.Event] = []
        self.late: list[tuple[Claim, Outcome]] = []
        self.outcome: Outcome | None = Sent()
        self.over: set[str] = set()

    def peer(self, message: Message, _recipient: Recipient) -> Outcome:
        """A send has started: at this moment, what is committed must allow it."""
        with self.database.reading() as session:
            token = message.message_id.partition(".")[0]
            case = session.scalars(select(Case).where(Case.token == token)).one()
            assert (case.state, case.closed_at, case.held) == ("open", None, False)
            assert case.customer.contact_stopped is None
            assert self.clock.now() < case.opened_at + 120 * HOUR
        assert message.message_id not in self.over, "the peer may have this one already"
        if not isinstance(self.outcome, Retry):
            self.over.add(message.message_id)
        if self.outcome is None:
            raise OSError("torn")
        return self.outcome

    # what Whop tells

    @rule(tell=every_event, ago=st.sampled_from([0, 0, 0, 1, 30]), at_once=st.booleans())
    def whop_tells(self, tell: Told, ago: int, at_once: bool) -> None:
        event = tell(self.clock.now() - ago * HOUR)
        self.heard.append(event)
        self.world.store(event)
        if at_once:
            self.world.process()

    @precondition(lambda self: self.heard)
    @rule(data=st.data(), new_name=st.booleans())
    def whop_repeats_itself(self, data: st.DataObject, new_name: bool) -> None:
        event = data.draw(st.sampled_from(self.heard))
        self.world.store({**event, "id": f"msg_copy_{len(self.heard)}"} if new_name else event)

    # what passes

    @rule(minutes=st.sampled_from([1, 20, 60, 360, 1080, 1440, 3000, -60]))
    def time_passes_without_any_worker(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.world.pass_time(hours * HOUR, tick=4 * HOUR)

    # what workers do and what befalls them

    @rule(outcome=st.sampled_from(OUTCOMES))
    def a_worker_works(self, outcome: Outcome | None) -> None:
        self.outcome = outcome
        self.world.process()
        self.world.send_due()
        self.outcome = Sent()

    @rule(limit=st.integers(1, 3))
    def a_worker_dies_with_events_in_hand(self, limit: int) -> None:
        claim_events(self.database, times=self.world.times, limit=limit)

    @rule(limit=st.integers(1, 3))
    def a_worker_dies_before_its_sends(self, limit: int) -> None:
        self.world.sender.claim(times=self.world.times, limit=limit)

    @rule(outcome=st.sampled_from(OUTCOMES))
    def a_worker_is_cut_off_in_its_sends(self, outcome: Outcome | None) -> None:
        self.outcome = outcome
        for claim in self.world.sender.claim(times=self.world.times, limit=2):
            done = self.world.sender.carry_out(claim, times=self.world.times)
            if done is not None:
                self.late.append((claim, done))
        self.outcome = Sent()

    @precondition(lambda self: self.late)
    @rule()
    def a_cut_off_worker_comes_back(self) -> None:
        claim, outcome = self.late.pop(0)
        self.world.sender.record(claim, outcome, times=self.world.times)

    @rule(limit=st.integers(1, 2))
    def an_event_lands_between_claim_and_send(self, limit: int) -> None:
        claims = self.world.sender.claim(times=self.world.times, limit=limit)
        self.world.process()
        for claim in claims:
            outcome = self.world.sender.carry_out(claim, times=self.world.times)
            if outcome is not None:
                self.world.process()
                self.world.sender.record(claim, outcome, times=self.world.times)

    @rule()
    def chores_are_done(self) -> None:
        while claims := self.sweeps.claim(limit=9):
            for claim in claims:
                self.sweeps.run(claim)

    # what people do

    @precondition(lambda self: self.world.cases())
    @rule(data=st.data(), command=st.sampled_from(["hold", "resume", "close", "opt_out", "visit"]))
    def somebody_commands(self, data: st.DataObject, command: str) -> None:
        chosen = data.draw(st.integers(0, len(self.world.cases()) - 1))
        now, rules = self.world.now, self.world.rules
        with self.database.transaction() as session:
            case = session.get_one(Case, self.world.cases()[chosen].id)
            if command == "opt_out":
                commands.opt_out(session, case, now=now)
            elif command == "visit":
                commands.record_visit(session, case, "continued", target=None, now=now)
            else:
                act = {"hold": commands.hold, "resume": commands.resume, "close": commands.close}[command]
                act(session, case, actor="user:1", now=now, rules=rules)

    # what always holds

    @invariant()
    def a_payment_has_one_case(self) -> None:
        cases = self.world.cases()
        assert len({case.payment_id for case in cases}) == len(cases) <= len(PAYMENTS)

    @invariant()
    def a_step_reaches_nobody_twice(self) -> None:
        copies = Counter(message.message_id for message in self.world.messages)
        assert max(copies.values(), default=0) <= 1
        assert len(copies) <= len(self.world.steps())

    @invariant()
    def a_case_has_at_most_three_messages_and_a_person_one_a_day(self) -> None:
        with self.database.reading() as session:
            reached = select(Delivery.started_at, Delivery.case_id, Case.customer_id).join(
                Case, Delivery.case_id == Case.id
            ).where(Delivery.outcome.in_(("sent", "unknown", "in_flight")))  # fmt: skip
            rows = session.execute(reached.order_by(Delivery.id)).all()
            people = session.scalars(select(Customer.id)).all()
        assert max(Counter(case_id for _, case_id, _ in rows).values(), default=0) <= 3
        for person in people:
            times = [at for at, _, customer_id in rows if customer_id == person]
            assert all(later - earlier >= GAP for earlier, later in pairwise(times))
            assert len({at.date() for at in times}) == len(times)

    @invariant()
    def what_is_over_has_no_work_left(self) -> None:
        open_steps = {step.case_id for step in self.world.steps() if step.state not in ENDED_STEPS}
        assert not open_steps & {case.id for case in self.world.cases() if case.closed_at is not None}

    @invariant()
    def a_running_case_is_not_closed_and_the_other_way_round(self) -> None:
        for case in self.world.cases():
            assert (case.closed_at is None) is (case.state in ("open", "pending", "paused"))

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.everything_ends()
        finally:
            self.database.close()
            shutil.rmtree(self.folder)
            self.logs.__exit__(None, None, None)

    def everything_ends(self) -> None:
        for _ in range(18):
            self.clock.advance(24 * HOUR)
            self.chores_are_done()
            self.world.process()
            self.world.send_due()
        for claim, outcome in self.late:
            self.world.sender.record(claim, outcome, times=self.world.times)
        assert {step.state for step in self.world.steps()} <= ENDED_STEPS
        assert {event.state for event in self.world.events()} <= ENDED_EVENTS - {"dead", "quarantined"}
        assert {delivery.outcome for delivery in self.world.deliveries()} <= {
            "sent",
            "unknown",
            "retry",
            "gave_up",
        }
        assert all(case.closed_at is not None for case in self.world.cases())
        self.a_step_reaches_nobody_twice()
        self.a_case_has_at_most_three_messages_and_a_person_one_a_day()


TestLife = Life.TestCase
TestLife.settings = how_many(40, stateful_step_count=25)
TestLife.pytestmark = [pytest.mark.timeout(36_000 if MANY else 180)]
