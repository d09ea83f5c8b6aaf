"""A small world for scenarios: events go in at the door's store, time passes by itself, mail is kept.

Only the clock and the mail server are ours; inbox, cases and delivery are the real ones on a real database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from math import ceil

from sqlalchemy import func, select

from app.cases.charging import Answer, Charger, free_expired_retries
from app.cases.rules import Rules
from app.cases.standing import stop_case
from app.cases.switcher import Answer as Changed
from app.cases.switcher import Switcher, free_expired_switches
from app.cases.upkeep import close_stale_cases, hand_over_silent
from app.claims import Times
from app.db import Database
from app.delivery.message import Links
from app.delivery.routing import reaches
from app.delivery.send import Sender
from app.inbox.look import WhopLook
from app.inbox.process import claim_events, free_expired_events, process_event
from app.inbox.store import store_event
from app.models import Audit, Case, Delivery, InboxRow, MethodSwitch, Retry, Step
from app.security.tokens import Tokens
from app.whop.client import WhopClient
from notifiers.base import Message, Notifier, Outcome
from notifiers.memory import MemoryNotifier
from tests.support.clock import FixedClock
from tests.support.whop_events import Event, encoded

SECRET = "scenario-secret-of-more-than-32-characters"
RULES = Rules(first_delay=timedelta(minutes=20), attribution_window=timedelta(days=7))


@dataclass
class World:
    database: Database
    clock: FixedClock
    mail: MemoryNotifier = field(default_factory=MemoryNotifier)
    rules: Rules = RULES
    channels: Mapping[str, Notifier] = field(default_factory=dict)
    """Default: e-mail alone, by `mail`."""
    whop: WhopClient | None = None
    """Default: no key for Whop's API, so nobody is asked and nothing is charged."""

    def __post_init__(self) -> None:
        self.charger: Charger | None = None
        self.switcher: Switcher | None = None
        look = None
        if self.whop is not None:
            self.rules = replace(self.rules, retries=True)
            look = WhopLook(self.whop, rules=self.rules)
            self.charger = Charger(self.database, self.whop, look=look, rules=self.rules)
            reach = partial(reaches, channels=frozenset(self.channels or {"email"}))
            self.switcher = Switcher(self.database, self.whop, look=look, rules=self.rules, reaches=reach)
        self.sender = Sender(
            self.database,
            self.channels or {"email": self.mail},
            links=Links("http://localhost:3000", Tokens((SECRET,))),
            stop_case=partial(stop_case, rules=self.rules),
            look=look,
        )

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def times(self) -> Times:
        return Times(now=self.clock.now(), wall=self.clock.wall())

    def hear(self, *events: Event) -> None:
        """Whop posts these, in this order; the worker gets round to them."""
        for event in events:
            self.store(event)
        self.process()

    def store(self, event: Event, *, request_id: str | None = None) -> bool:
        return store_event(
            self.database,
            message_id=event["id"],
            body=encoded(event),
            received_at=self.now,
            request_id=request_id,
        )

    def process(self) -> None:
        while claims := claim_events(self.database, times=self.times, limit=10):
            for claim in claims:
                process_event(self.database, claim, times=self.times, rules=self.rules)

    def send_due(self) -> list[Outcome]:
        outcomes: list[Outcome] = []
        while claims := self.sender.claim(times=self.times, limit=10):
            for claim in claims:
                outcome = self.sender.carry_out(claim, times=self.times)
                if outcome is not None:
                    self.sender.record(claim, outcome, times=self.times)
                    outcomes.append(outcome)
        return outcomes

    def charge_due(self) -> list[Answer]:
        """The worker's other lane: retries whose time has come."""
        answers: list[Answer] = []
        while self.charger and (claims := self.charger.claim(times=self.times, limit=10)):
            for claim in claims:
                answer = self.charger.carry_out(claim, times=self.times)
                if answer is not None:
                    self.charger.record(claim, answer, times=self.times)
                    answers.append(answer)
        return answers

    def switch_due(self) -> list[Changed]:
        """Likewise: cards that are to be changed."""
        answers: list[Changed] = []
        while self.switcher and (claims := self.switcher.claim(times=self.times, limit=10)):
            for claim in claims:
                answer = self.switcher.carry_out(claim, times=self.times)
                if answer is not None:
                    self.switcher.record(claim, answer, times=self.times)
                    answers.append(answer)
        return answers

    def sweep(self) -> None:
        free_expired_events(self.database, times=self.times)
        self.sender.free_expired(times=self.times)
        free_expired_retries(self.database, times=self.times)
        free_expired_switches(self.database, times=self.times)
        close_stale_cases(self.database, now=self.now, rules=self.rules)
        hand_over_silent(self.database, now=self.now, rules=self.rules)

    def pass_time(self, by: timedelta, *, tick: timedelta = timedelta(hours=1)) -> None:
        """Let the worker run at every tick at which it has something to do, until so much time has passed."""
        until = self.now + by
        while self.now < until:
            self.clock.advance(min(self._ticks_to_next(tick), until - self.now))
            self.process()
            self.charge_due()
            self.switch_due()
            self.send_due()
            self.sweep()

    def _ticks_to_next(self, tick: timedelta) -> timedelta:
        """Whole ticks until a message is due; without one, any time."""
        with self.database.reading() as session:
            dues = [
                session.scalar(select(func.min(row.due_at)).where(row.state == "planned"))
                for row in (Step, Retry, MethodSwitch)
            ]
        due = min(filter(None, dues), default=None)
        return max(1, ceil((due - self.now) / tick)) * tick if due else timedelta.max

    def until(self, moment: datetime) -> None:
        self.pass_time(moment - self.now)

    @property
    def messages(self) -> list[Message]:
        return [message for message, _ in self.mail.sent]

    def cases(self) -> list[Case]:
        with self.database.reading() as session:
            return list(session.scalars(select(Case).order_by(Case.id)))

    def case(self) -> Case:
        (only,) = self.cases()
        return only

    def steps(self, case: Case | None = None) -> list[Step]:
        with self.database.reading() as session:
            wanted = select(Step).order_by(Step.case_id, Step.position)
            return list(session.scalars(wanted.where(Step.case_id == case.id) if case else wanted))

    def retry(self) -> Retry:
        with self.database.reading() as session:
            return session.scalars(select(Retry)).one()

    def switch(self, kind: str = "switch") -> MethodSwitch | None:
        with self.database.reading() as session:
            return session.scalars(select(MethodSwitch).where(MethodSwitch.kind == kind)).one_or_none()

    def deliveries(self) -> list[Delivery]:
        with self.database.reading() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def events(self) -> list[InboxRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(InboxRow).order_by(InboxRow.id)))

    def acts(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(Audit.action).order_by(Audit.id)))

    def sent_at(self) -> list[timedelta]:
        """Each message's time after the (only) case's first failure."""
        opened = self.case().opened_at
        return [delivery.started_at - opened for delivery in self.deliveries()]


WorldMaker = Callable[..., World]
