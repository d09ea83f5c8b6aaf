"""One merchant's comparison with Whop's own records, in small steps: each is one or two questions.

A step says where the next one goes on, so a pass may be cut anywhere and taken up by another worker.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.cases.payments import find_payment
from app.db import Database
from app.inbox.hooks import Hooks
from app.inbox.looks import Look, keep_memberships, keep_payments
from app.models import Case, Membership, Payment
from app.recovery.campaign import LIMITS
from app.recovery.decline import DeclineClass, classify
from app.whop import fields
from app.whop.client import WhopClient
from app.whop.errors import WhopForbids, WhopNotFound
from app.whop.json_body import JsonObject

RENEWALS = "subscription_cycle"
OVERLAP = timedelta(hours=1)
"""What was paid so long before the last comparison is read again: lists may lag behind."""


class Phase(StrEnum):
    """The parts of a pass, in their order."""

    OPEN = "open"
    PAST_DUE = "past_due"
    PAID = "paid"
    CASES = "cases"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pass is."""

    phase: Phase
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a step needs to know of its merchant's pass. Times are the machine's."""

    look: Look
    place: Place
    began_at: datetime
    compared_until: datetime | None


@dataclass(frozen=True, slots=True)
class Stepped:
    missing: int
    place: Place | None
    """Where the next step goes on; None: the pass is over."""


class Comparer:
    """Asks with no transaction open. Raises `WhopError`s and SQLAlchemy's."""

    def __init__(self, database: Database, whop: WhopClient, hooks: Hooks) -> None:
        self._database, self._whop, self._hooks = database, whop, hooks
        self._steps: Mapping[Phase, Callable[[Turn], tuple[int, str | None]]] = {
            Phase.OPEN: self._open,
            Phase.PAST_DUE: self._past_due,
            Phase.PAID: self._paid,
            Phase.CASES: self._cases,
            Phase.WEBHOOK: self._webhook,
        }

    def step(self, turn: Turn) -> Stepped:
        missing, cursor = self._steps[turn.place.phase](turn)
        if cursor is not None:
            return Stepped(missing, Place(turn.place.phase, cursor))
        later = list(Phase)[list(Phase).index(turn.place.phase) + 1 :]
        return Stepped(missing, Place(later[0]) if later else None)

    def _open(self, turn: Turn) -> tuple[int, str | None]:
        page = self._whop.payments(
            turn.look.biz_id,
            status="open",
            billing_reason=RENEWALS,
            created_after=turn.began_at - LIMITS.clearing,
            after=turn.place.cursor,
        )
        rows = [self._with_link(row, turn.look) for row in page.rows]
        return keep_payments(self._database, rows, turn.look), page.next

    def _with_link(self, row: JsonObject, look: Look) -> JsonObject:
        """Lists leave out the page on which a bank's question is answered; one that is new here is read whole."""
        payment_id = fields.identifier(row.get("id"))
        asked = classify(fields.word(row.get("decline_code"))) is DeclineClass.AUTHENTICATION
        if payment_id is None or not asked:
            return row
        with self._database.reading() as session:
            if find_payment(session, look.merchant_id, payment_id) is not None:
                return row
        try:
            return self._whop.payment(payment_id).data
        except WhopNotFound:
            return row

    def _past_due(self, turn: Turn) -> tuple[int, str | None]:
        try:
            page = self._whop.memberships(turn.look.biz_id, status="past_due", after=turn.place.cursor)
        except WhopForbids:
            return 0, None  # payments say most of it
        return keep_memberships(self._database, page.rows, turn.look), page.next

    def _paid(self, turn: Turn) -> tuple[int, str | None]:
        """Newest first, back to the last comparison."""
        since = (turn.compared_until or turn.began_at - LIMITS.runway) - OVERLAP
        page = self._whop.payments(
            turn.look.biz_id,
            status="paid",
            billing_reason=RENEWALS,
            created_after=since - LIMITS.clearing,
            order="paid_at",
            after=turn.place.cursor,
        )
        times = [fields.moment(row.get("paid_at")) for row in page.rows]
        enough = any(at is not None and at < since for at in times)
        return keep_payments(self._database, page.rows, turn.look), None if enough else page.next

    def _cases(self, turn: Turn) -> tuple[int, str | None]:
        """The next case that runs here and that no list has named whole: it is read by itself."""
        with self._database.reading() as session:
            found = _unnamed(session, turn)
        if found is None:
            return 0, None
        case_id, payment_id, membership_id = found
        missing = 0
        if payment_id is not None:
            missing += self._one_payment(payment_id, turn.look)
        if membership_id is not None:
            missing += self._one_membership(membership_id, turn.look)
        return missing, str(case_id)

    def _webhook(self, turn: Turn) -> tuple[int, str | None]:
        self._hooks.look_after(turn.look)
        return 0, None

    def _one_payment(self, payment_id: str, look: Look) -> int:
        try:
            return keep_payments(self._database, [self._whop.payment(payment_id).data], look)
        except WhopNotFound:
            return 0

    def _one_membership(self, membership_id: str, look: Look) -> int:
        try:
            return keep_memberships(self._database, [self._whop.membership(membership_id).data], look)
        except (WhopNotFound, WhopForbids):
            return 0


def _unnamed(session: Session, turn: Turn) -> tuple[int, str | None, str | None] | None:
    """A running case, with its payment and its membership where these were not seen in this pass."""
    payment_seen = and_(Payment.looked_at.is_not(None), Payment.looked_at >= turn.began_at)
    membership_seen = or_(Payment.membership_id.is_(None), Membership.looked_at >= turn.began_at)
    found = session.execute(
        select(Case.id, Payment.payment_id, payment_seen, Payment.membership_id, membership_seen)
        .join(Payment, Case.payment_id == Payment.id)
        .outerjoin(
            Membership,
            and_(
                Membership.merchant_id == Payment.merchant_id,
                Membership.membership_id == Payment.membership_id,
            ),
        )
        .where(
            Case.merchant_id == turn.look.merchant_id,
            Case.closed_at.is_(None),
            Case.id > int(turn.place.cursor or 0),
            or_(~payment_seen, Membership.looked_at.is_(None) & Payment.membership_id.is_not(None),
                Membership.looked_at < turn.began_at),
        )
        .order_by(Case.id)
        .limit(1)
    ).first()  # fmt: skip
    if found is None:
        return None
    case_id, payment_id, has_payment, membership_id, has_membership = found
    return case_id, None if has_payment else payment_id, None if has_membership else membership_id
