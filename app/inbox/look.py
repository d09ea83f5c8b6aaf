"""The fresh look: payment and membership are read from Whop, and what is new goes the way of every event.

Reads with no transaction open; takes effect in the transaction of whoever decides on it. Decides nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.rules import Rules
from app.claims import Times
from app.fresh_look import Looked, Target
from app.inbox.process import take_effect
from app.models import InboxRow
from app.models.base import insert_once
from app.models.merchant import lock_merchant
from app.outgoing import WHOLE_CALL_S
from app.whop.client import WhopClient
from app.whop.errors import WhopNotFound
from app.whop.snapshots import Snapshot, membership_event, payment_event

ORIGIN = "look"
CALLS = 2


class WhopLook:
    """Safe to use from many threads, as its client is."""

    limit = timedelta(seconds=CALLS * WHOLE_CALL_S)

    def __init__(self, client: WhopClient, *, rules: Rules) -> None:
        self._client = client
        self._rules = rules

    def read(self, target: Target, *, now: datetime) -> Looked:
        """Raises `WhopError`; so too where Whop shows a payment that proves nothing about this one."""
        payment = payment_event(
            self._client.payment(target.payment_id).data, biz_id=target.biz_id, read_at=now
        )
        if payment is None:
            raise WhopNotFound("payments.retrieve: not a payment of this account")
        snapshots = [payment]
        if target.membership_id is not None:
            data = self._client.membership(target.membership_id).data
            membership = membership_event(data, biz_id=target.biz_id, read_at=now)
            if membership is None:
                raise WhopNotFound("memberships.retrieve: not a membership of this account")
            # The membership first: a payment that still fails must not be judged by how it stood before.
            snapshots.insert(0, membership)
        return Looked(target, tuple(snapshots))

    def take_in(self, session: Session, looked: Looked, *, times: Times) -> None:
        # Before the rows: whoever else looks at the same payment waits here, and not in the midst of them.
        lock_merchant(session, looked.target.merchant_id)
        for snapshot in looked.snapshots:
            self._take_in(session, snapshot, times)
        session.flush()

    def _take_in(self, session: Session, snapshot: Snapshot, times: Times) -> None:
        row_id = insert_once(
            session,
            InboxRow,
            ("message_id",),
            {
                "message_id": snapshot.message_id,
                "body": snapshot.body,
                "received_at": times.now,
                "due_at": times.now,
                "origin": ORIGIN,
                "state": "claimed",
                "attempts": 1,
                "tries": 0,
            },
        )
        if row_id is None:
            return  # it says what is known already
        row = session.scalars(select(InboxRow).where(InboxRow.id == row_id)).one()
        take_effect(session, row, times=times, rules=self._rules)
