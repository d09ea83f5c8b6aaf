"""Ten thousand lives of two renewals, over the pure heart: the promises hold after every act, and all of it ends.

A life is a sequence of facts, passing time, people's commands, and workers that send, stop, die or come back late.
"""

from datetime import timedelta
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.recovery import switch
from app.recovery.campaign import LIMITS, Position
from app.recovery.decline import POLICIES, DeclineClass, RetryRule, classify
from app.recovery.facts import (
    Fact,
)
from app.recovery.ladder import AWAY, MOST_REFUSALS
from app.recovery.machine import CaseReason, CaseState
from app.recovery.reasons import Reason, Why
from app.recovery.retry import Outlook, Retry, allowed, decide
from tests.properties.facts_told import HOUR, KINDS, PRICE, START, Kind, told
from tests.properties.lively import PATIENCE, how_many
from tests.support.shop import LEASE, LIVE, REACHED, UTC_ZONE, Account, Send, Step

DELAY = timedelta(minutes=20)
ORDER = list(Position)
FAILED_CARD = switch.Method(method_id="payt_failed", brand="visa", last4="4242")
OTHER_CARD = switch.Method(method_id="payt_other", brand="visa", last4="1881")
FINAL = (CaseState.RECOVERED, CaseState.REVERSED, CaseState.VOID, CaseState.LOST)


