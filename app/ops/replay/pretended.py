"""Who stands outside in a replay: a Whop that charges whatever it is asked to and tells nothing, and a mail server.

What a charge brought is in the history that is lived through, or it never happened.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from app.alerts.destinations import EMAIL, Place
from app.alerts.sending import AlertSender
from app.cases.apply import PaymentFact
from app.cases.charging import Charger
from app.cases.rules import Rules
from app.cases.standing import stop_case
from app.claims import Times
from app.db import Database
from app.delivery.message import Links
from app.delivery.send import Sender
from app.fresh_look import Looked, Target
from app.models import Merchant
from app.models.base import insert_once
from app.ops.replay.disorder import Arrival
from app.whop.answers import Seen
from app.whop.events import parse
from notifiers.base import Message
from notifiers.memory import MemoryNotifier

AT_ONCE = 50


class _NothingNew:
    """A look that tells nothing beside what was heard."""

    limit = timedelta()

    def read(self, target: Target, *, now: datetime) -> Looked:
        return Looked(target, ())

    def take_in(self, session: Session, looked: Looked, *, times: Times) -> None:
        return


class _TakesAll:
    def retry(self, payment_id: str, *, key: str) -> Seen:
        return Seen({}, None)


class Outside:
    """Everybody whom an install reaches, and the lanes of its worker that reach them."""

    def __init__(self, database: Database, *, rules: Rules, links: Links) -> None:
        self._database = database
        self._post = MemoryNotifier()
        self._reminders = Sender(
            database, {EMAIL: MemoryNotifier()}, links=links, stop_case=partial(stop_case, rules=rules)
        )
        self._alerts = AlertSender(database, {EMAIL: Place(EMAIL, self._post, None)}, base=links.base)
        self._charger = Charger(database, _TakesAll(), look=_NothingNew(), rules=rules)

    @property
    def alerts(self) -> Sequence[Message]:
        return [message for message, _ in self._post.sent]

    def send_due(self, times: Times) -> None:
        """Charge, remind and alert where it is time to."""
        while claims := self._charger.claim(times=times, limit=AT_ONCE):
            for claim in claims:
                answer = self._charger.carry_out(claim, times=times)
                if answer is not None:
                    self._charger.record(claim, answer, times=times)
        while claims := self._reminders.claim(times=times, limit=AT_ONCE):
            for claim in claims:
                outcome = self._reminders.carry_out(claim, times=times)
                if outcome is not None:
                    self._reminders.record(claim, outcome, times=times)
        while claims := self._alerts.claim(times=times, limit=AT_ONCE):
            for claim in claims:
                outcome = self._alerts.carry_out(claim, times=times)
                if outcome is not None:
                    self._alerts.record(claim, outcome, times=times)


def open_accounts(database: Database, arrivals: Sequence[Arrival]) -> None:
    """Every merchant of these is alerted from the smallest amount on, as if they had set it before."""
    currencies: dict[str, set[str]] = {}
    for arrival in arrivals:
        fact = parse(arrival.heard.body, received_at=arrival.at)
        if isinstance(fact, PaymentFact) and fact.payment.amount:
            currencies.setdefault(fact.merchant.biz_id, set()).add(fact.payment.amount.currency)
    with database.transaction() as session:
        for biz_id in sorted(currencies):
            fresh = Merchant.fresh(biz_id, title=None, now=arrivals[0].at)
            alerted = {
                "alert_email": f"{biz_id}@merchants.invalid",
                "alert_amounts": dict.fromkeys(sorted(currencies[biz_id]), 1),
            }
            insert_once(session, Merchant, ("biz_id",), fresh | alerted)
