"""Any life of an install: the promises hold after every act, and at the end everything has ended."""

import shutil
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from structlog.testing import capture_logs

from app.cases import commands, exclusion, links, sending_now
from app.claims import Claim
from app.inbox.process import claim_events
from app.models import Case, Customer, Delivery, Merchant
from app.models.contact import REACHED
from app.services import Services
from app.settings import Settings
from app.sweeps import Sweeps
from notifiers.base import GiveUp, Outcome, Retry, Sent, Unknown
from notifiers.memory import MemoryNotifier
from tests.properties.lively import (
    CHAT,
    HOUR,
    PATIENCE,
    PAYMENTS,
    START,
    Peer,
    Told,
    every_event,
    failure,
    fresh_database,
    hold_the_rules,
    how_many,
)
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.whop_objects import ACCOUNT
from tests.support.world import RULES, World

GAP = 18 * HOUR
KEY = b"a" * 32
"""Draws one of the two people into a control group of half of all."""
ENDED_STEPS = {"sent", "gave_up", "unknown", "skipped", "cancelled", "dead"}
ENDED_EVENTS = {"done", "ignored", "quarantined", "dead"}
OUTCOMES: list[Outcome | None] = [
    Sent(), Sent(), Sent(), Unknown("torn"), GiveUp("no"), GiveUp("smtp_550", suppress=True),
    Retry("busy"), Retry("away", whole_channel=True), None,
]  # fmt: skip

BY_HAND = {
    "hold": commands.hold,
    "resume": commands.resume,
    "close": commands.close,
    "paid_elsewhere": commands.mark_paid_elsewhere,
    "exclude": exclusion.exclude,
    "readmit": exclusion.readmit,
    "send": sending_now.send_now,
}


