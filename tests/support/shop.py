"""A shop in memory around the pure heart: what inbox, cases and sender do with rows, done with plain objects.

Fast enough for ten thousand lives. Every decision is the heart's own; only the book-keeping is written again here,
and `tests/properties/test_shop.py` holds it against the real one on a database.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.recovery import facts
from app.recovery.campaign import LIMITS, Position
from app.recovery.decline import POLICIES, DeclineClass, classify
from app.recovery.facts import Fact, MembershipView
from app.recovery.machine import (
    CaseReason,
    CaseState,
    Ended,
    Known,
    Standing,
    assess,
    failure_heard_of,
    learn,
    membership_ended,
)
from app.recovery.money import Money
from app.recovery.plan import Situation, after_last_contact, plan
from app.recovery.reasons import Why

UTC_ZONE = ZoneInfo("UTC")
LEASE = timedelta(minutes=2)
TURN = timedelta(seconds=30)
"""So long a step waits for an earlier one of its case."""
LIVE = ("planned", "claimed", "sending")
REACHED = ("in_flight", "sent", "unknown")


@dataclass(slots=True, eq=False)
class Step:
    position: Position
    due_at: datetime
    planned_at: datetime
    state: str = "planned"
    fence: int = 0
    lease_until: datetime | None = None


@dataclass(slots=True)
class Send:
    at: datetime
    step: Step
    fence: int
    outcome: str = "in_flight"


@dataclass(slots=True)
class Case:
    opened_at: datetime
    decline_class: DeclineClass
    left_alone: Why | None
    state: CaseState = CaseState.OPEN
    reason: CaseReason = CaseReason.COLLECTING
    closed_at: datetime | None = None
    stop: CaseReason | None = None
    held: bool = False
    steps: list[Step] = field(default_factory=list)
    sends: list["Send"] = field(default_factory=list)
    """Calls to the peer."""

    @property
    def contacts(self) -> list[datetime]:
        """Messages that reached the person, or may have."""
        return [send.at for send in self.sends if send.outcome in REACHED]


@dataclass(slots=True)
class Account:
    """One renewal payment, its membership, and the one person behind both."""

    amount: Money
    left_alone: Why | None = None
    known: Known = field(default_factory=Known)
    code: str | None = None
    seen_at: datetime | None = None
    membership: tuple[datetime, MembershipView] | None = None
    endings: list[Ended] = field(default_factory=list)
    complaint: tuple[datetime, bool] | None = None
    contact_stopped: str | None = None
    cases: list[Case] = field(default_factory=list)
    switches: list[tuple[datetime, str]] = field(default_factory=list)
    """Of a charge to another card: when, and whether its answer arrived."""
    retries: list[tuple[datetime, str]] = field(default_factory=list)
    """Charges asked for at Whop, and what became of each."""

    @property
    def case(self) -> Case | None:
        return self.cases[0] if self.cases else None

    def living(self) -> Iterator[Step]:
        for case in self.cases:
            yield from (step for step in case.steps if step.state in LIVE)

    # what Whop tells

    def hear(self, fact: Fact, *, now: datetime, first_delay: timedelta) -> None:
        if isinstance(fact, facts.MembershipChanged):
            self._hear_of_membership(fact)
        elif isinstance(fact, facts.ComplaintChanged):
            if self.complaint is None or (fact.at, not fact.open) > (
                self.complaint[0],
                not self.complaint[1],
            ):
                self.complaint = (fact.at, fact.open)
        else:
            self._hear_of_payment(fact, now=now)
        if self.case is None and self.known.failed_at is not None and POLICIES[classify(self.code)].dunned:
            self.cases.append(Case(self.known.failed_at, classify(self.code), self.left_alone))
            self.reassess(now=now, first_delay=first_delay, new=True)
        elif self.case is not None:
            self.reassess(now=now, first_delay=first_delay)

    def _hear_of_payment(self, fact: Fact, *, now: datetime) -> None:
        if isinstance(fact, facts.PaymentFailed):
            newest = self.known.last_failed_at
            if newest is None or failure_heard_of(fact.payment, fact.at) >= newest:
                self.code = fact.payment.decline_code
            if classify(fact.payment.decline_code) is DeclineClass.SENSITIVE:
                self.stop_contact("deceased")
        if isinstance(fact, facts.PaymentDisputed):
            self.stop_contact("disputed")
        elif not isinstance(fact, facts.PaymentRefunded):
            self.seen_at = max(self.seen_at or fact.at, fact.at)
        self.known = learn(self.known, fact)

    def _hear_of_membership(self, fact: facts.MembershipChanged) -> None:
        ended = membership_ended(fact.membership, fact.at)
        if ended is not None:
            self.endings.append(ended)
        if self.membership is None or fact.at >= self.membership[0]:
            self.membership = (fact.at, fact.membership)

    # where the case stands

    def reassess(self, *, now: datetime, first_delay: timedelta, new: bool = False) -> None:
        case = self.case
        assert case is not None and self.known.failed_at is not None
        was, case.opened_at = case.state, self.known.failed_at
        met = [ended for ended in self.endings if ended.at >= case.opened_at]
        standing = assess(
            self.known,
            amount=self.amount,
            ended=min(met, key=lambda ended: (ended.at, ended.reason), default=None),
            complaint_open=self.complaint is not None and self.complaint[1],
            held=case.held,
            stop=case.stop,
        )
        if case.closed_at is not None and standing.state.running:
            standing = Standing(was, case.reason)
        changed = (standing.state, standing.reason) != (was, case.reason)
        case.state, case.reason = standing.state, standing.reason
        other_class = classify(self.code) is not case.decline_class
        case.decline_class = classify(self.code)
        if case.state is CaseState.OPEN:
            other_class = other_class and case.closed_at is None
            if other_class:
                self.cancel()
            if other_class or new or was is not CaseState.OPEN:
                self.lay_out(now=now, first_delay=first_delay)
        elif changed:
            self.cancel()
        if not case.state.running and case.closed_at is None:
            case.closed_at = now

    def lay_out(self, *, now: datetime, first_delay: timedelta) -> None:
        case = self.case
        assert case is not None
        said = {send.step.position for send in case.sends if send.outcome in REACHED}
        laid_out = plan(
            Situation(
                decline_class=case.decline_class,
                failed_at=case.opened_at,
                now=now,
                first_delay=first_delay,
                zone=UTC_ZONE,
                contacts=case.contacts,
                last_contact=max(case.contacts, default=None),
                said_last_word=bool(said & {Position.LAST, Position.NOTE}),
                contact_stopped=self.contact_stopped,
                hands_off=case.left_alone,
            )
        )
        case.steps += [Step(step.position, step.due_at, step.due_at) for step in laid_out.steps]

    def cancel(self) -> None:
        for step in self.living():
            step.state = "cancelled"

    def stop_contact(self, cause: str) -> None:
        self.contact_stopped = min(filter(None, (self.contact_stopped, cause)))
        self.cancel()

    # what a sender does

    def allow(self, step: Step, *, now: datetime) -> bool:
        """The look right before a send; False: the step was ended or put off instead."""
        case = self.case
        assert case is not None
        if case.state is not CaseState.OPEN or self.contact_stopped:
            step.state = "cancelled"
        elif self.membership is not None and (
            left := membership_ended(self.membership[1], self.membership[0])
        ):
            case.stop = left.reason
            self.reassess(now=now, first_delay=timedelta())
        elif now - step.planned_at > LIMITS.too_late or now >= case.opened_at + LIMITS.runway:
            step.state = "skipped"
        elif any(earlier.state in LIVE for earlier in case.steps[: case.steps.index(step)]):
            step.state, step.due_at = "planned", now + TURN
        elif case.contacts:
            allowed, _ = after_last_contact(now, max(case.contacts), UTC_ZONE)
            if allowed >= case.opened_at + LIMITS.runway:
                step.state = "skipped"
            elif allowed > now:
                step.state, step.due_at = "planned", allowed
        return step.state == "claimed"
