"""Carries out one claimed retry: fresh look, mark as sending, ask Whop to charge again, record the answer.

No transaction is open during a call. A crash before the mark: the retry is claimed again. A crash after it: it
ends as `unknown` and nobody repeats it. What the charge brought comes as an event, like every other attempt.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import faults
from app.cases.audit import Act, Actor, note_case
from app.cases.retrying import follow_case, new_key
from app.cases.rules import Rules
from app.cases.standing import lock_case, stop_case
from app.claims import Claim, Times, backoff, claim_due, free_expired, holding, move
from app.db import Database
from app.fresh_look import FreshLook, Looked, Target, wait_for_whop
from app.log import get_logger
from app.models import Case, Retry
from app.models.contact import left_because
from app.models.merchant import lock_merchant
from app.outgoing import WHOLE_CALL_S
from app.recovery.ladder import AWAY
from app.recovery.reasons import Reason, Why
from app.whop.answers import Seen
from app.whop.errors import WhopAway, WhopBadRequest, WhopBusy, WhopError, WhopNotFound, WhopUnclear
from app.whop.snapshots import payment_event

LEASE_BEYOND_CALLS = timedelta(seconds=30)
MOST_CLAIMS = 25
"""A row that was claimed so often and still fails is given up."""

log = get_logger(__name__)


class Charges(Protocol):
    def retry(self, payment_id: str, *, key: str) -> Seen: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What Whop said to the charge."""

    target: Target
    said: Seen | WhopError