class Lives(RuleBasedStateMachine):
    @initialize(left_alone=st.sampled_from([None, None, Why.CONTROL_GROUP, Why.BACKFILLED]))
    def begin(self, left_alone: Why | None) -> None:
        self.now = START
        self.accounts = [Account(PRICE), Account(PRICE, left_alone=left_alone)]
        self.heard: list[tuple[Account, Fact]] = []
        self.late: list[Send] = []
        self.final: dict[int, CaseState] = {}
        for account in self.accounts:
            self.hear(account, told(("failed", "insufficient_funds"), START, failed_first=START))

    def hear(self, account: Account, fact: Fact) -> None:
        self.heard.append((account, fact))
        account.hear(fact, now=self.now, first_delay=DELAY)

    @rule(who=st.booleans(), kind=st.sampled_from(KINDS), ago=st.sampled_from([0, 0, 1, 30]))
    def whop_tells(self, who: bool, kind: Kind, ago: int) -> None:
        self.hear(self.accounts[who], told(kind, self.now - ago * HOUR, failed_first=START))

    @rule(which=st.integers(0, 9))
    def whop_repeats_itself(self, which: int) -> None:
        account, fact = self.heard[which % len(self.heard)]
        before = self.sight(account)
        account.hear(fact, now=self.now, first_delay=DELAY)
        if account.case and account.case.closed_at is not None:
            assert self.sight(account) == before

    @rule(minutes=st.sampled_from([1, 25, 70, 720, 1440, 2880, -60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(fate=st.sampled_from(["sent", "sent", "unknown", "gave_up", "put_off", "before", "torn", "late"]))
    def a_worker_works(self, fate: str) -> None:
        """`before`: it dies with the step in hand. `torn`: in the send. `late`: it comes back after its lease."""
        due = min((step.due_at for account in self.accounts for step in account.living()), default=self.now)
        self.now = max(self.now, due)
        self.work(fate)

    @rule(fate=st.sampled_from(["taken", "refused", "unclear", "before"]), early=st.booleans())
    def a_retry_is_due(self, fate: str, early: bool) -> None:
        """`before`: the worker dies with it in hand. `early`: the merchant asks for it at a time of their own."""
        for account in self.accounts:
            case = account.case
            if case is None or case.state is not CaseState.OPEN:
                continue
            found = decide(self.outlook(account))
            if isinstance(found, Retry) and not early:
                self.now = max(self.now, found.at)
            if fate != "before" and allowed(self.outlook(account), self.now):
                self.may_be_charged(account)
                account.retries.append((self.now, fate))

    @rule(agrees=st.sampled_from([True, True, False]), sure=st.booleans())
    def another_card_is_due(self, agrees: bool, sure: bool) -> None:
        """Of a customer who has agreed to it, or has not. `sure`: Whop's answer arrives."""
        for account in self.accounts:
            case = account.case
            if case is None or case.state is not CaseState.OPEN:
                continue
            found = switch.decide(self.card_outlook(account, agrees=agrees))
            if isinstance(found, switch.Switch):
                self.now = max(self.now, found.at)
                if switch.due(self.card_outlook(account, agrees=agrees)):
                    self.may_be_switched(account, agrees=agrees)
                    account.switches.append((self.now, "taken" if sure else "unknown"))

    def card_outlook(self, account: Account, *, agrees: bool) -> switch.Outlook:
        known = self.outlook(account)
        retries = [at for at, fate in account.retries if fate != "refused"]
        return switch.Outlook(
            decline_class=known.decline_class,
            failed_at=known.failed_at,
            whops_at=known.last_attempt_at,
            next_attempt_at=None,
            ours_at=max(retries, default=None),
            now=self.now,
            zone=UTC_ZONE,
            on=True,
            consented=agrees,
            reachable=account.contact_stopped is None,
            failed=FAILED_CARD,
            methods=(FAILED_CARD, OTHER_CARD),
            spent=bool(account.switches),
            forbidden=known.forbidden if account.left_alone else None,
        )

    def outlook(self, account: Account) -> Outlook:
        case, known = account.case, account.known
        assert case is not None and known.last_failed_at is not None
        return Outlook(
            decline_class=case.decline_class,
            failed_at=case.opened_at,
            last_attempt_at=max(known.last_failed_at, case.opened_at),
            next_attempt_at=None,
            now=self.now,
            zone=UTC_ZONE,
            refusals=sum(fate == "refused" for _, fate in account.retries),
            spent=any(fate != "refused" for _, fate in account.retries),
            forbidden=self.no_retry(account),
        )

    def no_retry(self, account: Account) -> Reason | None:
        if account.left_alone:
            return Reason(account.left_alone)
        return Reason(Why.RETRY_AFTER_SWITCH) if account.switches else None

    @rule()
    def a_lost_worker_comes_back(self) -> None:
        if self.late:
            self.record(self.late.pop(0), "sent")

    @rule(who=st.booleans(), command=st.sampled_from(["hold", "resume", "close", "opt_out"]))
    def somebody_commands(self, who: bool, command: str) -> None:
        account = self.accounts[who]
        case = account.case
        if command == "opt_out":
            account.stop_contact("opted_out")
        elif case is not None and case.closed_at is None:
            case.held = {"hold": True, "resume": False}.get(command, case.held)
            case.stop = CaseReason.CLOSED_BY_MERCHANT if command == "close" else case.stop
            account.reassess(now=self.now, first_delay=DELAY)

    @rule()
    def chores_are_done(self) -> None:
        for account in self.accounts:
            for step in account.living():
                if step.lease_until is not None and step.lease_until < self.now:
                    self.free(account, step)
            self.close_stale(account)

    # the work itself

    def work(self, fate: str) -> None:
        for account in self.accounts:
            due = [step for step in account.living() if step.state == "planned" and step.due_at <= self.now]
            for step in sorted(due, key=lambda one: one.due_at)[:1]:
                step.state, step.fence, step.lease_until = "claimed", step.fence + 1, self.now + LEASE
                if fate != "before" and account.allow(step, now=self.now):
                    self.send(account, step, fate)

    def send(self, account: Account, step: Step, fate: str) -> None:
        case = account.case
        assert case is not None
        self.may_be_sent(account, step)
        step.state = "sending"
        send = Send(self.now, step, step.fence)
        case.sends.append(send)
        if fate == "late":
            self.late.append(send)
        elif fate != "torn":
            self.record(send, fate)

    def record(self, send: Send, fate: str) -> None:
        """A step that was cancelled or given to another meanwhile keeps its state; what was sent stays sent."""
        step = send.step
        if send.outcome in ("in_flight", "unknown"):
            send.outcome = fate
        if (step.state, step.fence) == ("sending", send.fence):
            step.state, step.lease_until = ("planned" if fate == "put_off" else fate), None
            step.due_at = self.now + 2 * HOUR if fate == "put_off" else step.due_at

    def free(self, account: Account, step: Step) -> None:
        """A step in hand waits again; one in the middle of a send may have reached the person."""
        assert account.case is not None
        for send in account.case.sends:
            if send.step is step and send.outcome == "in_flight":
                send.outcome = "unknown"
        step.state, step.lease_until = ("planned" if step.state == "claimed" else "unknown"), None

    def close_stale(self, account: Account) -> None:
        case, known = account.case, account.known
        if case is None or case.closed_at is not None or known.last_failed_at is None:
            return
        silent = LIMITS.clearing if case.state is CaseState.PENDING else LIMITS.window
        heard = max(case.opened_at, known.last_failed_at, account.seen_at or START)
        if heard < self.now - silent:
            case.stop = CaseReason.WINDOW_ENDED
            account.reassess(now=self.now, first_delay=DELAY)

    def sight(self, account: Account) -> tuple[object, ...]:
        case = account.case
        assert case is not None
        return case.state, case.reason, case.closed_at, len(case.steps), len(case.sends)

    # what always holds

    def may_be_sent(self, account: Account, step: Step) -> None:
        case = account.case
        assert case is not None and step in case.steps
        assert (case.state, case.closed_at, case.held) == (CaseState.OPEN, None, False)
        assert account.contact_stopped is None and account.known.paid_at is None
        assert account.left_alone is None and POLICIES[case.decline_class].messages
        assert step.due_at <= self.now < case.opened_at + LIMITS.runway
        assert step.planned_at >= case.opened_at + DELAY

    def may_be_charged(self, account: Account) -> None:
        case = account.case
        assert case is not None and account.left_alone is None
        assert POLICIES[case.decline_class].retry is not RetryRule.NEVER
        assert all(fate == "refused" for _, fate in account.retries)
        assert len(account.retries) < MOST_REFUSALS
        assert self.now < case.opened_at + LIMITS.runway
        assert abs(self.now - case.opened_at) >= AWAY
        assert account.switches == []

    def may_be_switched(self, account: Account, *, agrees: bool) -> None:
        case = account.case
        assert case is not None and account.left_alone is None and agrees
        assert POLICIES[case.decline_class].method_switch_allowed
        assert account.contact_stopped is None and account.switches == []
        assert all(self.now >= at + AWAY for at, fate in account.retries if fate != "refused")
        assert abs(self.now - case.opened_at) >= switch.AWAY_FROM_WHOP
        assert self.now < case.opened_at + LIMITS.runway

    @invariant()
    def promises_hold(self) -> None:
        for account in getattr(self, "accounts", ()):
            case = account.case
            assert len(account.cases) <= 1
            if case is None:
                continue
            assert (case.closed_at is None) is case.state.running
            assert not account.left_alone or not case.steps
            assert len(case.contacts) <= min(LIMITS.messages, len(case.steps))
            reached = [id(send.step) for send in case.sends if send.outcome in REACHED]
            assert len(set(reached)) == len(reached)
            said = [ORDER.index(send.step.position) for send in case.sends if send.outcome in REACHED]
            # After one that did not arrive and a new plan, the same place may be spoken from again, but the last.
            assert said == sorted(said) and said.count(ORDER.index(Position.LAST)) <= 1
            assert len(said) == 1 or ORDER.index(Position.NOTE) not in said
            assert all(later - earlier >= LIMITS.gap for earlier, later in pairwise(case.contacts))
            assert case.closed_at is None or not any(True for _ in account.living())
            before = self.final.get(id(case))
            if case.state in FINAL:
                self.final[id(case)] = case.state
            assert before is None or not case.state.running
            if before in (CaseState.RECOVERED, CaseState.REVERSED):
                assert case.state in (CaseState.RECOVERED, CaseState.REVERSED)
            if account.known.paid_at is not None:
                assert case.state in (CaseState.RECOVERED, CaseState.REVERSED)
            if classify(account.code) is DeclineClass.SENSITIVE:
                assert account.contact_stopped is not None

    def teardown(self) -> None:
        if not hasattr(self, "accounts"):
            return
        for days in (1, 1, 1, 1, 1, 1, 12, 31, 31):
            self.now += timedelta(days=days)
            self.chores_are_done()
            self.work("sent")
            self.promises_hold()
        while self.late:
            self.a_lost_worker_comes_back()
        self.promises_hold()
        for account in self.accounts:
            assert account.case is not None and account.case.closed_at is not None
            assert not any(step.state in LIVE for step in account.case.steps)


TestLives = Lives.TestCase
TestLives.settings = how_many(10_000, 50_000, stateful_step_count=10)
TestLives.pytestmark = [PATIENCE]


def test_one_that_is_put_off_keeps_the_later_ones_waiting() -> None:
    life = Lives()
    life.begin(left_alone=None)
    life.whop_tells(who=False, kind=("failed", "expired_card"), ago=0)
    life.another_card_is_due(agrees=True, sure=False)  # days later: all that was planned is due
    life.a_worker_works(fate="put_off")
    life.a_worker_works(fate="sent")
    life.promises_hold()
    life.teardown()
