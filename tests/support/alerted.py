"""A world whose merchants are alerted: the real sender of alerts beside the real cases, on a real database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import select, update

from app.alerts.chores import write_digests, write_spikes
from app.alerts.destinations import Place
from app.alerts.faults import Watch, Watched, look_at_channels
from app.alerts.sending import AlertSender, free_expired_alerts
from app.cases.standing import stop_case
from app.delivery.message import Links
from app.delivery.send import Sender
from app.models import Alert, AlertDelivery, Merchant
from app.security.tokens import Tokens
from notifiers.base import Message, Outcome, Recipient, Sent
from notifiers.memory import MemoryNotifier
from tests.support.world import SECRET, World

BASE = "http://localhost:3000"
OWNER = "owner@example.com"


SENT = Sent()
Peer = Outcome | Callable[[Message, Recipient], Outcome]


@dataclass
class AlertedWorld(World):
    peer: Peer = SENT
    """How the mail server of alerts answers."""
    customers_peer: Outcome = SENT
    """And that of reminders."""
    more: Mapping[str, Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mail = MemoryNotifier(outcome=lambda *_: self.customers_peer)
        super().__post_init__()
        self.post = MemoryNotifier(outcome=self._answer)
        self.watch = Watch()
        self.sender = Sender(
            self.database,
            {"email": Watched(self.mail, self.watch)},
            links=Links(BASE, Tokens((SECRET,))),
            stop_case=partial(stop_case, rules=self.rules),
        )
        self.alerts = self.worker()

    def _answer(self, message: Message, recipient: Recipient) -> Outcome:
        return self.peer(message, recipient) if callable(self.peer) else self.peer

    def worker(self) -> AlertSender:
        """One more of the workers that share the alerts."""
        places = {"email": Place("email", self.post, None), **self.more}
        return AlertSender(self.database, places, base=BASE, watch=self.watch)

    def set_merchant(self, **values: Any) -> None:
        """Of every merchant there is."""
        with self.database.transaction() as session:
            session.execute(update(Merchant).values(**values))

    def send_alerts(self) -> list[Outcome]:
        outcomes: list[Outcome] = []
        while claims := self.alerts.claim(times=self.times, limit=10):
            for claim in claims:
                outcome = self.alerts.carry_out(claim, times=self.times)
                if outcome is not None:
                    self.alerts.record(claim, outcome, times=self.times)
                    outcomes.append(outcome)
        return outcomes

    def chores(self) -> None:
        write_digests(self.database, now=self.now)
        write_spikes(self.database, now=self.now)
        look_at_channels(self.database, times=self.times)
        free_expired_alerts(self.database, times=self.times)

    def written(self) -> list[Alert]:
        with self.database.reading() as session:
            return list(session.scalars(select(Alert).order_by(Alert.id)))

    def keys(self) -> list[str]:
        return [alert.key for alert in self.written()]

    def rows(self) -> list[AlertDelivery]:
        with self.database.reading() as session:
            return list(session.scalars(select(AlertDelivery).order_by(AlertDelivery.id)))

    def ends(self) -> list[tuple[str, str | None]]:
        return [(row.state, row.reason) for row in self.rows()]

    @property
    def told(self) -> list[Message]:
        return [message for message, _ in self.post.sent]
