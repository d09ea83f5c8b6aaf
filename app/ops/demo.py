"""A merchant with 90 days of lively cases, for trying the pages. Nobody is written to.

Each case is lived through by the real inbox, machine, plan and fresh look, at made-up moments and in one
transaction: a running worker sees it whole or not at all. Only the mail server is pretended.
"""

import hashlib
import json
import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.announcing import UNTOLD
from app.cases.commands import opt_out, record_visit
from app.cases.rules import Rules
from app.cases.standing import stop_case
from app.claims import Claim, Times
from app.delivery.message import Links
from app.delivery.send import Sender
from app.inbox.process import take_effect
from app.models import Case, InboxRow, Merchant, Step
from app.models.base import insert_once
from app.ops.dev_charge import Charge, Shape, new_charge
from app.ops.dev_events import Event, Happening, event_of
from app.privacy.retention import Kept, prune
from app.recovery.campaign import LIMITS
from app.recovery.machine import CaseReason
from app.security.tenancy import MOCK_TITLE
from app.services import Services
from notifiers.base import GiveUp, Outcome, Sent
from notifiers.memory import MemoryNotifier

DAYS = 90
LAUNCH = 0.75
"""Of the cases, those in the launch test."""
NEEDS_REMINDER = 0.55
"""Of those who pay after a reminder, the share that would not have paid without one."""
FIRST_NAMES = [
    "Dana",
    "Mikhail",
    "Aiko",
    "Luca",
    "Amara",
    "Noah",
    "Sofía",
    "Jonas",
    "Priya",
    "Elif",
    "Marek",
    "Hannah",
    "Omar",
    "Ines",
    "Kofi",
    "Yuki",
]
LAST_NAMES = [
    "Reyes",
    "Orlov",
    "Tanaka",
    "Conti",
    "Okafor",
    "Lindqvist",
    "García",
    "Weber",
    "Nair",
    "Demir",
    "Novák",
    "Cohen",
    "Haddad",
    "Silva",
]
PRODUCTS: Mapping[str, str] = {"Options Lab Pro": "49.00", "Morning Notes": "19.00", "Design Circle": "99.00"}
# How often each code comes: shares from published decline mixes, rounded.
CODES: Mapping[str, int] = {
    "insufficient_funds": 40,
    "generic_decline": 13,
    "card_declined_by_issuer": 12,
    "expired_card": 12,
    "authentication_required": 7,
    "card_velocity_exceeded": 4,
    "processing_error": 3,
    "lost_card": 3,
    "closed_account": 2,
    "blocked_by_cardholder": 2,
    "invalid_cvc": 1,
    "bank_account_holder_deceased": 1,
}
ENDS: Mapping[Happening | None, int] = {
    Happening.IS_PAID: 46,
    Happening.MEMBERSHIP_ENDS: 34,
    Happening.CUSTOMER_CANCELS: 10,
    None: 6,
    Happening.IS_DISPUTED: 2,
    Happening.IS_VOIDED: 2,
}

Choice = TypeVar("Choice")


