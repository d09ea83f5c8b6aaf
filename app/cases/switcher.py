"""Carries out one claimed change of a membership's card: fresh look, mark as sending, ask Whop, look again, record.

As `app.cases.charging`: no transaction is open during a call, a crash before the mark is claimed again, and one after
it is `unknown`. A change is never asked for twice: what a lost answer brought is read in the payment.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import faults
from app.cases.audit import Act, Actor, note_case
from app.cases.other_card import begin_undo
from app.cases.rules import Rules
from app.cases.standing import lock_case, stop_case
from app.cases.switch_due import begin_switch
from app.cases.switching import follow_switch, new_key
from app.claims import Claim, Times, backoff, claim_due, free_expired, holding, move
from app.db import Database
from app.fresh_look import FreshLook, Looked, Target, wait_for_whop
from app.log import get_logger
from app.models import Case, MethodSwitch
from app.models.contact import left_because
from app.models.merchant import lock_merchant
from app.outgoing import WHOLE_CALL_S
from app.recovery.reasons import Reason, Why
from app.recovery.switch import KIND, Method
from app.whop.answers import SavedMethod, Seen
from app.whop.errors import WhopAway, WhopBusy, WhopError, WhopRefuses, WhopUnclear

LEASE_BEYOND_CALLS = timedelta(seconds=30)
MOST_CLAIMS = 25
"""A row that was claimed so often and still fails is given up."""
STARTED = {KIND: Act.SWITCH_STARTED}
ENDED = {KIND: Act.SWITCH_ENDED}

log = get_logger(__name__)


class Cards(Protocol):
    def switch_method(self, membership_id: str, payment_method_id: str, *, key: str) -> Seen: ...

    def payment_methods(self, member_id: str) -> tuple[SavedMethod, ...]: ...


class Reaches(Protocol):
    """Whether a message can get to this case's customer by any channel that works here."""

    def __call__(self, session: Session, case: Case, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Order:
    """A row that is marked as sending, with what Whop is asked for."""

    membership_id: str
    method_id: str
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What Whop said to the change, and what it showed afterwards; None where that could not be read."""

    target: Target
    said: Seen | WhopError
    after: Looked | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    kind: str
    target: Target
    member_id: str | None


class Switcher:
    def __init__(
        self, database: Database, whop: Cards, *, look: FreshLook, rules: Rules, reaches: Reaches
    ) -> None:
        self._database = database
        self._whop = whop
        self._look = look
        self._rules = rules
        self._reaches = reaches
        self._calls = timedelta(seconds=WHOLE_CALL_S) + look.limit + LEASE_BEYOND_CALLS
        self.lease = 2 * self._calls

    def claim(self, *, times: Times, limit: int) -> list[Claim]:
        with self._database.transaction() as session:
            return claim_due(
                session, MethodSwitch, waiting="planned", times=times, lease=self.lease, limit=limit
            )

    def carry_out(self, claim: Claim, *, times: Times) -> Answer | None:
        """Change the card unless something forbids it; None: nothing was asked for."""
        wanted = self._wanted(claim)
        if wanted is None:
            return None
        try:
            looked = self._look.read(wanted.target, now=times.now)
            methods = self._methods(wanted)
        except WhopError as error:
            self._unread(claim, error, times)
            return None
        with self._database.transaction() as session:
            order = self._begin(session, claim, looked, methods, times)
        if order is None:
            return None
        faults.point("switch_before_call")
        said = self._ask(order)
        faults.point("switch_after_call")
        return Answer(wanted.target, said, self._again(wanted.target, times))

    def record(self, claim: Claim, answer: Answer, *, times: Times) -> None:
        """Write down what Whop answered, then what it shows: that takes effect as every event does."""
        with self._database.transaction() as session:
            lock_merchant(session, answer.target.merchant_id)
            row = self._in_flight(session, claim)
            if row is not None:
                self._note(session, row, claim, answer.said, times)
                session.flush()
            if answer.after is not None:
                self._look.take_in(session, answer.after, times=times)
        log.info(
            "switch.recorded", row_id=claim.row_id, answer=type(answer.said).__name__, kept_state=row is None
        )

    def put_off(self, claim: Claim, error: Exception, *, times: Times) -> None:
        """A change that failed before Whop was asked is tried again later, and given up after many claims."""
        why = Reason(Why.OUT_OF_TRIES, {"cause": f"failed_{type(error).__name__}"})
        values = _again_or_over(claim, times.now + backoff(claim.fence, share=1.0), times.now)
        with self._database.transaction() as session:
            move(session, MethodSwitch, claim, values={**values, "outcome_why": why.stored()})

    def _wanted(self, claim: Claim) -> _Wanted | None:
        with self._database.reading() as session:
            row = session.get(MethodSwitch, claim.row_id)
            if row is None:
                return None
            return _Wanted(row.kind, Target.of(row.case), row.case.customer.member_id)

    def _methods(self, wanted: _Wanted) -> tuple[Method, ...]:
        """What the customer has saved; the way back needs none of it."""
        if wanted.kind != KIND or wanted.member_id is None:
            return ()
        return tuple(map(_method, self._whop.payment_methods(wanted.member_id)))

    def _begin(
        self,
        session: Session,
        claim: Claim,
        looked: Looked,
        methods: tuple[Method, ...],
        times: Times,
    ) -> Order | None:
        """Judge afresh by what was read; an order where the change may be asked for, and the row is marked."""
        self._look.take_in(session, looked, times=times)  # it takes the merchant's lock
        case = session.get_one(MethodSwitch, claim.row_id).case
        lock_case(session, case)
        if session.get_one(MethodSwitch, claim.row_id).kind == KIND:
            left = left_because(session, case)
            if left is not None:
                stop_case(session, case, left, now=times.now, rules=self._rules)
            else:
                follow_switch(session, case, now=times.now, rules=self._rules)
            session.flush()
        row = holding(session, MethodSwitch, claim)
        if row is None:
            return None
        if row.kind == KIND:
            able = self._reaches(session, case)
            go = begin_switch(
                session, case, row, methods=methods, reachable=able, now=times.now, rules=self._rules
            )
        else:
            go = begin_undo(session, case, row, now=times.now, rules=self._rules)
        if not go:
            return None
        row.state, row.started_at, row.outcome_why = "sending", times.now, None
        row.lease_until = times.wall + self.lease
        act = STARTED.get(row.kind, Act.UNDO_STARTED)
        note_case(session, case, act, actor=Actor.WORKER, at=times.now)
        assert case.payment.membership_id is not None and row.method_id is not None
        return Order(case.payment.membership_id, row.method_id, row.key)

    def _ask(self, order: Order) -> Seen | WhopError:
        try:
            return self._whop.switch_method(order.membership_id, order.method_id, key=order.key)
        except WhopError as error:
            return error

    def _again(self, target: Target, times: Times) -> Looked | None:
        """What the payment looks like now. Where it cannot be read, its event or the comparison tells."""
        try:
            return self._look.read(target, now=times.now)
        except WhopError as error:
            log.info("switch.not_read_again", payment=target.payment_id, error=type(error).__name__)
            return None

    def _unread(self, claim: Claim, error: WhopError, times: Times) -> None:
        """Nothing is changed on old knowledge. A right that the key lacks does not come by waiting."""
        with self._database.transaction() as session:
            row = holding(session, MethodSwitch, claim)
            if row is None:
                return
            if isinstance(error, WhopRefuses):
                self._end(session, row, "refused", _refusal(error), times.now)
                return
            until, why = wait_for_whop(error, row.outcome_why, now=times.now)
            for name, value in _again_or_over(claim, until, times.now).items():
                setattr(row, name, value)
            row.outcome_why = why.stored()

    def _in_flight(self, session: Session, claim: Claim) -> MethodSwitch | None:
        """None where its lease ran out meanwhile: it is unknown, and only the payment can tell more."""
        mine = (
            MethodSwitch.id == claim.row_id,
            MethodSwitch.attempts == claim.fence,
            MethodSwitch.state == "sending",
        )
        return session.scalars(select(MethodSwitch).where(*mine).with_for_update()).one_or_none()

    def _note(
        self, session: Session, row: MethodSwitch, claim: Claim, said: Seen | WhopError, times: Times
    ) -> None:
        now = times.now
        row.lease_until = None
        match said:
            case WhopUnclear():
                self._end(session, row, "unknown", Reason(Why.SWITCH_UNCLEAR), now)
            case WhopAway():  # nothing was done; a fresh look comes before it is asked for again
                pause = timedelta(seconds=said.after) if isinstance(said, WhopBusy) else None
                until = now + pause if pause else wait_for_whop(said, row.outcome_why, now=now)[0]
                self._later(session, row, claim, said, until=until, now=now)
            case WhopError():
                self._end(session, row, "refused", _refusal(said), now)
            case Seen():
                why = Why.SWITCH_TAKEN if row.kind == KIND else Why.UNDO_TAKEN
                self._end(session, row, "taken", Reason(why), now)

    def _later(
        self,
        session: Session,
        row: MethodSwitch,
        claim: Claim,
        error: WhopError,
        *,
        until: datetime,
        now: datetime,
    ) -> None:
        for name, value in _again_or_over(claim, until, now).items():
            setattr(row, name, value)
        row.started_at, row.not_before, row.key = None, until, new_key()
        row.outcome_why = _refusal(error).stored()
        detail = {**row.outcome_why, "until": until.isoformat()}
        note_case(session, row.case, Act.SWITCH_PUT_OFF, actor=Actor.WHOP, at=now, detail=detail)

    def _end(self, session: Session, row: MethodSwitch, state: str, why: Reason, now: datetime) -> None:
        row.state, row.outcome_why, row.ended_at, row.lease_until = state, why.stored(), now, None
        act = ENDED.get(row.kind, Act.UNDO_ENDED)
        note_case(session, row.case, act, actor=Actor.WHOP, at=now, detail=why.stored())


def free_expired_switches(database: Database, *, times: Times) -> int:
    """Rows of workers that died: claimed ones wait again, one that may have changed the card is unknown."""
    with database.transaction() as session:
        why = {"outcome_why": Reason(Why.SWITCH_WORKER_LOST).stored()}
        freed, torn = free_expired(session, MethodSwitch, why=why, times=times)
    for claim in torn:
        log.warning("switch.unknown", row_id=claim.row_id, reason="worker_lost")
    return freed


def _again_or_over(claim: Claim, until: datetime, now: datetime) -> dict[str, object]:
    """The columns of a row that waits again, or that has been tried often enough."""
    if claim.fence >= MOST_CLAIMS:
        return {"state": "refused", "ended_at": now, "lease_until": None}
    return {"state": "planned", "due_at": until, "lease_until": None}


def _refusal(error: WhopError) -> Reason:
    return Reason(Why.SWITCH_REFUSED, {"cause": error.code or type(error).__name__})


def _method(saved: SavedMethod) -> Method:
    return Method(
        method_id=saved.method_id,
        kind=saved.kind,
        brand=saved.brand,
        last4=saved.last4,
        exp_month=saved.exp_month,
        exp_year=saved.exp_year,
        fingerprint=saved.fingerprint,
        created_at=saved.created_at,
    )