class Life(RuleBasedStateMachine):
    @initialize(
        codes=st.lists(st.sampled_from(["expired_card", "insufficient_funds"]), max_size=3),
        share=st.sampled_from([0.0, 0.0, 0.5, 1.0]),
    )
    def begin(self, codes: list[str], share: float) -> None:
        self.logs = capture_logs()
        self.logs.__enter__()
        self.database, self.folder = fresh_database()
        self.clock = FixedClock(START)
        self.peer = Peer(self.database, self.clock)
        self.channels = {name: MemoryNotifier(name, outcome=self.peer) for name in ("email", "telegram")}
        rules = replace(RULES, control_share=share)
        self.world = World(self.database, self.clock, channels=self.channels, rules=rules)
        with self.database.transaction() as session:
            session.add(Merchant(**{**Merchant.fresh(ACCOUNT, title=None, now=START), "hash_key": KEY}))
        settings = Settings.load({"INSTANCE_DIR": str(self.folder)}, env_file=None)
        services = Services.make(settings, self.clock, database=self.database)
        self.sweeps = Sweeps(services, sender=self.world.sender, rules=self.world.rules)
        self.sweeps.prepare()
        self.heard: list[whop.Event] = []
        self.late: list[tuple[Claim, Outcome]] = []
        self.stale: list[Claim] = []
        for payment_id, code in zip(PAYMENTS, codes, strict=False):
            self.world.hear(failure(payment_id, code, 1)(START))

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

    @rule(outcome=st.sampled_from(OUTCOMES), wait=st.booleans())
    def a_worker_works(self, outcome: Outcome | None, wait: bool) -> None:
        if wait:
            self.until_something_is_due()
        self.peer.outcome = outcome
        self.world.process()
        self.world.send_due()
        self.peer.outcome = Sent()

    @rule(limit=st.integers(1, 3))
    def a_worker_dies_with_events_in_hand(self, limit: int) -> None:
        claim_events(self.database, times=self.world.times, limit=limit)

    @rule(limit=st.integers(1, 3))
    def a_worker_stops_before_its_sends(self, limit: int) -> None:
        self.until_something_is_due()
        self.stale += self.world.sender.claim(times=self.world.times, limit=limit)

    @rule(outcome=st.sampled_from(OUTCOMES))
    def a_worker_is_cut_off_in_its_sends(self, outcome: Outcome | None) -> None:
        self.until_something_is_due()
        for claim in self.world.sender.claim(times=self.world.times, limit=2):
            self.carry_out(claim, outcome)

    @precondition(lambda self: self.stale)
    @rule()
    def a_stopped_worker_goes_on(self) -> None:
        self.carry_out(self.stale.pop(0), Sent())

    @precondition(lambda self: self.late)
    @rule()
    def a_cut_off_worker_comes_back(self) -> None:
        claim, outcome = self.late.pop(0)
        self.world.sender.record(claim, outcome, times=self.world.times)

    @rule(tell=every_event, sooner=st.booleans())
    def an_event_lands_before_or_during_a_send(self, tell: Told, sooner: bool) -> None:
        self.until_something_is_due()
        for claim in self.world.sender.claim(times=self.world.times, limit=1):
            if sooner:
                self.world.hear(tell(self.clock.now()))
            self.carry_out(claim, Sent())
            self.world.hear(tell(self.clock.now()))

    def carry_out(self, claim: Claim, outcome: Outcome | None) -> None:
        """Up to the moment before what became of it is recorded."""
        self.peer.outcome = outcome
        done = self.world.sender.carry_out(claim, times=self.world.times)
        self.peer.outcome = Sent()
        if done is not None:
            self.late.append((claim, done))

    def until_something_is_due(self) -> None:
        due = min((step.due_at for step in self.world.steps() if step.state == "planned"), default=START)
        self.clock.set(max(self.clock.now(), due))

    @rule()
    def chores_are_done(self) -> None:
        while claims := self.sweeps.claim(limit=9):
            for claim in claims:
                self.sweeps.run(claim)

    # what people do

    @precondition(lambda self: self.world.cases())
    @rule(data=st.data(), command=st.sampled_from(["opt_out", "visit", *BY_HAND]))
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
                BY_HAND[command](session, case, actor="user:1", now=now, rules=rules)

    @rule(linked=st.booleans(), preferred=st.sampled_from([None, "email", "telegram"]))
    def customers_choose_their_channel(self, linked: bool, preferred: str | None) -> None:
        with self.database.transaction() as session:
            for customer in session.scalars(select(Customer)).all():
                customer.preferred_channel = preferred
                if linked:
                    links.link(session, customer, "telegram", address=CHAT, label=None, now=self.world.now)
                else:
                    links.unlink(session, customer, "telegram", now=self.world.now)

    # what always holds

    @invariant()
    def no_send_started_that_was_forbidden(self) -> None:
        assert self.peer.wrong == []

    @invariant()
    def all_running_cases_of_a_person_are_in_one_group(self) -> None:
        with self.database.reading() as session:
            running = session.scalars(select(Case).where(Case.closed_at.is_(None))).all()
            assert all(case.arm == (case.customer.arm or "treated") for case in running)

    @invariant()
    def a_payment_has_one_case(self) -> None:
        cases = self.world.cases()
        assert len({case.payment_id for case in cases}) == len(cases) <= len(PAYMENTS)

    @invariant()
    def a_step_reaches_nobody_twice(self) -> None:
        taken = [message.message_id for channel in self.channels.values() for message, _ in channel.sent]
        copies = Counter(taken)
        assert max(copies.values(), default=0) <= 1
        assert len(copies) <= len(self.world.steps())

    @invariant()
    def a_case_has_at_most_three_messages_and_a_person_one_a_day(self) -> None:
        reached = select(Delivery.started_at, Delivery.case_id, Case.customer_id)
        reached = reached.where(Case.id == Delivery.case_id, Delivery.outcome.in_(REACHED))
        with self.database.reading() as session:
            rows = session.execute(reached.order_by(Delivery.id)).all()
        assert max(Counter(case_id for _, case_id, _ in rows).values(), default=0) <= 3
        for person in {customer_id for *_, customer_id in rows}:
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
        for _ in range(50):
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
        self.no_send_started_that_was_forbidden()
        self.a_step_reaches_nobody_twice()
        self.a_case_has_at_most_three_messages_and_a_person_one_a_day()
        hold_the_rules(self.world)


TestLife = Life.TestCase
TestLife.settings = how_many(10, 100, stateful_step_count=25)
TestLife.pytestmark = [PATIENCE]