class Demo:
    def __init__(self, services: Services, *, biz_id: str, cases: int, seed: int) -> None:
        self._services = services
        self._biz_id = biz_id
        self._cases = cases
        self._chance = random.Random(seed)  # noqa: S311  the same seed makes the same merchant
        self._lived = 0
        """Cases that the merchant had before."""
        self._now = services.clock.now()
        self._rules = Rules.of(services.settings)
        self._sender = Sender(
            services.database,
            {"email": MemoryNotifier()},
            links=Links.of(services.settings),
            stop_case=partial(stop_case, rules=self._rules),
        )

    def live(self) -> Iterator[None]:
        """Live through every case, oldest first; one step of the progress for each."""
        self._invite()
        recent = self._cases // 8  # so that some are in the middle of their campaign
        starts = [0.0] * (self._cases - recent) + [DAYS - 4.0] * recent
        moments = sorted(self._chance.uniform(start, DAYS) for start in starts)
        for days_after_start in moments:
            failed_at = self._now - timedelta(days=DAYS - days_after_start)
            with self._services.database.transaction() as session:
                session.info[UNTOLD] = True
                self._live_one(session, failed_at)
            yield
        # As the nightly work would have done meanwhile.
        deque(prune(self._services.database, Kept.of(self._services.settings), now=self._now), maxlen=0)

    def _invite(self) -> None:
        """A merchant of whom nothing is known begins with a launch test; nobody else's choice is touched."""
        with self._services.database.transaction() as session:
            fresh = Merchant.fresh(self._biz_id, title=MOCK_TITLE, now=self._now - timedelta(days=DAYS))
            # The same seed draws the same groups.
            fresh["hash_key"] = hashlib.sha256(f"demo {self._chance.random()}".encode()).digest()
            insert_once(session, Merchant, ("biz_id",), fresh)
            merchant = session.scalars(select(Merchant).where(Merchant.biz_id == self._biz_id)).one()
            lived = select(func.count()).select_from(Case).where(Case.merchant_id == merchant.id)
            self._lived = session.execute(lived).scalar_one()
            if not self._lived:
                merchant.launch_cases = round(self._cases * LAUNCH)

    def _live_one(self, session: Session, failed_at: datetime) -> None:
        charge = replace(self._charge(), created_at=failed_at)
        self._hear(session, event_of(Happening.FAILS, charge, shape=Shape.PINNED, at=failed_at), failed_at)
        case = session.scalars(
            select(Case).join(InboxRow, InboxRow.case_id == Case.id).order_by(InboxRow.id.desc()).limit(1)
        ).one()
        end = self._pick(ENDS)
        if end is Happening.IS_PAID and self._chance.random() < NEEDS_REMINDER and case.hands_off:
            end = Happening.MEMBERSHIP_ENDS
        ends_at = failed_at + self._life(end)
        self._remind(session, case, until=min(ends_at, self._now))
        self._react(session, case, end)
        if end is not None and ends_at <= self._now:
            event = event_of(end, charge, shape=Shape.PINNED, at=ends_at)
            self._hear(session, event, ends_at)
            if end is Happening.IS_PAID and self._chance.random() < 0.04:
                back_at = min(ends_at + timedelta(days=3), self._now)
                refund = event_of(Happening.IS_REFUNDED, charge, shape=Shape.PINNED, at=back_at)
                self._hear(session, refund, back_at)
        elif failed_at + LIMITS.window < self._now:
            at = failed_at + LIMITS.window
            stop_case(session, case, CaseReason.WINDOW_ENDED, now=at, rules=self._rules)

    def _hear(self, session: Session, event: Event, at: datetime) -> None:
        body = json.dumps(event, ensure_ascii=False).encode()
        row = InboxRow(
            message_id=event["id"],
            origin="simulated",
            body=body,
            received_at=at,
            due_at=at,
            state="claimed",
            attempts=1,
        )
        session.add(row)
        session.flush()
        take_effect(session, row, times=self._times(at), rules=self._rules)
        session.flush()

    def _remind(self, session: Session, case: Case, *, until: datetime) -> None:
        """Send what falls due before that moment; later steps stay planned, for the real worker."""
        wanted = select(Step).where(Step.case_id == case.id, Step.state == "planned").order_by(Step.due_at)
        for step in session.scalars(wanted).all():
            if step.due_at > until:
                break
            step.state, step.attempts = "claimed", step.attempts + 1
            session.flush()
            times = self._times(step.due_at)
            claim = Claim(step.id, step.attempts)
            if self._sender.prepare(session, claim, times) is not None:
                session.flush()
                self._sender.note(session, claim, self._outcome(), times)
            session.refresh(step)

    def _react(self, session: Session, case: Case, end: Happening | None) -> None:
        """Most who pay pressed the button of their last message; a few ask for no more."""
        sent = session.scalars(
            select(Step.ended_at)
            .where(Step.case_id == case.id, Step.state == "sent")
            .order_by(Step.ended_at.desc())
        ).first()
        if sent is None:
            return
        at = sent + timedelta(minutes=self._chance.uniform(3, 55))
        if end is Happening.IS_PAID and self._chance.random() < 0.7:
            record_visit(session, case, "seen", target=None, now=at)
            record_visit(session, case, "continued", target="https://whop.com/@me", now=at)
        elif end is None and self._chance.random() < 0.3:
            opt_out(session, case, now=at)

    def _charge(self) -> Charge:
        first, last = self._chance.choice(FIRST_NAMES), self._chance.choice(LAST_NAMES)
        product = self._chance.choice(tuple(PRODUCTS))
        number = self._chance.randrange(10_000)
        name = f"{first}.{last}.{number}".lower().translate(str.maketrans("áíè", "aie"))
        return new_charge(
            biz_id=self._biz_id,
            merchant_title=MOCK_TITLE,
            product=product,
            user_id=f"user_{self._lived:x}{self._chance.getrandbits(48):012x}",
            name=f"{first} {last}",
            email=f"{name}@example.com" if self._chance.random() < 0.97 else None,
            amount=PRODUCTS[product],
            currency="eur" if self._chance.random() < 0.15 else "usd",
            decline_code=self._pick(CODES),
        )

    def _life(self, end: Happening | None) -> timedelta:
        if end is Happening.IS_PAID:
            return timedelta(hours=2 + self._chance.expovariate(1 / 40))
        return timedelta(hours=self._chance.uniform(6, 118) if end else 118)

    def _outcome(self) -> Outcome:
        return GiveUp("smtp_550", suppress=True) if self._chance.random() < 0.02 else Sent()

    def _pick(self, shares: Mapping[Choice, int]) -> Choice:
        return self._chance.choices(list(shares), weights=list(shares.values()))[0]

    def _times(self, now: datetime) -> Times:
        return Times(now=now, wall=self._services.clock.wall())