class Charger:
    def __init__(self, database: Database, whop: Charges, *, look: FreshLook, rules: Rules) -> None:
        self._database = database
        self._whop = whop
        self._look = look
        self._rules = rules
        self._call = timedelta(seconds=WHOLE_CALL_S)
        self.lease = look.limit + self._call + LEASE_BEYOND_CALLS

    def claim(self, *, times: Times, limit: int) -> list[Claim]:
        with self._database.transaction() as session:
            return claim_due(session, Retry, waiting="planned", times=times, lease=self.lease, limit=limit)

    def carry_out(self, claim: Claim, *, times: Times) -> Answer | None:
        """Charge unless something forbids it; None: nothing was asked for."""
        with self._database.reading() as session:
            row = session.get(Retry, claim.row_id)
            if row is None:
                return None
            target = Target.of(row.case)
        try:
            looked = self._look.read(target, now=times.now)
        except WhopError as error:
            self._wait(claim, error, times)
            return None
        with self._database.transaction() as session:
            key = self._begin(session, claim, looked, times)
        if key is None:
            return None
        faults.point("retry_before_call")
        answer = Answer(target, self._ask(target.payment_id, key))
        faults.point("retry_after_call")
        return answer

    def record(self, claim: Claim, answer: Answer, *, times: Times) -> None:
        """Write down what Whop answered; a payment that it showed takes effect at once."""
        with self._database.transaction() as session:
            lock_merchant(session, answer.target.merchant_id)
            row = self._in_flight(session, claim)
            if row is not None:
                self._note(session, row, answer.said, times)
                session.flush()
            if isinstance(answer.said, Seen):
                shown = payment_event(answer.said.data, biz_id=answer.target.biz_id, read_at=times.now)
                if shown is not None:
                    self._look.take_in(session, Looked(answer.target, (shown,)), times=times)
        log.info(
            "retry.recorded", row_id=claim.row_id, answer=type(answer.said).__name__, kept_state=row is None
        )

    def put_off(self, claim: Claim, error: Exception, *, times: Times) -> None:
        """A retry that failed before its charge is tried again later, and given up after many claims."""
        why = Reason(Why.OUT_OF_TRIES, {"cause": f"failed_{type(error).__name__}"})
        if claim.fence >= MOST_CLAIMS:
            values: dict[str, object] = {"state": "refused", "ended_at": times.now}
        else:
            values = {"state": "planned", "due_at": times.now + backoff(claim.fence, share=1.0)}
        with self._database.transaction() as session:
            move(session, Retry, claim, values={**values, "lease_until": None, "outcome_why": why.stored()})

    def _begin(self, session: Session, claim: Claim, looked: Looked, times: Times) -> str | None:
        """Judge afresh by what was read; the key where the charge may go out, and the row is marked."""
        self._look.take_in(session, looked, times=times)  # it takes the merchant's lock
        row = session.get_one(Retry, claim.row_id)
        case = row.case
        lock_case(session, case)
        left = left_because(session, case)
        if left is not None:
            stop_case(session, case, left, now=times.now, rules=self._rules)
        else:
            follow_case(session, case, now=times.now, rules=self._rules)
        session.flush()
        held = holding(session, Retry, claim)
        if held is None:
            return None
        held.state, held.started_at, held.outcome_why = "sending", times.now, None
        held.lease_until = times.wall + self._call + LEASE_BEYOND_CALLS
        note_case(session, case, Act.RETRY_STARTED, actor=Actor.WORKER, at=times.now)
        return held.key

    def _ask(self, payment_id: str, key: str) -> Seen | WhopError:
        try:
            return self._whop.retry(payment_id, key=key)
        except WhopError as error:
            return error

    def _wait(self, claim: Claim, error: WhopError, times: Times) -> None:
        with self._database.transaction() as session:
            row = holding(session, Retry, claim)
            if row is not None:
                row.due_at, why = wait_for_whop(error, row.outcome_why, now=times.now)
                row.state, row.lease_until, row.outcome_why = "planned", None, why.stored()

    def _in_flight(self, session: Session, claim: Claim) -> Retry | None:
        """None where its lease ran out meanwhile: it is unknown, and stays so."""
        mine = (Retry.id == claim.row_id, Retry.attempts == claim.fence, Retry.state == "sending")
        return session.scalars(select(Retry).where(*mine).with_for_update()).one_or_none()

    def _note(self, session: Session, row: Retry, said: Seen | WhopError, times: Times) -> None:
        case, now = row.case, times.now
        row.lease_until = None
        match said:
            case WhopBusy(after=after):
                row.key = new_key()
                self._later(session, row, case, said, now=now, not_before=now + timedelta(seconds=after))
            case WhopUnclear():
                self._end(session, row, case, "unknown", Reason(Why.RETRY_UNCLEAR), now)
            case WhopAway():  # nothing was done; the same key is safe even if that were wrong
                until, _ = wait_for_whop(said, row.outcome_why, now=now)
                self._later(session, row, case, said, now=now, not_before=until)
            case WhopNotFound() | WhopBadRequest():
                self._end(session, row, case, "refused", _refusal(said), now)
            case WhopError():  # not now, or not with this key's permissions
                row.refusals, row.key = row.refusals + 1, new_key()
                self._later(session, row, case, said, now=now, not_before=now + AWAY)
            case Seen():
                self._end(session, row, case, "taken", Reason(Why.RETRY_TAKEN), now)

    def _later(
        self,
        session: Session,
        row: Retry,
        case: Case,
        error: WhopError,
        *,
        now: datetime,
        not_before: datetime,
    ) -> None:
        """Nothing was charged: the same decision finds another time, or keeps it."""
        row.state, row.started_at, row.not_before = "planned", None, not_before
        row.due_at = max(row.due_at, not_before)
        detail = {**_refusal(error).stored(), "until": not_before.isoformat()}
        note_case(session, case, Act.RETRY_PUT_OFF, actor=Actor.WHOP, at=now, detail=detail)
        key = row.key
        follow_case(session, case, now=now, rules=self._rules)
        if row.state == "planned":
            row.key, row.outcome_why = key, _refusal(error).stored()

    def _end(self, session: Session, row: Retry, case: Case, state: str, why: Reason, now: datetime) -> None:
        row.state, row.outcome_why, row.ended_at = state, why.stored(), now
        note_case(session, case, Act.RETRY_ENDED, actor=Actor.WHOP, at=now, detail=why.stored())


def free_expired_retries(database: Database, *, times: Times) -> int:
    """Retries of workers that died: claimed ones wait again, one that may have been charged is unknown."""
    with database.transaction() as session:
        why = {"outcome_why": Reason(Why.RETRY_WORKER_LOST).stored()}
        freed, torn = free_expired(session, Retry, why=why, times=times)
    for claim in torn:
        log.warning("retry.unknown", row_id=claim.row_id, reason="worker_lost")
    return freed


def _refusal(error: WhopError) -> Reason:
    return Reason(Why.RETRY_REFUSED, {"cause": error.code or type(error).__name__})
